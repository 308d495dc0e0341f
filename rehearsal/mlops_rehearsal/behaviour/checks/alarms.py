"""Events that start nothing ring: each rule that starts a pipeline is watched.

Sources: "Monitoring Amazon EventBridge" (FailedInvocations, by RuleName), EventBridge User Guide;
PutMetricAlarm, CloudWatch API Reference (what an alarm without one of these means); "Permissions
between event sources and encrypted topics", Amazon SNS Developer Guide.
"""

from collections.abc import Iterator
from typing import Any, Final

from mlops_commons.iam.evaluation import Request
from mlops_rehearsal.behaviour.asking import context
from mlops_rehearsal.behaviour.checks.keys import using
from mlops_rehearsal.behaviour.checks.topics import policy_of
from mlops_rehearsal.behaviour.policies import resource_allows
from mlops_rehearsal.behaviour.stack import Resource, Stack

RINGS: Final[dict[str, Any]] = {
    "Namespace": "AWS/Events",
    "MetricName": "FailedInvocations",
    "Statistic": "Sum",
    "ComparisonOperator": "GreaterThanThreshold",
    "TreatMissingData": "notBreaching",
    "Threshold": 0,
    "Period": 300,
    "EvaluationPeriods": 1,
}
ENDPOINT: Final = "AWS::SageMaker::Endpoint"
WAITING: Final = "ApproximateNumberOfMessagesVisible"
CLOUDWATCH: Final = "cloudwatch.amazonaws.com"
FOREIGN: Final = "999999999999"
OTHERS: Final = {"preprod": "PreProdAccount", "prod": "ProdAccount"}
"""By stage, the parameter of a project that names its account."""
ENABLED: Final = "ActionsEnabled"


def lost_events_ring(stack: Stack) -> Iterator[str]:
    """Each rule has one alarm of its name, which tells the topic at once."""
    if not stack.name.startswith("SC-"):
        return
    alarms = list(stack.of_type("AWS::CloudWatch::Alarm"))
    for rule in stack.of_type("AWS::Events::Rule"):
        watching = [a for a in alarms if _watched(a) == [("RuleName", stack.ref(rule.id))]]
        if len(watching) != 1:
            yield f"{rule.id}: {len(watching)} alarms watch whether it does what it should"
    rules = {stack.ref(rule.id) for rule in stack.of_type("AWS::Events::Rule")}
    for alarm in alarms:
        if not {value for _, value in _watched(alarm)} <= rules:
            yield f"{alarm.id} watches {_watched(alarm)}, which is no rule of the project"
        yield from _silent(stack, alarm)


def alarms_do_something(stack: Stack) -> Iterator[str]:
    """An alarm tells somebody, or takes a version of a model back."""
    back = str([e.properties["DeploymentConfig"] for e in stack.of_type(ENDPOINT)])
    for alarm in stack.of_type("AWS::CloudWatch::Alarm"):
        watched = any(stack.of_type(ENDPOINT)) and stack.name.endswith("-dev")
        if not (alarm.properties["AlarmActions"] or watched or stack.ref(alarm.id) in back):
            yield f"{alarm.id} rings, and nothing follows"


def queues_of_lost_events_ring(stack: Stack) -> Iterator[str]:
    """Each queue is watched by an alarm that rings with the first message.

    Source: "Available CloudWatch metrics for Amazon SQS", SQS Developer Guide.
    """
    alarms = list(stack.of_type("AWS::CloudWatch::Alarm"))
    for queue in stack.of_type("AWS::SQS::Queue"):
        own = [a for a in alarms if _watches_queue(stack, a, queue)]
        if not own:
            yield f"{queue.id}: no alarm watches whether something lies there"
        for alarm in own:
            known = alarm.properties
            if not str(known["ComparisonOperator"]).startswith("GreaterThan"):
                yield f"{alarm.id} is not raised by more"
            if known["Threshold"] not in (0, 1) or not known["AlarmActions"]:
                yield f"{alarm.id} tells nobody of the first message"


def _watches_queue(stack: Stack, alarm: Resource, queue: Resource) -> bool:
    known = alarm.properties
    values = [str(value).removesuffix(".QueueName") for _, value in _watched(alarm)]
    metric = (known["Namespace"], known["MetricName"])
    return values == [stack.named(queue.id)] and metric == ("AWS/SQS", WAITING)


