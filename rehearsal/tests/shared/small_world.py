"""A platform in small: a persona, a project with its pipeline, CloudFormation's role in prod."""

from typing import Any

from mlops_reachability.landing import Landing
from mlops_reachability.model import World

DEV, PROD, GOVERNANCE, REGION = "222222222222", "444444444444", "111111111111", "eu-west-1"
PLACES = {DEV: "dev", PROD: "prod", GOVERNANCE: "governance"}
REPOSITORY = f"arn:aws:codecommit:{REGION}:{DEV}:sagemaker-alpha-p-alpha-deploy"
SYNTH = f"arn:aws:iam::{DEV}:role/sagemaker-p-alpha-synth"
PERSONA = f"arn:aws:iam::{DEV}:role/ds"
APPLY = f"arn:aws:iam::{PROD}:role/apply"
BOUNDARY = f"arn:aws:iam::{PROD}:policy/boundary"
BUCKET = "mlops-p-alpha-pipeline"


def role(name: str, trusted: dict[str, Any], *statements: dict[str, Any], **more: Any) -> Any:
    """A role with one inline policy."""
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", **trusted}
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "RoleName": name,
            "AssumeRolePolicyDocument": {"Statement": [trust]},
            "Policies": [{"PolicyName": "own", "PolicyDocument": {"Statement": [*statements]}}],
            **more,
        },
    }


def allow(actions: str | list[str], resource: str | list[str] = "*", **more: Any) -> dict[str, Any]:
    """A statement."""
    return {"Effect": "Allow", "Action": actions, "Resource": resource, **more}


def service(name: str) -> dict[str, Any]:
    """Who trusts a service."""
    return {"Principal": {"Service": f"{name}.amazonaws.com"}}


def action(name: str, provider: str, category: str = "Build", **more: Any) -> dict[str, Any]:
    """An action of a pipeline."""
    return {"Name": name, "ActionTypeId": {"Category": category, "Provider": provider}, **more}


SOURCE = action(
    "Source",
    "CodeCommit",
    "Source",
    Configuration={"RepositoryName": "sagemaker-alpha-p-alpha-deploy"},
    OutputArtifacts=[{"Name": "Source"}],
)
BUILD = action(
    "Synth",
    "CodeBuild",
    Configuration={"ProjectName": "synth"},
    InputArtifacts=[{"Name": "Source"}],
    OutputArtifacts=[{"Name": "Assembly"}],
)
VERIFY = action(
    "Verify",
    "Lambda",
    "Invoke",
    Configuration={"FunctionName": "verify"},
    InputArtifacts=[{"Name": "Assembly"}],
    OutputArtifacts=[{"Name": "Verified"}],
)
APPROVE = action("Approve", "Manual", "Approval")


def deploy(artifact: str) -> dict[str, Any]:
    """The action that applies a template of an artifact."""
    return action(
        "Deploy",
        "CloudFormation",
        "Deploy",
        Configuration={
            "ActionMode": "CREATE_UPDATE",
            "StackName": "alpha-p-alpha-deploy-prod",
            "TemplatePath": f"{artifact}::prod.template.json",
            "RoleArn": APPLY,
        },
    )


def world(
    *actions: dict[str, Any],
    persona: tuple[dict[str, Any], ...] = (),
    synth: tuple[dict[str, Any], ...] = (),
    apply: tuple[dict[str, Any], ...] = (),
    bucket: tuple[dict[str, Any], ...] = (),
    further: dict[str, Any] | None = None,
) -> World:
    """The accounts with a pipeline of some actions.

    Args:
        persona, synth, apply: statements of the roles.
        bucket: statements of the policy of the bucket of artifacts.
        further: more resources of the dev account.
    """
    landing = Landing(region=REGION, places=PLACES)
    applying = {"Resources": {"Apply": role("apply", service("cloudformation"), *apply)}}
    landing.land(applying, stack="prod", account=PROD)
    landing.policy(BOUNDARY, {"Statement": [allow("s3:GetObject")]})
    project = {
        "Repository": {
            "Type": "AWS::CodeCommit::Repository",
            "Properties": {"RepositoryName": "sagemaker-alpha-p-alpha-deploy"},
        },
        "Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": BUCKET}},
        "Policy": {
            "Type": "AWS::S3::BucketPolicy",
            "Properties": {"Bucket": BUCKET, "PolicyDocument": {"Statement": [*bucket]}},
        },
        "Synth": {
            "Type": "AWS::CodeBuild::Project",
            "Properties": {"Name": "synth", "ServiceRole": SYNTH, "VpcConfig": {}},
        },
        "Persona": role("ds", service("sagemaker"), *persona),
        "Parameter": {
            "Type": "AWS::SSM::Parameter",
            "Properties": {"Name": "/mlops/role/ds", "Value": PERSONA},
        },
        "SynthRole": role("sagemaker-p-alpha-synth", service("codebuild"), *synth),
        "Verify": {
            "Type": "AWS::Lambda::Function",
            "Properties": {"FunctionName": "verify", "Role": f"arn:aws:iam::{DEV}:role/verify"},
        },
        "VerifyRole": role("verify", service("lambda")),
        "Pipeline": {
            "Type": "AWS::CodePipeline::Pipeline",
            "Properties": {
                "Name": "sagemaker-alpha-p-alpha-deploy",
                "ArtifactStore": {"Location": BUCKET},
                "Stages": [{"Name": str(n), "Actions": [a]} for n, a in enumerate(actions)],
            },
        },
        **(further or {}),
    }
    landing.land({"Resources": project}, stack="SC-alpha", account=DEV)
    return landing.world()
