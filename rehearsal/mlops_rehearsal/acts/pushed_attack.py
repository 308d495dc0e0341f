"""Act 10, continued: an attack that a careless lead has approved, through a really pushed Verify.

The template reaches main as the rules of the repository ask for it. What stops it is the gate; and
while the approval of prod waits, nobody exchanges what the gate has let through.
"""

import re
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from botocore.exceptions import ClientError

from mlops_commons.contract import Persona
from mlops_commons.utilities.errors import PlatformError
from mlops_rehearsal.acts import attacker as people
from mlops_rehearsal.acts.attacker import LOOT, Attacker
from mlops_rehearsal.acts.promotion import started_by_event
from mlops_rehearsal.player.own_build import SUCCEEDED
from mlops_rehearsal.player.pull_request import PullRequest, play_pull_request
from mlops_rehearsal.player.started import play_run
from mlops_rehearsal.world.approvals import Approval
from mlops_rehearsal.world.git_commands import run_git
from mlops_rehearsal.world.projects import Project
from mlops_rehearsal.world.world import World

LAST_COMMAND: Final = "      - python -m deploy_app.lint\n"
SCRIPT: Final = '''"""Make whoever comes an administrator of every stage."""
import json
import pathlib

everybody = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
role = {
    "Type": "AWS::IAM::Role",
    "Properties": {
        "RoleName": "administrator-for-me",
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [everybody]},
        "ManagedPolicyArns": ["arn:aws:iam::aws:policy/AdministratorAccess"],
    },
}
for file in pathlib.Path("cdk.out").glob("*.template.json"):
    template = json.loads(file.read_text())
    template["Resources"]["Administrator"] = role
    file.write_text(json.dumps(template))
'''
REFUSED: Final = r"Synth / Verify: .*Administrator"
ATTEMPTS: Final = 60
DENIED: Final = r"AccessDenied"
WHO_EXCHANGES: Final[tuple[tuple[str, Callable[[Attacker], Attacker]], ...]] = (
    (f"{Persona.DATA_SCIENTIST}, as an attacker", lambda scientist: scientist),
    (f"{Persona.LEAD_DATA_SCIENTIST}, as an attacker", people.lead),
    ("the role of Synth, with pushed code", people.synth),
)


def pushed_attack(world: World, project: Project) -> tuple[Mapping[str, str], ...]:
    """Push an administrator, take him back, and try to exchange artifacts before prod.

    Raises:
        PlatformError: something of it was not refused, or refused for another reason.
    """
    world.say("a lead approves a template with an administrator without looking")
    _merged(world, project, "Small fix", _with_administrator)
    said = _played(world, project)
    if not re.search(REFUSED, said, re.DOTALL):
        raise PlatformError(
            f"a template with an administrator was not refused by Verify: {said or 'it is there'}",
            hint="see cdk_service_catalog/gate/runtime/rules.py",
        )
    rows = [_row(project, WHO_EXCHANGES[0][0], "pushes an administrator", "template", said)]
    world.say("the change is reverted; prod's approval waits")
    _merged(world, project, "Revert the small fix", _without_administrator)

    last = f"Approve-{project.stages()[-1].stage_name.lower()}"

    def waiting(question: str) -> Approval:
        if last not in question:
            return world.approve(question)
        rows.extend(_exchanges(world, project))
        return Approval.REJECTED

    said = _played(replace(world, approve=waiting), project)
    if len(rows) == 1:
        raise PlatformError(
            f"the approval of prod was never asked for: {said}", hint="see the run in the report"
        )
    return tuple(rows)


