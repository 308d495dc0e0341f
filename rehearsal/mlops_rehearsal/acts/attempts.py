"""What an attacker tries; who may make the same call, as the control of each refusal."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from mlops_commons.config import Stage
from mlops_commons.contract import Persona
from mlops_commons.utilities import names
from mlops_rehearsal.acts import attacker as people
from mlops_rehearsal.acts.attacker import Attacker
from mlops_rehearsal.acts.sending_out import (
    FOREIGN_SESSION,
    OWN_SESSION,
    PAST_THE_ENDPOINT,
    keep_inside,
    open_to_all,
    send_from_inside,
    send_out,
)
from mlops_rehearsal.acts.source_code import pushed
from mlops_rehearsal.emulator.policy_files import OUTSIDER as FOREIGN

COMMIT: Final = "0" * 40


@dataclass(frozen=True)
class Attempt:
    """One attempt.

    Attributes:
        does: for the report.
        on: what it is aimed at.
        how: makes the call; it must raise.
        says: a regular expression of the refusal, which names the permission or the rule.
        stopped_by: the statement or the gate that says no.
        who: tries it.
        control: makes the same call as somebody who may, or what may be said instead; it must not
            be refused like this, so that no refusal is an accident.
    """

    does: str
    on: str
    how: Callable[[Attacker], object]
    says: str
    stopped_by: str
    control: Callable[[Attacker], object]
    who: Callable[[Attacker], Attacker] = lambda scientist: scientist


def denied(permission: str) -> str:
    """How AWS refuses a call for want of one permission, or by an explicit deny of it."""
    return rf"^AccessDenied\w*: .*not authorized to perform: {permission}\b"


def _prod(who: Attacker) -> Stage:
    """The last stage; without a stage after dev nobody attacks one."""
    return who.project.stages()[-1]


def _assume(who: Attacker, role: str) -> object:
    """Take a role of the last stage by the end of its ARN."""
    arn = f"arn:aws:iam::{_prod(who).account}:{role}"
    return who.client("sts").assume_role(RoleArn=arn, RoleSessionName="attack")


def _deploy_role(who: Attacker) -> object:
    set_name, prod = who.project.deployment.set_name, _prod(who)
    prefix, roles = who.world.config.app_prefix, who.world.config.org.roles
    name = names.project_deploy_role(prefix, set_name, prod.stage_name, prod.region)
    return _assume(who, roles.resource(roles.name(name)))


def _bootstrap_role(who: Attacker) -> object:
    prod = _prod(who)
    name = prod.bootstrap.toolkit.deploy_role(prod.account, prod.region)
    return _assume(who, f"role/{name}")


def _approve(who: Attacker) -> object:
    return who.client("codepipeline").put_approval_result(
        pipelineName=who.project.pipeline("deploy"),
        stageName=f"Deploy-{_prod(who).stage_name.lower()}",
        actionName=f"Approve-{_prod(who).stage_name.lower()}",
        token="00000000-0000-0000-0000-000000000000",
        result={"summary": "fine", "status": "Approved"},
    )


def _buildspec(who: Attacker) -> object:
    return who.client("codebuild").start_build(
        projectName=who.project.pipeline("synth"),
        buildspecOverride="phases: {build: {commands: [id]}}",
    )


def _profile(persona: Persona, who: Attacker) -> object:
    look, role = who.look("sagemaker"), who.role(persona)
    for profile in look.list_user_profiles()["UserProfiles"]:
        named = {key: profile[key] for key in ("DomainId", "UserProfileName")}
        if look.describe_user_profile(**named)["UserSettings"]["ExecutionRole"] == role:
            return who.client("sagemaker").create_presigned_domain_url(**named)
    raise AssertionError(f"no profile has the role of {persona}")


def _poison(who: Attacker) -> object:
    return who.client("ecr").put_image(
        repositoryName=f"sagemaker-{who.project.project_id}", imageManifest="{}", imageTag=COMMIT
    )


def _account_parameter(stage: Stage) -> str:
    """What the templates of projects call the account of a stage after dev."""
    words = {"preprod": "PreProd"}.get(stage.stage_name.lower(), "")
    return (words or "".join(w.capitalize() for w in stage.stage_name.split("-"))) + "Account"


def _launch(who: Attacker) -> object:
    """Launch the project's product, with a foreign account for prod."""
    catalog = people.launcher(who).client("servicecatalog")
    products = catalog.search_products()["ProductViewSummaries"]
    product = next(p["ProductId"] for p in products if p["Name"] == who.project.product)
    versions = catalog.list_provisioning_artifacts(ProductId=product)
    values = {
        "SageMakerProjectName": "attack",
        "SageMakerProjectId": "p-attack",
        _account_parameter(_prod(who)): FOREIGN,
    }
    return who.client("servicecatalog").provision_product(
        ProductId=product,
        ProvisioningArtifactId=versions["ProvisioningArtifactDetails"][-1]["Id"],
        ProvisionedProductName="attack-p-attack",
        ProvisioningParameters=[{"Key": k, "Value": v} for k, v in values.items()],
    )