def alarms_reach_their_topic(stack: Stack) -> Iterator[str]:
    """CloudWatch publishes for each alarm, by the topic and its key, and for nobody else's."""
    for alarm in stack.of_type("AWS::CloudWatch::Alarm"):
        arn = stack.arn(alarm.id)
        foreign = arn.replace(f":{stack.account}:", f":{FOREIGN}:")
        for told in alarm.properties["AlarmActions"] or ():
            topic = stack.referenced(told, "AWS::SNS::Topic")
            for source, account in ((arn, stack.account), (foreign, FOREIGN)) if topic else ():
                missing = list(_missing(stack, topic, source, account))  # type: ignore[arg-type]
                if account == stack.account:
                    yield from (f"{alarm.id}: CloudWatch may not {name}" for name in missing)
                elif not missing:
                    yield f"{alarm.id}: CloudWatch publishes for alarms of {account}"


def alarms_of_stages_reach_the_project(stack: Stack) -> Iterator[str]:
    """An alarm of a deployed endpoint tells the topic of its project, from each stage's account.

    Deploy apps name their alarms `<project>-<id>-<stage>-...`.
    """
    known = stack.parameters
    accounts = {"dev": stack.account}
    accounts |= {s: known[n] for s, n in OTHERS.items()} if stack.name.startswith("SC-") else {}
    for topic in stack.of_type("AWS::SNS::Topic") if len(accounts) > 1 else ():
        project = f"{known['SageMakerProjectName']}-{known['SageMakerProjectId']}"
        for stage, account in accounts.items():
            arn = f"arn:aws:cloudwatch:{stack.region}:{account}:alarm:{project}-{stage}-errors"
            for name in _missing(stack, topic, arn, account):
                yield f"{topic.id}: CloudWatch of {stage} may not {name}"
            other = f"arn:aws:cloudwatch:{stack.region}:{account}:alarm:other-{stage}-errors"
            if "sns:Publish" not in list(_missing(stack, topic, other, account)):
                yield f"{topic.id}: any alarm of {stage} may tell it"


def alarms_of_neighbours_tell_nobody(stack: Stack) -> Iterator[str]:
    """A topic of alarms, and its key, ask which alarm of the account it is.

    Else whoever makes an alarm in the account has its topic tell what was not.

    Source: Amazon SNS Developer Guide, "Cross-service confused deputy prevention".
    """
    topics = {
        topic.id: topic
        for alarm in stack.of_type("AWS::CloudWatch::Alarm")
        for told in alarm.properties["AlarmActions"] or ()
        if (topic := stack.referenced(told, "AWS::SNS::Topic"))
    }
    other = f"arn:aws:cloudwatch:{stack.region}:{stack.account}:alarm:of-somebody-else"
    for topic in topics.values():
        key = stack.referenced(topic.properties["KmsMasterKeyId"], "AWS::KMS::Key")
        asked = {"sns:Publish", *(("kms:Decrypt", "kms:GenerateDataKey") if key else ())}
        for name in sorted(asked - set(_missing(stack, topic, other, stack.account))):
            yield f"{topic.id}: CloudWatch may {name} for {other}"


def _missing(stack: Stack, topic: Resource, source: str, account: str) -> Iterator[str]:
    own = {"aws:SourceArn": source, "aws:SourceAccount": account}
    publish = Request("sns:Publish", stack.arn(topic.id), context(stack, own))
    if not resource_allows(policy_of(stack, topic), CLOUDWATCH, publish):
        yield "sns:Publish"
    key = stack.referenced(topic.properties["KmsMasterKeyId"], "AWS::KMS::Key")
    for name in ("Decrypt", "GenerateDataKey") if key else ():
        policy = key.properties["KeyPolicy"] if key else {}
        if not resource_allows(policy, CLOUDWATCH, using(stack, name, own)):
            yield f"kms:{name}"


def _watched(alarm: Resource) -> list[tuple[Any, Any]]:
    return [(d.get("Name"), d.get("Value")) for d in alarm.properties["Dimensions"]]


def _silent(stack: Stack, alarm: Resource) -> Iterator[str]:
    for name, wanted in RINGS.items():
        if alarm.properties.get(name) != wanted:
            yield f"{alarm.id}: {name} is {alarm.properties.get(name)}, not {wanted}"
    number = stack.parameters["SageMakerProjectId"]
    if not str(alarm.properties["AlarmName"]).startswith(f"sagemaker-{number}-"):
        yield f"{alarm.id} is no alarm of the project by its name, which the topic asks for"
    told = [stack.referenced(arn, "AWS::SNS::Topic") for arn in alarm.properties["AlarmActions"]]
    if None in told or not told or alarm.properties.get(ENABLED, True) is not True:
        yield f"{alarm.id} tells nobody"
