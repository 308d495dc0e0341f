"""Builds pull requests, comments how that has ended, and approves for the rule that waits for it.

EventBridge calls it when a pull request is opened or changed, and when a build has ended. A build
runs code that nobody has reviewed: it has no part in what is said of it. The result is CodeBuild's,
the commit is the one that was given to it, and no text of the build is repeated.
"""

import contextlib
import hashlib
import json
import os

import boto3

SUFFIX = "-check"
OPEN = "OPEN"
PULL_REQUEST, REVISION, BEFORE, AFTER = (
    "PULL_REQUEST",
    "PULL_REQUEST_REVISION",
    "PULL_REQUEST_DESTINATION_COMMIT",
    "PULL_REQUEST_SOURCE_COMMIT",
)
SUCCEEDED = "SUCCEEDED"
NOTICE = (
    "It ran the commands and tests of the pull request itself, which may have changed them: read "
    "these changes too. Whether this is merged, people decide."
)


def handler(event, _context):
    """Answer EventBridge: start a build, or tell how one has ended."""
    codecommit, codebuild = boto3.client("codecommit"), boto3.client("codebuild")
    detail = event["detail"]
    if event["source"] == "aws.codebuild":
        # An ARN: `arn:...:build/<project>:<id>`.
        answer = tell(detail["build-id"].rpartition("/")[2], codecommit, codebuild)
    else:
        answer = start(detail["pullRequestId"], codecommit, codebuild)
    print(json.dumps(answer))  # noqa: T201  # its log
    return answer


def start(number, codecommit, codebuild):
    """Build the newest commit of a pull request; what is asked twice is built once."""
    found = codecommit.get_pull_request(pullRequestId=number)["pullRequest"]
    (target,) = found["pullRequestTargets"]
    if found["pullRequestStatus"] != OPEN:
        return {"pull request": number, "is": found["pullRequestStatus"]}
    given = {
        PULL_REQUEST: number,
        REVISION: found["revisionId"],
        BEFORE: target["destinationCommit"],
        AFTER: target["sourceCommit"],
    }
    try:
        build = codebuild.start_build(
            projectName=f"{target['repositoryName']}{SUFFIX}",
            sourceVersion=target["sourceCommit"],
            environmentVariablesOverride=[
                {"name": name, "value": value, "type": "PLAINTEXT"} for name, value in given.items()
            ],
            idempotencyToken=token(*given.values()),
        )["build"]
    except codebuild.exceptions.ResourceNotFoundException:
        say(target["repositoryName"], given, "Nothing builds pull requests here.", codecommit)
        approve(found, found["revisionId"], codecommit)
        return {"pull request": number, "is": "not built"}
    return {"pull request": number, "build": build["id"]}


def tell(build_id, codecommit, codebuild):
    """Comment how a build has ended; where it has succeeded, approve what was built."""
    (build,) = codebuild.batch_get_builds(ids=[build_id])["builds"]
    # What `start` gave it; a variable that a build sets for itself is not here.
    rows = build["environment"]["environmentVariables"]
    given = {row["name"]: row["value"] for row in rows}
    if PULL_REQUEST not in given:
        return {"build": build_id, "is": "of no pull request"}
    status = build["buildStatus"]
    link = build.get("logs", {}).get("deepLink", "")
    text = f"The build of {given[AFTER][:8]} has ended: {status}. {NOTICE}\n\n{link}".strip()
    say(build["projectName"].removesuffix(SUFFIX), given, text, codecommit)
    if status == SUCCEEDED:
        number = given[PULL_REQUEST]
        found = codecommit.get_pull_request(pullRequestId=number)["pullRequest"]
        approve(found, given[REVISION], codecommit)
    return {"pull request": given[PULL_REQUEST], "is": status}


def say(repository, given, text, codecommit):
    """Comment, once for each text."""
    codecommit.post_comment_for_pull_request(
        pullRequestId=given[PULL_REQUEST],
        repositoryName=repository,
        beforeCommitId=given[BEFORE],
        afterCommitId=given[AFTER],
        content=text,
        clientRequestToken=token(given[REVISION], text),
    )


def approve(found, revision, codecommit):
    """Approve for the rule that waits for this role, and where there is none nothing.

    A revision that is not the newest any more cannot be approved: it gets a build of its own.
    """
    rules = {rule["approvalRuleName"] for rule in found["approvalRules"]}
    if found["pullRequestStatus"] != OPEN or os.environ["RULE_NAME"] not in rules:
        return
    with contextlib.suppress(codecommit.exceptions.RevisionNotCurrentException):
        codecommit.update_pull_request_approval_state(
            pullRequestId=found["pullRequestId"], revisionId=revision, approvalState="APPROVE"
        )


def token(*parts):
    """The same for the same parts, and within the limits of both services."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