def _role_for_himself(who: Attacker) -> object:
    name = f"sagemaker-{who.project.project_id}-x"
    document = open_to_all(Action="sts:AssumeRole")
    made = who.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=document)
    who.look("iam").delete_role(RoleName=name)
    return made


def _start(who: Attacker) -> object:
    dev, name = who.project.dev, who.project.pipeline("deploy")
    run = who.client("codepipeline").start_pipeline_execution(name=name)["pipelineExecutionId"]
    who.world.emulator.end_run(dev.account, dev.region, name, run, "Stopped")
    return run


def _push(branch: str, who: Attacker) -> object:
    """Push an empty commit to a branch of the deploy repository, with git."""
    remote = f"codecommit::{who.project.dev.region}://{who.project.pipeline('deploy')}"
    own = {name.upper(): value for name, value in who.credentials.items()}
    return pushed(who.world, remote, branch, "Attack", own)


def _write(part: str, key: str) -> Callable[[Attacker], object]:
    """Overwrite an object; `{id}` is the project's."""
    return lambda who: who.overwrite(part.format(id=who.project.project_id), key)


def _write_log(who: Attacker) -> object:
    """Overwrite an access log, in the company's bucket where it has one."""
    dev, archive = who.project.dev, who.world.config.org.access_logs
    bucket = archive.bucket_in(dev.account, dev.region) if archive else "-project-logs-"
    return who.overwrite(bucket, f"{archive.prefix if archive else ''}log")


def _by(
    allowed: Callable[[Attacker], Attacker], how: Callable[[Attacker], object]
) -> Callable[[Attacker], object]:
    return lambda who: how(allowed(who))


PUT: Final = denied("s3:PutObject")
ASSEMBLY = _write("{id}-pipeline", "attack/Assembly/attack.zip")
VERIFIED = _write("{id}-pipeline", "attack/Verified/attack.zip")
SEED = _write("-sc-assets-", "seed.zip")
DATA = _write("{id}-artifacts", "data/attack.csv")
TO_PROD = denied("sts:AssumeRole")

