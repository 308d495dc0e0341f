"""Whether what services send by themselves arrives: notices, access logs and flow logs.

Nobody is told where one of them does not: EventBridge and CloudWatch count failures, S3 and VPC
write nothing. `POST /_registry/deliveries` with `account` and `region` says what would not arrive.
Sources: SNS Developer Guide, "Managing Amazon SNS encryption keys and costs" (services that publish
to an encrypted topic); S3 User Guide, "Enabling Amazon S3 server access logging"; VPC User Guide,
"Publish flow logs".
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ministack_aws.access import deeds
from ministack_aws.access.service_principals import service_refusal
from ministack_aws.arns import arn
from ministack_aws.cloudformation.records import all_of
from ministack_aws.corrections.buckets import LOGGED
from ministack_aws.corrections.object_encryption import default_key
from ministack_aws.engine import cloudwatch, eventbridge, kms, s3, sns
from ministack_aws.engine.requests import get_account_id, get_region, request_scope
from ministack_aws.engine.types import Record, Request
from ministack_aws.network import studio_calls

ACL: Final = "bucket-owner-full-control"
EVENTS: Final = "events.amazonaws.com"
ALARMS: Final = "cloudwatch.amazonaws.com"
LOGGING: Final = "logging.s3.amazonaws.com"
DELIVERY: Final = "delivery.logs.amazonaws.com"
FLOW_LOGS: Final = "vpc-flow-logs.amazonaws.com"
PLAIN: Final = "AWSLogs/{account}/vpcflowlogs/log"
HIVE: Final = "AWSLogs/aws-account-id={account}/aws-service=vpcflowlogs/log"
"""VPC User Guide, "Flow log files"."""
KEY_ACTIONS: Final = ("kms:GenerateDataKey", "kms:Decrypt")
TOPIC_CONTEXT: Final = "kms:encryptioncontext:aws:sns:topicarn"
"""With which Amazon SNS calls KMS; events of CloudTrail show it."""
Row = dict[str, str]


def answer(request: Request) -> tuple[int, list[Row]]:
    """An HTTP status, and a row for each thing that would not arrive in an account and region."""
    with request_scope(request["account"], request["region"]):
        return 200, [*_notices(), *_access_logs(), *_flow_logs(), *_studio()]


def _row(service: str, deed: str, text: str | None) -> Iterator[Row]:
    if text:
        place = {"account": get_account_id(), "role": "", "service": service}
        yield {**place, "deed": deed, "reason": text}


def _notices() -> Iterator[Row]:
    for key, targets in list(eventbridge.targets().items()):
        rule = eventbridge.rules().get(key) or {}
        for target in targets:
            if ":sns:" in target.get("Arn", ""):
                what = f"deliver what the rule {rule.get('Name', key)} hears"
                yield from _row(EVENTS, what, topic_refusal(target["Arn"], EVENTS, rule["Arn"]))
    for name, alarm in list(cloudwatch.alarms().items()):
        for topic in alarm.get("AlarmActions") or ():
            if ":sns:" in topic:
                source = arn("cloudwatch", f"alarm:{name}")
                what = f"deliver the alarm {name}"
                yield from _row(ALARMS, what, topic_refusal(topic, ALARMS, source))


def topic_refusal(topic: str, service: str, source: str) -> str | None:
    """Why a service cannot publish to a topic, for a resource of its own; None where it can.

    The topic may be of another account: then its policy and that of its key say so there.
    """
    *_, region, owner, _ = topic.split(":")
    context = {"aws:sourcearn": source, "aws:sourceaccount": get_account_id()}
    with request_scope(owner, region):
        return _refusal_of(topic, service, context)


def _refusal_of(topic: str, service: str, context: Mapping[str, str]) -> str | None:
    found = sns.topics().get(topic)
    if found is None:
        return f"Topic does not exist: {topic}"
    attributes: Mapping[str, Any] = found.get("attributes", {})
    text = service_refusal(attributes.get("Policy"), service, "sns:Publish", topic, context)
    key = attributes.get("KmsMasterKeyId", "")
    if text or not key:
        return text
    policy = None if "alias/aws/" in key else kms.policy_of(key)
    context = {**context, TOPIC_CONTEXT: topic}
    for action in KEY_ACTIONS:
        # The key that AWS manages for SNS names no other service, and nobody can change it.
        text = service_refusal(policy[0] if policy else None, service, action, key, context)
        if text:
            return text
    return None


def _access_logs() -> Iterator[Row]:
    for bucket, logging in LOGGED.items():
        if s3.owner_of(bucket) != get_account_id():
            continue
        target = logging.get("DestinationBucketName")
        if not target:
            continue
        where = f"arn:aws:s3:::{target}/{logging.get('LogFilePrefix', '')}log"
        context = {"aws:sourcearn": f"arn:aws:s3:::{bucket}"}
        policy = s3.bucket_policies().get(target)
        text = service_refusal(policy, LOGGING, "s3:PutObject", where, context)
        if target not in s3.buckets():
            text = f"The target bucket for logging does not exist: {target}"
        yield from _row(LOGGING, f"write the access log of {bucket}", text)


def _studio() -> Iterator[Row]:
    for domain, text in studio_calls.refusals():
        yield from _row("sagemaker.amazonaws.com", f"let Studio {domain} work", text)


def _flow_logs() -> Iterator[Row]:
    for name, properties in all_of("AWS::EC2::FlowLog"):
        source = arn("ec2", f"vpc-flow-log/{name}")
        what = f"write the flow log {name}"
        if properties.get("LogDestinationType") == "s3":
            yield from _row(DELIVERY, what, _of_bucket(properties))
        elif properties.get("DeliverLogsPermissionArn"):
            yield from _row(FLOW_LOGS, what, _of_group(properties, source))


def _of_bucket(properties: Record) -> str | None:
    """Bucket and key may be another account's: their policies say for whom logs are delivered.

    VPC User Guide, "Amazon S3 bucket permissions for flow logs" and "Required key policy for use
    with SSE-KMS".
    """
    bucket, _, folder = properties["LogDestination"].partition(":::")[2].partition("/")
    owner = s3.owner_of(bucket)
    if owner is None:
        return f"LogDestination: {bucket} does not exist"
    policy = s3.bucket_policies().get_scoped(owner, None, bucket)
    options = properties.get("DestinationOptions") or {}
    own = HIVE if options.get("HiveCompatiblePartitions") else PLAIN
    log = "/".join(filter(None, (folder.strip("/"), own.format(account=get_account_id()))))
    asked = [
        (policy, "s3:GetBucketAcl", f"arn:aws:s3:::{bucket}"),
        (policy, "s3:PutObject", f"arn:aws:s3:::{bucket}/{log}"),
    ]
    if key := default_key(bucket, owner):
        found = kms.policy_of(key)
        asked.append((found[0] if found else None, "kms:GenerateDataKey", key))
    place = f"arn:aws:logs:{get_region()}:{get_account_id()}"
    context = {"aws:sourcearn": f"{place}:delivery-source", "s3:x-amz-acl": ACL}
    for document, action, resource in asked:
        if text := service_refusal(document, DELIVERY, action, resource, context):
            return text
    return None


def _of_group(properties: Record, source: str) -> str | None:
    group = properties.get("LogGroupName") or properties.get("LogDestination", "").split(":")[-2]
    here = arn("logs", f"log-group:{group}")
    resources = {"group": (f"{here}:*",), "stream": (f"{here}:log-stream:eni-all",)}
    role = properties["DeliverLogsPermissionArn"]
    return deeds.ask(FLOW_LOGS, "write flow logs", role, resources, source=source)
