"""Faults in accounts: trust, policies, parameters and rules that are not as they were."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any, Final

from mlops_rehearsal.acts.bootstrap import wrapper
from mlops_rehearsal.world.projects import Project
from mlops_rehearsal.world.world import World
from planted.fault import stage_of

SECONDS: Final = 60
NOBODY: Final = "999999999999"
SECURITY_GROUP: Final = "/vpc/sg/id"


@contextmanager
def without_trust(world: World) -> Iterator[World]:
    """The deploy role of preprod forgets the governance account."""
    preprod = stage_of(world, "preprod")
    iam = world.administrator("iam", preprod.account, preprod.region)
    name = preprod.bootstrap.toolkit.deploy_role(preprod.account, preprod.region)
    before = json.dumps(iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"])
    governance = world.config.pipeline.account
    after = before.replace(governance, preprod.account)
    iam.update_assume_role_policy(RoleName=name, PolicyDocument=after)
    yield world
    iam.update_assume_role_policy(RoleName=name, PolicyDocument=before)


@contextmanager
def without_action(world: World) -> Iterator[World]:
    """The execution policies of governance lose the creation of pipelines."""
    place = world.config.pipeline
    iam = world.administrator("iam", place.account, place.region)
    with _replaced(iam, "codepipeline:CreatePipeline", "codepipeline:GetPipeline"):
        yield world


@contextmanager
def _replaced(iam: Any, action: str, other: str) -> Iterator[None]:
    """Every policy of an account has another action in the place of one."""
    changed = []
    for policy in iam.list_policies(Scope="Local")["Policies"]:
        arn, version = policy["Arn"], policy["DefaultVersionId"]
        found = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]
        text = json.dumps(found["Document"])
        if f'"{action}"' in text:
            less = text.replace(f'"{action}"', f'"{other}"')
            iam.create_policy_version(PolicyArn=arn, PolicyDocument=less, SetAsDefault=True)
            changed.append((arn, text))
    assert changed
    yield
    for arn, text in changed:
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=text, SetAsDefault=True)


@contextmanager
def without_launch_action(world: World) -> Iterator[World]:
    """The launch role may not make repositories."""
    dev = stage_of(world, "dev")
    iam = world.administrator("iam", dev.account, dev.region)
    with _replaced(iam, "codecommit:CreateRepository", "codecommit:GetRepository"):
        yield world
    _terminate_failed(world.administrator("servicecatalog", dev.account, dev.region))


def _terminate_failed(catalog: Any) -> None:
    """Take away what could not be launched: its name is taken until then."""

    def failed() -> list[str]:
        everybody = {"Key": "Account", "Value": "self"}
        found = catalog.scan_provisioned_products(AccessLevelFilter=everybody)
        return [p["Id"] for p in found["ProvisionedProducts"] if p["Status"] != "AVAILABLE"]

    for product in failed():
        catalog.terminate_provisioned_product(ProvisionedProductId=product)
    end = time.monotonic() + SECONDS
    while failed() and time.monotonic() < end:
        time.sleep(0.5)


@contextmanager
def without_parameter(world: World) -> Iterator[World]:
    """Somebody has deleted the parameter with preprod's security group."""
    preprod = stage_of(world, "preprod")
    ssm = world.administrator("ssm", preprod.account, preprod.region)
    name = f"/{preprod.parameter_namespace}{SECURITY_GROUP}".replace("//", "/")
    value = ssm.get_parameter(Name=name)["Parameter"]["Value"]
    ssm.delete_parameter(Name=name)
    yield world
    ssm.put_parameter(Name=name, Value=value, Type="String")


@contextmanager
def _without_prod(
    world: World, policies: Mapping[str, str], put: Callable[[str, str], object]
) -> Iterator[World]:
    """The policies that name prod name nobody in its place.

    Args:
        policies: the texts by the name of what has them; `put` gives one another text.
    """
    prod = stage_of(world, "prod").account
    changed = {name: text for name, text in policies.items() if prod in text}
    assert changed
    for name, text in changed.items():
        put(name, text.replace(prod, NOBODY))
    yield world
    for name, text in changed.items():
        put(name, text)
    _delete_failed(world)