ATTEMPTS: Final = (
    Attempt(
        *("exchanges what Synth has made", "Assembly", ASSEMBLY, PUT),
        *("`WriteData`; `AssemblyByOneRole`", _by(people.synth, ASSEMBLY)),
    ),
    Attempt(
        *("exchanges what the stages deploy", "Verified", VERIFIED, PUT),
        *("`WriteData`; `VerifiedByOneRole`", _by(people.deploy_pipeline, VERIFIED)),
    ),
    Attempt(
        *("exchanges it from the pushed code of Synth", "Verified", VERIFIED, PUT),
        *("`VerifiedByOneRole`", _by(people.deploy_pipeline, VERIFIED)),
        people.synth,
    ),
    Attempt(
        *("overwrites the seed of every later project", "seed archive", SEED, PUT),
        *("`WriteData`", _by(people.administrator, SEED)),
    ),
    Attempt(
        *("overwrites the log of who did what", "access log", _write_log, PUT),
        *("`WriteData`", _by(people.administrator, _write_log)),
    ),
    Attempt(
        *("swaps a registered model", "registered/"),
        *(_write("{id}-artifacts", f"registered/{COMMIT}/model.tar.gz"), PUT),
        *("`WriteData`; `RegisteredByOneRole`", DATA),
    ),
    Attempt(
        *("swaps the sources of jobs", "sources/"),
        *(_write("{id}-artifacts", f"sources/{COMMIT}/evaluate.py"), PUT),
        *("`WriteData`; `SourcesByOneRole`", DATA),
    ),
    Attempt(
        *("pushes an image before its build", "image tag", _poison, denied("ecr:PutImage")),
        *("`UseProjectImages`", _by(people.administrator, _poison)),
    ),
    Attempt(
        *("launches a project", "product", _launch, denied("servicecatalog:ProvisionProduct")),
        *("`LaunchProducts` of leads", _by(people.launcher, _launch)),
    ),
    Attempt(
        *("names a foreign account for prod, as the lead", FOREIGN, _launch),
        *(r"\w+Account.*666666666666.*not", "allowed values of the product", lambda who: None),
        people.launcher,
    ),
    Attempt(
        *("becomes the deploy role of prod", "project deploy role", _deploy_role, TO_PROD),
        *("its trust", _by(people.deploy_pipeline, _deploy_role)),
    ),
    Attempt(
        *("becomes it from the pushed code of Synth", "project deploy role", _deploy_role),
        *(TO_PROD, "its trust", _by(people.deploy_pipeline, _deploy_role)),
        people.synth,
    ),
    Attempt(
        *("becomes the bootstrap's role of prod", "cdk role", _bootstrap_role, TO_PROD),
        *("its trust: governance alone", _by(people.governance, _bootstrap_role)),
    ),
    Attempt(
        *("becomes it from the pushed code of Synth", "cdk role", _bootstrap_role, TO_PROD),
        *("its trust: governance alone", _by(people.governance, _bootstrap_role)),
        people.synth,
    ),
    Attempt(
        *("approves prod", "Approve-prod", _approve, denied("codepipeline:PutApprovalResult")),
        *("`ApproveDeployments` of leads", _by(people.lead, _approve)),
    ),
    Attempt(
        *("starts a build with commands of his own", "build", _buildspec),
        *(denied("codebuild:StartBuild"), "no such permission"),
        _by(people.deploy_pipeline, _buildspec),
    ),
    Attempt(
        *("opens the lead's profile", "profile", partial(_profile, Persona.LEAD_DATA_SCIENTIST)),
        *(denied("sagemaker:CreatePresignedDomainUrl"), "`NoWayIntoAnotherProfile`"),
        _by(people.administrator, partial(_profile, Persona.LEAD_DATA_SCIENTIST)),
    ),
    Attempt(
        *("makes a role for himself", "role", _role_for_himself, denied("iam:CreateRole")),
        *("no such permission", _by(people.administrator, _role_for_himself)),
    ),
    Attempt(
        *("makes a role from the pushed code of Synth", "role", _role_for_himself),
        *(denied("iam:CreateRole"), "no such permission"),
        *(_by(people.administrator, _role_for_himself), people.synth),
    ),
    Attempt(
        *("deploys a version of his choice", "deploy pipeline", _start),
        *(denied("codepipeline:StartPipelineExecution"), "no such permission"),
        _by(people.administrator, _start),
    ),
    Attempt(
        *("pushes to main without a review", "deploy repository", partial(_push, "main")),
        *("not authorized to perform: codecommit:GitPush on refs/heads/main", "`NoPushToMain`"),
        partial(_push, "a-topic"),
    ),
    Attempt(
        *("sends data out", "bucket of another account", send_out, PUT),
        *("`aws:ResourceAccount`", DATA),
    ),
    *(
        Attempt(
            *(f"sends data out of the VPC with {whose}", "bucket of another account"),
            *(partial(send_from_inside, session), PAST_THE_ENDPOINT),
            *("policy of the S3 endpoint", keep_inside),
        )
        for whose, session in (
            ("the own session", OWN_SESSION),
            ("credentials of an account of his own", FOREIGN_SESSION),
        )
    ),
)