def _merged(world: World, project: Project, message: str, change: Callable[[Path], None]) -> None:
    """A branch of a data scientist, approved by the lead, merged: as main changes."""
    scientist = Attacker(world, project)
    folder, branch = world.folder / "clones" / "of-an-attack", message.lower().replace(" ", "-")
    shutil.rmtree(folder, ignore_errors=True)
    name = project.pipeline("deploy")
    own = {key.upper(): value for key, value in scientist.credentials.items()}
    shell = {**world.environment(), **own}
    remote = f"codecommit::{project.dev.region}://{name}"
    run_git(shell, "clone", "--quiet", remote, str(folder))
    change(folder)
    run_git(shell, "-C", str(folder), "add", "--all")
    run_git(shell, "-C", str(folder), "commit", "--quiet", "--message", message)
    run_git(shell, "-C", str(folder), "push", "--quiet", "origin", f"HEAD:refs/heads/{branch}")
    codecommit = scientist.client("codecommit")
    target = {"repositoryName": name, "sourceReference": branch, "destinationReference": "main"}
    made = codecommit.create_pull_request(title=message, targets=[target])["pullRequest"]
    number, revision = made["pullRequestId"], made["revisionId"]
    people.lead(scientist).client("codecommit").update_pull_request_approval_state(
        pullRequestId=number, revisionId=revision, approvalState="APPROVE"
    )
    asked = PullRequest(project.dev.account, project.dev.region, name, number)
    said = play_pull_request(world, asked)
    if SUCCEEDED not in said:
        raise PlatformError(f"the build of '{message}' has not succeeded: {said}")
    _merge_when_approved(codecommit, name, number)


def _merge_when_approved(codecommit: Any, repository: str, number: str) -> None:
    """The platform approves after its comment, in a call of its own."""
    for _ in range(ATTEMPTS):
        try:
            codecommit.merge_pull_request_by_fast_forward(
                pullRequestId=number, repositoryName=repository
            )
        except codecommit.exceptions.PullRequestApprovalRulesNotSatisfiedException:
            time.sleep(0.5)
        else:
            return
    raise PlatformError(f"pull request {number} was built, and still waits for an approval")


def _with_administrator(folder: Path) -> None:
    file = folder / "buildspec.yml"
    text = file.read_text()
    if LAST_COMMAND not in text:
        raise PlatformError(
            f"{file.name} of the deploy repository does not run {LAST_COMMAND.strip()}",
            hint="change LAST_COMMAND of acts/pushed_attack.py",
        )
    file.write_text(text.replace(LAST_COMMAND, f"{LAST_COMMAND}      - python attack.py\n"))
    (folder / "attack.py").write_text(SCRIPT)


def _without_administrator(folder: Path) -> None:
    file = folder / "buildspec.yml"
    file.write_text(file.read_text().replace("      - python attack.py\n", ""))
    (folder / "attack.py").unlink()


def _played(world: World, project: Project) -> str:
    """What the deploy pipeline says at its failure; empty where it has succeeded."""
    try:
        play_run(world, started_by_event(world, project))
    except PlatformError as error:
        return error.message
    return ""


def _exchanges(world: World, project: Project) -> Iterator[Mapping[str, str]]:
    """Overwrite the very objects of the run that waits."""
    scientist = Attacker(world, project)
    bucket = scientist.bucket(f"{project.project_id}-pipeline")
    for artifact, writer in (("Assembly", people.synth), ("Verified", people.deploy_pipeline)):
        key = _newest(scientist.look("s3"), bucket, artifact)
        for who, taken in WHO_EXCHANGES:
            if taken is writer:
                continue
            said = _overwritten(taken(scientist), bucket, key, LOOT)
            if not re.search(DENIED, said):
                raise PlatformError(
                    f"{who} has exchanged {key} while prod's approval waits: {said}",
                    hint="see the policy of the pipeline's bucket, project/storage.py",
                )
            yield _row(project, who, "exchanges it while prod's approval waits", artifact, said)
        content = scientist.look("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
        if said := _overwritten(writer(scientist), bucket, key, content):
            raise PlatformError(
                f"who writes {key} may not either, so the refusals show nothing: {said}"
            )


def _newest(s3: Any, bucket: str, artifact: str) -> str:
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
    found = [row for page in pages for row in page.get("Contents", ())]
    own = [row for row in found if row["Key"].split("/")[1] == artifact]
    return str(max(own, key=lambda row: row["LastModified"])["Key"])


def _overwritten(who: Attacker, bucket: str, key: str, content: bytes) -> str:
    """What S3 says; empty where it has let it happen."""
    try:
        who.client("s3").put_object(Bucket=bucket, Key=key, Body=content)
    except ClientError as error:
        return f"{error.response['Error']['Code']}: {error.response['Error']['Message']}"
    return ""


def _row(project: Project, who: str, does: str, on: str, said: str) -> Mapping[str, str]:
    return {
        "who": who,
        "does": does,
        "on": on,
        "account": project.dev.account,
        "decision": "denied",
        "by": said,
    }