def _delete_failed(world: World) -> None:
    """Delete what could not be created in prod: CloudFormation updates no such stack."""
    prod = stage_of(world, "prod")
    stacks = world.administrator("cloudformation", prod.account, prod.region)
    for stack in stacks.describe_stacks()["Stacks"]:
        if stack["StackStatus"] == "ROLLBACK_COMPLETE":
            stacks.delete_stack(StackName=stack["StackName"])
            waiter = stacks.get_waiter("stack_delete_complete")
            waiter.wait(StackName=stack["StackId"], WaiterConfig={"Delay": 1, "MaxAttempts": 60})


def without_key_grant(world: World) -> AbstractContextManager[World]:
    """The key of the project's artifacts does not know prod."""
    dev = stage_of(world, "dev")
    kms = world.administrator("kms", dev.account, dev.region)
    keys = [key["KeyId"] for key in kms.list_keys()["Keys"]]

    def put(key: str, text: str) -> None:
        kms.put_key_policy(KeyId=key, PolicyName="default", Policy=text)

    found = {key: kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"] for key in keys}
    return _without_prod(world, found, put)


def without_bucket_grant(world: World) -> AbstractContextManager[World]:
    """The bucket of the project's artifacts does not know prod."""
    dev = stage_of(world, "dev")
    s3 = world.administrator("s3", dev.account, dev.region)
    found = {}
    for bucket in s3.list_buckets()["Buckets"]:
        # A bucket without a policy is an error to S3.
        with suppress(s3.exceptions.ClientError):
            name = bucket["Name"]
            found[name] = s3.get_bucket_policy(Bucket=name)["Policy"]

    def put(bucket: str, text: str) -> None:
        s3.put_bucket_policy(Bucket=bucket, Policy=text)

    return _without_prod(world, found, put)


def without_group_grant(world: World) -> AbstractContextManager[World]:
    """The policy of the model package group does not know prod."""
    project = world.projects[0]
    sagemaker = world.administrator("sagemaker", project.dev.account, project.dev.region)
    name = project.full_name
    found = sagemaker.get_model_package_group_policy(ModelPackageGroupName=name)

    def put(group: str, text: str) -> None:
        sagemaker.put_model_package_group_policy(ModelPackageGroupName=group, ResourcePolicy=text)

    return _without_prod(world, {name: found["ResourcePolicy"]}, put)


def approve_again(world: World) -> None:
    """The version waits for its approval as before."""
    for project in world.projects:
        sagemaker: Any = world.administrator("sagemaker", project.dev.account, project.dev.region)
        for version in _versions(sagemaker, project):
            sagemaker.update_model_package(
                ModelPackageArn=version, ModelApprovalStatus="PendingManualApproval"
            )


def _versions(sagemaker: Any, project: Project) -> list[str]:
    found = sagemaker.list_model_packages(ModelPackageGroupName=project.full_name)
    return [row["ModelPackageArn"] for row in found["ModelPackageSummaryList"]]


@contextmanager
def trust_lost(world: World) -> Iterator[World]:
    """Somebody bootstraps prod by hand for a second set, and names whom that one trusts alone."""
    prod = stage_of(world, "prod")
    iam = world.administrator("iam", prod.account, prod.region)
    role = prod.bootstrap.toolkit.execution_role(prod.account, prod.region)
    policies = iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]
    world.program(
        "bootstrap-by-hand",
        [
            *(world.checkout / "node_modules" / ".bin" / "cdk", "bootstrap"),
            f"aws://{prod.account}/{prod.region}",
            *("--profile", prod.bootstrap.aws_profile, "--trust", NOBODY),
            "--cloudformation-execution-policies",
            ",".join(policy["PolicyArn"] for policy in policies),
        ],
        cwd=world.folder,
        environment=world.environment(),
    )
    yield world
    wrapper(world, "bootstrap-again", "bootstrap", "--yes")


@contextmanager
def every_branch(world: World) -> Iterator[World]:
    """The rules of the pipelines in governance do not say which branch they follow."""
    place = world.config.pipeline
    events = world.administrator("events", place.account, place.region)
    changed = []
    for rule in events.list_rules()["Rules"]:
        pattern = json.loads(rule.get("EventPattern", "{}"))
        if pattern.get("detail", {}).pop("referenceName", None):
            events.put_rule(Name=rule["Name"], EventPattern=json.dumps(pattern))
            changed.append(rule)
    assert changed
    yield world
    for rule in changed:
        events.put_rule(Name=rule["Name"], EventPattern=rule["EventPattern"])
