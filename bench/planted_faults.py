"""Faults as people make them: how each is planted, at which act it shows, and what is said then."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from typing import Any

from mlops_commons.config import Stage
from mlops_commons.rehearsal.projects import Project
from mlops_commons.rehearsal.world import World

NOBODY = "999999999999"
DEPLOY_ROLE = "cdk-hnb659fds-deploy-role-{account}-{region}"
PROD = "stage_name: prod\n          "
OTHER_PRODUCT = "Batch Inference"
SECURITY_GROUP = "/vpc/sg/id"


@dataclass(frozen=True)
class Fault:
    """One fault.

    Attributes:
        after: the act after which it is planted.
        act: the act at which it must be caught.
        says: a regular expression of what must be said.
        planted: the world with the fault in it; leaving the context mends it.
        alone: whether it needs a world of its own, because the stack that has failed keeps what
            it retains, and cannot be made again over that.
    """

    name: str
    after: str
    act: str
    says: str
    planted: Callable[[World], AbstractContextManager[World]]
    alone: bool = False


@dataclass(frozen=True)
class ConfigurationFault:
    """A fault of the files, which is caught before anything is deployed.

    Attributes:
        changes: texts of the sample's `cdk-app.yml` and what stands in their place.
    """

    name: str
    says: str
    changes: tuple[tuple[str, str], ...]


CONFIGURATION_FAULTS = (
    ConfigurationFault(
        "a name over its limit",
        "too long|characters",
        (("set_name: business-unit-1", "set_name: " + "u" * 90),),
    ),
    ConfigurationFault(
        "two stages in one account without namespaces",
        "parameter_namespace",
        (("333333333333", "222222222222"),),
    ),
    ConfigurationFault(
        "a wrong region in a deploy action",
        "cannot deploy outside of dev's region",
        ((f"{PROD}account", f"{PROD}region: eu-west-3\n          account"),),
    ),
)


def stage_of(world: World, name: str) -> Stage:
    """A stage of the first set."""
    stage = world.config.enabled_deployments[0].stage(name)
    assert stage
    return stage


@contextmanager
def without_trust(world: World) -> Iterator[World]:
    """The deploy role of preprod forgets the governance account."""
    preprod = stage_of(world, "preprod")
    iam = world.administrator("iam", preprod.account, preprod.region)
    name = DEPLOY_ROLE.format(account=preprod.account, region=preprod.region)
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
def rejecting(world: World) -> Iterator[World]:
    """Whoever is asked at an approval says no."""
    yield replace(world, approve=lambda name: False)


@contextmanager
def without_launch_action(world: World) -> Iterator[World]:
    """The launch role may not make repositories.

    Another product than the later acts use: a failed launch leaves what its stack retains.
    """
    dev = stage_of(world, "dev")
    iam = world.administrator("iam", dev.account, dev.region)
    with _replaced(iam, "codecommit:CreateRepository", "codecommit:GetRepository"):
        yield replace(world, product=OTHER_PRODUCT)


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
    approve_again(world)


@contextmanager
def without_key_grant(world: World) -> Iterator[World]:
    """The key of the project's artifacts does not know prod."""
    with _changed_keys(world) as changed:
        assert changed
        yield world
    approve_again(world)


@contextmanager
def without_bucket_grant(world: World) -> Iterator[World]:
    """The bucket of the project's artifacts does not know prod."""
    dev, prod = stage_of(world, "dev"), stage_of(world, "prod")
    s3 = world.administrator("s3", dev.account, dev.region)
    changed = {}
    for bucket in s3.list_buckets()["Buckets"]:
        try:
            policy = s3.get_bucket_policy(Bucket=bucket["Name"])["Policy"]
        except s3.exceptions.ClientError:
            continue
        if prod.account in policy:
            changed[bucket["Name"]] = policy
    assert changed
    for name, policy in changed.items():
        s3.put_bucket_policy(Bucket=name, Policy=policy.replace(prod.account, NOBODY))
    yield world
    for name, policy in changed.items():
        s3.put_bucket_policy(Bucket=name, Policy=policy)
    approve_again(world)


@contextmanager
def without_group_grant(world: World) -> Iterator[World]:
    """The policy of the model package group does not know prod."""
    project, prod = world.projects[0], stage_of(world, "prod")
    sagemaker = world.administrator("sagemaker", project.dev.account, project.dev.region)
    group = {"ModelPackageGroupName": project.full_name}
    policy = sagemaker.get_model_package_group_policy(**group)["ResourcePolicy"]
    assert prod.account in policy
    less = policy.replace(prod.account, NOBODY)
    sagemaker.put_model_package_group_policy(**group, ResourcePolicy=less)
    yield world
    sagemaker.put_model_package_group_policy(**group, ResourcePolicy=policy)
    approve_again(world)


@contextmanager
def _changed_keys(world: World) -> Iterator[int]:
    dev, prod = stage_of(world, "dev"), stage_of(world, "prod")
    kms = world.administrator("kms", dev.account, dev.region)
    changed = {}
    for key in kms.list_keys()["Keys"]:
        policy = kms.get_key_policy(KeyId=key["KeyId"], PolicyName="default")["Policy"]
        if prod.account in policy:
            changed[key["KeyId"]] = policy
    for key_id, policy in changed.items():
        less = policy.replace(prod.account, NOBODY)
        kms.put_key_policy(KeyId=key_id, PolicyName="default", Policy=less)
    yield len(changed)
    for key_id, policy in changed.items():
        kms.put_key_policy(KeyId=key_id, PolicyName="default", Policy=policy)


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


FAULTS = (
    Fault(
        "an execution policy without one needed action",
        *("bootstrap", "deploy", "codepipeline:CreatePipeline"),
        without_action,
        alone=True,
    ),
    Fault(
        "no trust of governance in preprod", "deploy", "pipelines", "sts:AssumeRole", without_trust
    ),
    Fault("an approval that is rejected", "deploy", "pipelines", "rejected", rejecting),
    Fault(
        "a launch role without one action",
        *("world", "project", "codecommit:CreateRepository"),
        without_launch_action,
    ),
    Fault("a missing SSM parameter", "model", "promotion", SECURITY_GROUP, without_parameter),
    Fault(
        "a model package group policy without prod",
        *("model", "promotion", "sagemaker:DescribeModelPackage"),
        without_group_grant,
        alone=True,
    ),
    Fault(
        "a key policy without prod",
        *("model", "promotion", "kms:Decrypt"),
        without_key_grant,
        alone=True,
    ),
    Fault(
        "a bucket policy without prod",
        *("model", "promotion", "GetObject operation: Access Denied"),
        without_bucket_grant,
    ),
)
