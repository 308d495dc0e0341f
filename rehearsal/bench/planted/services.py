"""Faults that only services notice: permissions of roles that nobody plays by hand."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Final

from mlops_commons.contract import Persona
from mlops_rehearsal.world.world import World
from planted.fault import Fault, stage_of

USE_ROLE: Final = "AmazonSageMakerServiceCatalogProductsUseRole"
NOTHING: Final = "sts:GetCallerIdentity"
"""What stands in the place of a permission: everybody has it anyhow."""
Planted = Callable[[World], AbstractContextManager[World]]


def without_permission(role: str, action: str, stage: str = "dev") -> Planted:
    """A role whose policy's name ends so loses a permission."""

    @contextmanager
    def planted(world: World) -> Iterator[World]:
        place = stage_of(world, stage)
        iam = world.administrator("iam", place.account, place.region)
        changed = []
        for policy in iam.list_policies(Scope="Local")["Policies"]:
            arn, version = policy["Arn"], policy["DefaultVersionId"]
            found = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]
            text = json.dumps(found["Document"])
            if policy["PolicyName"].endswith(role) and f'"{action}"' in text:
                less = text.replace(f'"{action}"', f'"{NOTHING}"')
                made = iam.create_policy_version(
                    PolicyArn=arn, PolicyDocument=less, SetAsDefault=True
                )
                faulty = made["PolicyVersion"]["VersionId"]
                changed.append((arn, text, (version, faulty)))
        assert changed, f"no policy of a role {role} has {action}"
        yield world
        for arn, text, others in changed:
            iam.create_policy_version(PolicyArn=arn, PolicyDocument=text, SetAsDefault=True)
            for version in others:
                iam.delete_policy_version(PolicyArn=arn, VersionId=version)

    return planted


@contextmanager
def trusted_in_another_account(world: World) -> Iterator[World]:
    """SageMaker may assume the lead's role for another account only."""
    dev = stage_of(world, "dev")
    iam = world.administrator("iam", dev.account, dev.region)
    ssm = world.administrator("ssm", dev.account, dev.region)
    name = Persona.LEAD_DATA_SCIENTIST.parameter.within(dev.parameter_namespace)
    role = ssm.get_parameter(Name=name)["Parameter"]["Value"].rpartition("/")[2]
    before = json.dumps(iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"])
    iam.update_assume_role_policy(
        RoleName=role, PolicyDocument=before.replace(dev.account, "999999999999")
    )
    yield world
    iam.update_assume_role_policy(RoleName=role, PolicyDocument=before)


@contextmanager
def key_without_events(world: World) -> Iterator[World]:
    """The keys of the dev account do not know EventBridge."""
    dev = stage_of(world, "dev")
    kms = world.administrator("kms", dev.account, dev.region)
    keys = [key["KeyId"] for key in kms.list_keys()["Keys"]]
    found = {key: kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"] for key in keys}
    changed = {key: text for key, text in found.items() if "events.amazonaws.com" in text}
    assert changed
    for key, text in changed.items():
        other = text.replace("events.amazonaws.com", "cloudwatch.amazonaws.com")
        kms.put_key_policy(KeyId=key, PolicyName="default", Policy=other)
    yield world
    for key, text in changed.items():
        kms.put_key_policy(KeyId=key, PolicyName="default", Policy=text)


@contextmanager
def topics_for_alarms_only(world: World) -> Iterator[World]:
    """The topics of the dev account do not know EventBridge."""
    dev = stage_of(world, "dev")
    sns = world.administrator("sns", dev.account, dev.region)
    changed: dict[str, str] = {}
    for topic in sns.list_topics()["Topics"]:
        arn = topic["TopicArn"]
        policy = sns.get_topic_attributes(TopicArn=arn)["Attributes"].get("Policy", "")
        if "events.amazonaws.com" in policy:
            changed[arn] = policy
    assert changed
    for arn, policy in changed.items():
        other = policy.replace("events.amazonaws.com", "cloudwatch.amazonaws.com")
        sns.set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=other)
    yield world
    for arn, policy in changed.items():
        sns.set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=policy)


