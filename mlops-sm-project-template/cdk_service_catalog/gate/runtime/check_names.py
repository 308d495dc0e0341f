"""Whose the resources are that a template makes and uses."""

import re
from collections.abc import Mapping
from typing import Any, Final

from .stage_view import TOKEN, Found, StageView, texts
from .values import is_known, own_resource

ACCOUNT: Final = re.compile(r"[0-9]{12}")
ARN: Final = re.compile(r"(?i)(?<![a-z0-9-])arn:")
"""Where an ARN begins: the image `scikit-learn:1.9-0` holds none."""
NAMES: Final = {
    "AWS::KMS::Alias": ("AliasName",),
    "AWS::IAM::ManagedPolicy": ("ManagedPolicyName",),
    "AWS::SageMaker::DataQualityJobDefinition": ("JobDefinitionName",),
    "AWS::SageMaker::ModelQualityJobDefinition": ("JobDefinitionName",),
}
"""Where a name is not `Name` or `<last part of the type>Name`."""
ROLE_KEYS: Final = frozenset(
    ("executionrolearn", "rolearn", "servicerolearn", "role", "taskrolearn", "credentialsarn")
)
OWN: Final = {
    "ModelName": ("AWS::SageMaker::Model", "ModelName"),
    "EndpointConfigName": ("AWS::SageMaker::EndpointConfig", "EndpointConfigName"),
    "SuccessTopic": ("AWS::SNS::Topic", "TopicArn"),
    "ErrorTopic": ("AWS::SNS::Topic", "TopicArn"),
}
"""Properties that name a resource of the same template, by type and attribute."""
COMPONENT: Final = "AWS::SageMaker::InferenceComponent"
OF_COMPONENT: Final = {**OWN, "EndpointName": ("AWS::SageMaker::Endpoint", "EndpointName")}
"""An endpoint says its name itself; a component says on whose machines it runs."""
SCALED: Final = "AWS::ApplicationAutoScaling::ScalableTarget"
SCALING: Final = "AWS::ApplicationAutoScaling::ScalingPolicy"
COPYING: Final = (
    *("AccessControl", "AnalyticsConfigurations", "InventoryConfigurations"),
    *("MetadataConfiguration", "MetadataTableConfiguration", "NotificationConfiguration"),
    *("ReplicationConfiguration", "WebsiteConfiguration"),
)
PLACES: Final = ("uri", "url", "path")
"""SageMaker takes a place in S3 by its address of the web as well (botocore, sagemaker, S3Uri), in
which a bucket stands in several ways."""
PUBLIC: Final = "PublicAccessBlockConfiguration"
BLOCKED: Final = (
    *("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"),
)
"""What a bucket blocks where nothing is said; where something is, what is left out is open."""


def names(view: StageView) -> Found:
    """Names begin with those of this project; CloudFormation's own begin with the stack's."""
    for logical_id, kind, row in view.resources:
        if kind == "AWS::IAM::Role":
            continue
        last = kind.rpartition("::")[2]
        for key in NAMES.get(kind, ("Name", f"{last}Name")):
            if key in row and not is_own_name(row[key], view):
                yield logical_id, row[key]
    yield from _scaled(view)


def _scaled(view: StageView) -> Found:
    """What is scaled are the project's endpoints, also where a policy names them again."""
    for logical_id, row in view.of(SCALED):
        if not _is_own_endpoint(row.get("ResourceId"), view):
            yield logical_id, row.get("ResourceId")
    for logical_id, row in view.of(SCALING):
        if "ResourceId" in row and not _is_own_endpoint(row["ResourceId"], view):
            yield logical_id, row["ResourceId"]
        target = row.get("ScalingTargetId")
        if target and not own_resource(target, view.scope, SCALED, attribute="Ref"):
            yield logical_id, target


def _is_own_endpoint(value: Any, view: StageView) -> bool:
    """Application Auto Scaling names them `endpoint/<name>/variant/<variant>`, and
    `inference-component/<name>`."""
    parts = str(value).split("/")
    return is_own_name(parts[1] if len(parts) > 1 else "", view)