@contextmanager
def logs_of_another_service(world: World) -> Iterator[World]:
    """The buckets for access logs let CloudWatch Logs write, which does not."""
    dev = stage_of(world, "dev")
    s3 = world.administrator("s3", dev.account, dev.region)
    changed: dict[str, str] = {}
    for bucket in s3.list_buckets()["Buckets"]:
        try:
            policy = s3.get_bucket_policy(Bucket=bucket["Name"])["Policy"]
        except s3.exceptions.ClientError:
            continue
        if "logging.s3.amazonaws.com" in policy:
            changed[bucket["Name"]] = policy
    assert changed
    for name, policy in changed.items():
        other = policy.replace("logging.s3.amazonaws.com", "logs.amazonaws.com")
        s3.put_bucket_policy(Bucket=name, Policy=other)
    yield world
    for name, policy in changed.items():
        s3.put_bucket_policy(Bucket=name, Policy=policy)


@contextmanager
def role_of_aws(world: World) -> Iterator[World]:
    """SageMaker's console has made its roles for projects in the dev account before."""
    dev = stage_of(world, "dev")
    iam = world.administrator("iam", dev.account, dev.region)
    trust = {"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}}
    document = {"Statement": [{**trust, "Action": "sts:AssumeRole"}]}
    iam.create_role(
        RoleName=USE_ROLE, Path="/service-role/", AssumeRolePolicyDocument=json.dumps(document)
    )
    yield world
    iam.delete_role(RoleName=USE_ROLE)
    stacks = world.administrator("cloudformation", dev.account, dev.region)
    for stack in stacks.describe_stacks()["Stacks"]:
        if stack["StackStatus"] == "ROLLBACK_COMPLETE":
            stacks.delete_stack(StackName=stack["StackName"])
            waiter = stacks.get_waiter("stack_delete_complete")
            waiter.wait(StackName=stack["StackId"], WaiterConfig={"Delay": 1, "MaxAttempts": 60})


LACKING: Final[Mapping[str, tuple[str, str, str]]] = {
    "a pipeline that may not fetch its source": (
        *("-build-pipeline", "codecommit:UploadArchive"),
        "model",
    ),
    "jobs that may not join the network": (
        *("-execution", "ec2:CreateNetworkInterfacePermission"),
        "model",
    ),
    "jobs that may not hand their key on": ("-execution", "kms:CreateGrant", "model"),
    "jobs that may not pull images of AWS": ("-execution", "ecr:BatchGetImage", "model"),
    "jobs that nobody can read": ("-execution", "logs:CreateLogStream", "model"),
    "a build that may not write its log": ("-build", "logs:PutLogEvents", "model"),
    "a pipeline that may not ask for an approval": (
        *("-deploy-pipeline", "sns:Publish"),
        "promotion",
    ),
    "rules that may not start a pipeline": (
        *("-events", "codepipeline:StartPipelineExecution"),
        "promotion",
    ),
}
"""The end of a role's name, the permission that it lacks, and the act that shows it."""
BEFORE: Final = {"model": "project", "promotion": "model"}

ROLE_OF_AWS: Final = Fault(
    "a role that AWS has made before",
    *("deploy", "pipelines", f"{USE_ROLE}' already exists"),
    role_of_aws,
)
"""The first of those that play the pipelines: a stage of which they made anything has the role."""
SERVICE_FAULTS: Final = (
    Fault(
        "a lead whom SageMaker may not be",
        *("pipelines", "world", "not authorized to perform: sts:AssumeRole"),
        trusted_in_another_account,
    ),
    *(
        Fault(name, BEFORE[act], act, action, without_permission(role, action))
        for name, (role, action, act) in LACKING.items()
    ),
    Fault(
        "a key of notices that EventBridge may not use",
        *("project", "model", "kms:GenerateDataKey"),
        key_without_events,
    ),
    Fault(
        "a topic to which EventBridge may not publish",
        *("project", "model", "events.amazonaws.com is not authorized to perform: sns:Publish"),
        topics_for_alarms_only,
    ),
    Fault(
        "access logs that nobody may write",
        *("pipelines", "world", "logging.s3.amazonaws.com is not authorized"),
        logs_of_another_service,
    ),
)