def role_names(view: StageView) -> Found:
    """Roles have names that show project and stage; CloudFormation's own do not."""
    for logical_id, row in view.of("AWS::IAM::Role"):
        name, path = row.get("RoleName", "no RoleName"), row.get("Path", "/")
        if not is_known(name) or not name.startswith(view.roles):
            yield logical_id, name
        if path != view.settings.role_path:
            yield logical_id, f"Path {path}"


def is_own_name(value: Any, view: StageView) -> bool:
    """Whether a name shows the project and the stage."""
    if not is_known(value):
        return False
    if value.startswith("/mlops/"):
        return bool(value.startswith(f"/mlops/{view.project.name}/"))
    name = value.rpartition("/")[2]
    return bool(name == view.project.full_name or name.startswith(view.prefixes))


def references(view: StageView) -> Found:
    """What an endpoint serves is made in the same template."""
    for logical_id, kind, row in view.resources:
        if kind != COMPONENT and not kind.startswith("AWS::SageMaker::Endpoint"):
            continue
        named = OF_COMPONENT if kind == COMPONENT else OWN
        for key, text in texts(row):
            if key in named:
                wanted, attribute = named[key]
                own = own_resource(text, view.scope, wanted, attribute=attribute)
                if not own and not own_resource(text, view.scope, wanted, attribute="Ref"):
                    yield logical_id, text


def roles(view: StageView) -> Found:
    """A service gets roles of the same template, and no other."""
    for logical_id, kind, row in view.resources:
        if kind.startswith("AWS::IAM::"):
            continue
        for key, text in texts(row):
            if key.lower() in ROLE_KEYS and not _is_own_role(text, view):
                yield logical_id, text


def _is_own_role(value: str, view: StageView) -> bool:
    return own_resource(value, view.scope, "AWS::IAM::Role", attribute="Arn")


def accounts(view: StageView) -> Found:
    """ARNs and images of the stage's own account, and of dev, where the model is."""
    allowed = {view.account, view.settings.dev_account, "", "aws", "*"}
    for logical_id, _, row in view.resources:
        for _, text in texts(row):
            for part in _accounts_in(text):
                if part not in allowed:
                    yield logical_id, text


def _accounts_in(text: str) -> list[str]:
    """The accounts that a text names: of ARNs, of bare ids; an unknown part is `?`."""
    plain = TOKEN.sub("?", text)
    found = []
    for start in (match.start() for match in ARN.finditer(plain)):
        parts = plain[start:].split(":", 5)
        if len(parts) > 4:
            found.append(parts[4])
    if ACCOUNT.fullmatch(plain):
        found.append(plain)
    return found


def buckets(view: StageView) -> Found:
    """Data stays in the stage's own buckets; models come from the project's artifact bucket."""
    for logical_id, _, row in view.resources:
        for key, text in texts(row):
            foreign = [bucket for bucket in _buckets_in(text) if bucket not in view.buckets]
            yield from ((logical_id, f"bucket '{bucket}' in {text}") for bucket in foreign)
            if key.lower().endswith(PLACES) and text.lower().startswith("http"):
                yield logical_id, f"{key} {text}"


def copies(view: StageView) -> Found:
    """No bucket copies its content or its logs to one of somebody else."""
    for logical_id, row in view.of("AWS::S3::Bucket"):
        for key in COPYING:
            if key in row:
                yield logical_id, key
        logging = row.get("LoggingConfiguration")
        if logging is not None and not _logs_here(logging, view):
            yield logical_id, logging
        if PUBLIC in row and not _is_closed(row[PUBLIC]):
            yield logical_id, row[PUBLIC]


def _is_closed(given: Any) -> bool:
    blocks = given if isinstance(given, Mapping) else {}
    return all(blocks.get(key) in (True, "true") for key in BLOCKED)


def _logs_here(logging: Any, view: StageView) -> bool:
    target = logging.get("DestinationBucketName") if isinstance(logging, Mapping) else ""
    archive = view.settings.access_logs.replace("{account}", view.account)
    return target is None or target in (*view.buckets, *filter(None, [archive]))


def _buckets_in(text: str) -> list[str]:
    """Buckets by URI and by ARN, in lower or upper case letters."""
    found = re.findall(r"""(?i)s3://([^/?"'\\\s]*)""", text)
    return found + [
        match[1] for match in re.finditer(r"(?i)arn:[^:]*:s3:[^:]*:[^:]*:([^/]*)", text)
    ]
