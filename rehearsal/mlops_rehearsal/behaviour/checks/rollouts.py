"""A version of a model in a stage: what it reads, what watches it, and what takes it back.

Sources: "Monitor SageMaker AI in Amazon CloudWatch" (namespaces, metrics and dimensions of
endpoints), "Auto-Rollback Configuration and Monitoring", "Automatic scaling prerequisites",
"Capture data from real-time endpoint", SageMaker Developer Guide.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from mlops_rehearsal.behaviour.asking import Need, excess, lacking, role_of
from mlops_rehearsal.behaviour.pipelines import PIPELINE, comparing, scoring
from mlops_rehearsal.behaviour.stack import Resource, Stack

METRICS: Final = {
    "Invocation5XXErrors": ("Sum", "Average"),
    "ModelLatency": ("p",),
    "OverheadLatency": ("p",),
}
"""By metric, the statistics that say something about it: percentiles begin with p. A mistake of a
client, counted in Invocation4XXErrors, says nothing about a version."""
ALARM: Final = "AWS::CloudWatch::Alarm"
ENDPOINT: Final = "AWS::SageMaker::Endpoint"
MODEL: Final = "AWS::SageMaker::Model"
OF_PIPELINES: Final = "AWS/Sagemaker/ModelBuildingPipeline"
HALF: Final = 50
INSTANCE_STORE: Final = (
    "ml.g4dn",
    "ml.g5",
    "ml.g6",
    "ml.p4",
    "ml.p5",
    "ml.m5d",
    "ml.c5d",
    "ml.r5d",
)
"""Their volumes are encrypted by hardware, and a key is refused: CreateEndpointConfig."""


def alarms_watch_the_endpoint(stack: Stack) -> Iterator[str]:
    """Each alarm watches a metric of the endpoint and of the variant that are there."""
    for endpoint in stack.of_type(ENDPOINT):
        variants = [
            v["VariantName"] for v in _config(stack, endpoint).get("ProductionVariants", [])
        ]
        for alarm in _of_the_endpoint(stack):
            wanted = {"EndpointName": stack.named(endpoint.id), "VariantName": variants[0]}
            for metric, statistic in _watched(alarm):
                values = {d["Name"]: d["Value"] for d in metric["Dimensions"]}
                if values != wanted or metric["Namespace"] != "AWS/SageMaker":
                    yield f"{alarm.id} watches {metric['Namespace']} {values}, not {wanted}"
                if not statistic.startswith(METRICS.get(metric["MetricName"], ("none",))):
                    yield f"{alarm.id} watches the {statistic} of {metric['MetricName']}"
            yield from _judges(alarm)


def failed_runs_are_told(stack: Stack) -> Iterator[str]:
    """A run that scores nothing, or finds drift, fails; an alarm that tells somebody sees it.

    Source: "Monitor SageMaker Pipelines with CloudWatch", SageMaker Developer Guide.
    """
    for pipeline in stack.of_type(PIPELINE):
        wanted = {"PipelineName": stack.named(pipeline.id)}
        alarms = [a for a in stack.of_type(ALARM) if _dimensions(a) == [wanted]]
        if len(alarms) != 1:
            yield f"{pipeline.id} is watched by {len(alarms)} alarms"
        for alarm in alarms:
            known = alarm.properties
            if (known["Namespace"], known["MetricName"]) != (OF_PIPELINES, "ExecutionFailed"):
                yield f"{alarm.id} watches {known['MetricName']} in {known['Namespace']}"
            if known["Statistic"] != "Sum" or not known["AlarmActions"]:
                yield f"{alarm.id} adds up nothing, or tells nobody"
            yield from _judges(alarm)


def _of_the_endpoint(stack: Stack) -> Iterator[Resource]:
    """Every alarm but those of pipelines that compare traffic."""
    others = [{"PipelineName": stack.named(pipeline.id)} for pipeline in comparing(stack)]
    return (a for a in stack.of_type(ALARM) if not any(d in others for d in _dimensions(a)))


def _dimensions(alarm: Resource) -> list[dict[str, str]]:
    return [{d["Name"]: d["Value"] for d in m["Dimensions"]} for m, _ in _watched(alarm)]


def endpoints_roll_back(stack: Stack) -> Iterator[str]:
    """A version that raises an alarm is taken back; auto scaling's count and capture stay."""
    for endpoint in stack.of_type(ENDPOINT):
        if stack.name.endswith("-dev"):
            continue  # dev takes every version at once, and its tests judge it
        known = endpoint.properties
        config = known["DeploymentConfig"] or {}
        back = config.get("AutoRollbackConfiguration", {}).get("Alarms", [])
        alarms = {stack.ref(a.id) for a in _of_the_endpoint(stack)}
        if {alarm["AlarmName"] for alarm in back} != alarms or not alarms:
            yield f"{endpoint.id} is rolled back by {back}, and {sorted(alarms)} watch it"
        if "BlueGreenUpdatePolicy" not in config:
            yield f"{endpoint.id} takes a new version at once"
        else:
            yield from _canary(endpoint, config["BlueGreenUpdatePolicy"])
        if any(stack.of_type("AWS::ApplicationAutoScaling::ScalableTarget")):
            kept = [e["VariantPropertyType"] for e in known["ExcludeRetainedVariantProperties"]]
            if known["RetainAllVariantProperties"] is not True:
                yield f"{endpoint.id} loses the number of instances with each version"
            if "DataCaptureConfig" not in kept or "DesiredInstanceCount" in kept:
                yield f"{endpoint.id} keeps the wrong properties: not {kept}"


def _canary(endpoint: Resource, policy: Any) -> Iterator[str]:
    """Of half of the instances at most: AWS::SageMaker::Endpoint TrafficRoutingConfig."""
    routing = policy.get("TrafficRoutingConfiguration", {})
    size = routing.get("CanarySize", {})
    if routing.get("Type") != "CANARY" or size.get("Type") != "CAPACITY_PERCENT":
        yield f"{endpoint.id} shows a new version to everybody at once"
    elif not 0 < size.get("Value", 0) <= HALF:
        yield f"{endpoint.id}: its canary takes {size.get('Value')} %, more than {HALF}"


def answers_are_captured(stack: Stack) -> Iterator[str]:
    """What is asked and answered is kept in the stage's bucket, with its key."""
    for found in stack.of_type("AWS::SageMaker::EndpointConfig"):
        capture = found.properties["DataCaptureConfig"] or {}
        buckets = [stack.ref(b.id) for b in stack.of_type("AWS::S3::Bucket") if _has_key(stack, b)]
        keys = [stack.arn(key.id) for key in stack.of_type("AWS::KMS::Key")]
        modes = {option["CaptureMode"] for option in capture.get("CaptureOptions", [])}
        if capture.get("EnableCapture") is not True or modes != {"Input", "Output"}:
            yield f"{found.id} does not capture what is asked and answered"
        target = str(capture.get("DestinationS3Uri", ""))
        if not any(target.startswith(f"s3://{bucket}/") for bucket in buckets):
            yield f"{found.id} captures into {target}, which has no key of the account"
        if capture.get("KmsKeyId") not in keys:
            yield f"{found.id} captures without a key"
        kinds = [v["InstanceType"] for v in found.properties["ProductionVariants"]]
        stores = [kind.startswith(INSTANCE_STORE) for kind in kinds]
        if not any(stores) and found.properties["KmsKeyId"] not in keys:
            yield f"{found.id}: volumes without a key"


def endpoints_scale(stack: Stack) -> Iterator[str]:
    """A policy scales the target that scales the endpoint's variant."""
    targets = list(stack.of_type("AWS::ApplicationAutoScaling::ScalableTarget"))
    for found in stack.of_type("AWS::ApplicationAutoScaling::ScalingPolicy"):
        known = found.properties
        if known["ScalingTargetId"] not in [stack.ref(target.id) for target in targets]:
            yield f"{found.id} scales nothing"
        follows = known["TargetTrackingScalingPolicyConfiguration"] or {}
        if not follows.get("TargetValue"):
            yield f"{found.id} follows nothing"


def models_are_there(stack: Stack) -> Iterator[str]:
    """A model is of a registered version and in the private network; its role reads it."""
    for model in stack.of_type(MODEL):
        containers = model.properties["Containers"] or [model.properties["PrimaryContainer"]]
        packages = [c.get("ModelPackageName", "") for c in containers if c]
        role = role_of(stack, model.properties["ExecutionRoleArn"])
        if not all(":model-package/" in package for package in packages) or not packages:
            yield f"{model.id} is of no registered version"
        if role and model in _served(stack):
            yield from lacking(stack, role, _alarms(stack))
    for role in _runners(stack):
        yield from lacking(stack, role, _reads(stack, role))
        yield from excess(stack, role, _never(stack))


def pipelines_run_their_steps(stack: Stack) -> Iterator[str]:
    """A pipeline of a stage makes its jobs in the private subnets, and scores with its model."""
    compared = {pipeline.id for pipeline in comparing(stack)}
    for pipeline in stack.of_type(PIPELINE):
        role = role_of(stack, pipeline.properties["RoleArn"])
        body = str(pipeline.properties["PipelineDefinition"])
        if role is None or stack.arn(role.id) not in body:
            yield f"{pipeline.id} runs its steps as somebody else"
            continue
        yield from lacking(stack, role, _as_itself(stack, role))
        yield from lacking(stack, role, _jobs(stack, JOBS[:1] if pipeline.id in compared else JOBS))
        if pipeline.id not in compared:
            yield from _scores_with_its_model(stack, role, body)
        for kind in ("AWS::KMS::Key", "AWS::S3::Bucket"):
            known = [
                stack.arn(f.id) if kind.endswith("Key") else stack.ref(f.id)
                for f in stack.of_type(kind)
                if kind.endswith("Key") or _has_key(stack, f)
            ]
            if not any(value in body for value in known):
                yield f"{pipeline.id} uses no {kind} of the stage"


def tests_ask_the_stage(stack: Stack) -> Iterator[str]:
    """The role of tests asks what is in its stage, and reads how it is made."""
    for role in stack.of_type("AWS::IAM::Role"):
        if not stack.named(role.id).endswith("-test"):
            continue
        for kind, names in ASKED.items():
            for found in _asked(stack, kind):
                actions = tuple(f"sagemaker:{name}" for name in names)
                on = stack.arn(found.id)
                yield from lacking(stack, role, [Need(why="test", actions=actions, resource=on)])
        other = f"arn:aws:sagemaker:{stack.region}:{stack.account}:endpoint/of-others"
        need = Need(why="ask", actions=("sagemaker:InvokeEndpoint",), resource=other)
        yield from excess(stack, role, [need])


def _asked(stack: Stack, kind: str) -> Iterable[Resource]:
    """What tests look at: of pipelines those that score, of models those of endpoints."""
    if kind == PIPELINE:
        return scoring(stack)
    return _served(stack) if kind == MODEL else stack.of_type(kind)


def _served(stack: Stack) -> list[Resource]:
    """The models of a stack with an endpoint; one that scores batches answers nobody."""
    return list(stack.of_type(MODEL)) if any(stack.of_type(ENDPOINT)) else []


ASKED: Final = {
    ENDPOINT: ("DescribeEndpoint", "InvokeEndpoint"),
    "AWS::SageMaker::EndpointConfig": ("DescribeEndpointConfig",),
    "AWS::SageMaker::InferenceComponent": ("DescribeInferenceComponent", "InvokeEndpoint"),
    MODEL: ("DescribeModel",),
    "AWS::SageMaker::Pipeline": ("DescribePipeline", "StartPipelineExecution"),
}


def _config(stack: Stack, endpoint: Resource) -> Any:
    for found in stack.of_type("AWS::SageMaker::EndpointConfig"):
        if stack.named(found.id) == endpoint.properties["EndpointConfigName"]:
            return found.properties
    return {}


def _watched(alarm: Resource) -> Iterator[tuple[Any, str]]:
    """The metrics of an alarm, or of its expression, each with its statistic."""
    known = alarm.properties
    for row in known["Metrics"] or []:
        if "MetricStat" in row:
            yield row["MetricStat"]["Metric"], str(row["MetricStat"]["Stat"])
    if not known["Metrics"]:
        yield known, str(known["Statistic"] or known["ExtendedStatistic"])


def _judges(alarm: Resource) -> Iterator[str]:
    """An alarm that judges nothing: no threshold, no period, or missing data taken for bad."""
    known = alarm.properties
    for name in ("EvaluationPeriods", "ComparisonOperator"):
        if not known[name]:
            yield f"{alarm.id} has no {name}"
    periods = [row["MetricStat"]["Period"] for row in known["Metrics"] or [] if "MetricStat" in row]
    if not all(periods or [known["Period"]]):
        yield f"{alarm.id} has no Period"
    if not str(known["ComparisonOperator"]).startswith("GreaterThan") or known["Threshold"] == "":
        yield f"{alarm.id} is not raised by more"
    if known["TreatMissingData"] != "notBreaching":
        yield f"{alarm.id} takes an endpoint that nobody asks for a bad one"


def _has_key(stack: Stack, bucket: Resource) -> bool:
    return any(
        stack.arn(key.id) in str(bucket.properties["BucketEncryption"])
        for key in stack.of_type("AWS::KMS::Key")
    )


def _runners(stack: Stack) -> list[Resource]:
    return [
        role
        for role in stack.of_type("AWS::IAM::Role")
        if stack.name.startswith("deploy-") and stack.named(role.id).endswith("-execution")
    ]


PROJECT, DEV = "p-iiiiiiiiiiiiii", "111122223333"


def _reads(stack: Stack, role: Resource) -> Iterator[Need]:
    """The model, by its project's bucket and key in dev; the stage's data, by its own."""
    artifacts = f"arn:aws:s3:::mlops-{PROJECT}-artifacts-{DEV}"
    key = f"arn:aws:kms:{stack.region}:{DEV}:key/00000000-0000-0000-0000-000000000000"
    find = ("s3:GetBucketLocation", "s3:ListBucket")
    theirs = {"aws:ResourceAccount": DEV}
    yield Need(
        why="read models",
        actions=("s3:GetObject",),
        resource=f"{artifacts}/registered/x",
        context=theirs,
    )
    yield Need(why="find models", actions=find, resource=artifacts, context=theirs)
    yield Need(why="decrypt models", actions=("kms:Decrypt",), resource=key, context=theirs)
    for bucket in stack.of_type("AWS::S3::Bucket"):
        if _has_key(stack, bucket):
            arn = stack.arn(bucket.id)
            data = ("s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject")
            yield Need(why="keep data", actions=data, resource=f"{arn}/captured/x")
            yield Need(why="find data", actions=find, resource=arn)
    use = ("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey")
    for own in stack.of_type("AWS::KMS::Key"):
        yield Need(why="use its key", actions=use, resource=stack.arn(own.id))
        yield Need(
            why="encrypt volumes",
            actions=("kms:CreateGrant",),
            resource=stack.arn(own.id),
            context={"kms:GrantIsForAWSResource": "true"},
        )


def _never(stack: Stack) -> Iterator[Need]:
    read = ("s3:GetObject",)
    for why, place in (
        ("read models of others", "p-of-others-artifacts-111122223333/registered/x"),
        ("read models that nobody has sealed", f"{PROJECT}-artifacts-{DEV}/models/x"),
    ):
        yield Need(why=why, actions=read, resource=f"arn:aws:s3:::mlops-{place}")


def _alarms(stack: Stack) -> Iterator[Need]:
    for alarm in stack.of_type("AWS::CloudWatch::Alarm"):
        watch = ("cloudwatch:DescribeAlarms",)
        yield Need(why="watch its rollout", actions=watch, resource=stack.arn(alarm.id))


SCORES: Final = "transform-job"
JOBS: Final = (
    ("processing-job", ("CreateProcessingJob", "DescribeProcessingJob", "StopProcessingJob")),
    ("transform-job", ("CreateTransformJob", "DescribeTransformJob", "StopTransformJob")),
)
"""What the steps of a pipeline are; one that compares traffic has the first alone."""
INSIDE: Final = {"sagemaker:VpcSubnets": ("subnetids-0a", "subnetids-0b")}


def _jobs(stack: Stack, kinds: tuple[tuple[str, tuple[str, ...]], ...]) -> Iterator[Need]:
    of_stack = [stack.arn(model.id) for model in stack.of_type(MODEL)]
    for kind, names in kinds:
        on = f"arn:aws:sagemaker:{stack.region}:{stack.account}:{kind}/pipelines-x"
        actions = tuple(f"sagemaker:{name}" for name in (*names, "AddTags"))
        with_it = {"sagemaker:ModelArn": tuple(of_stack)} if kind == SCORES else {}
        yield Need(why="run its steps", actions=actions, resource=on, context={**INSIDE, **with_it})


def _scores_with_its_model(stack: Stack, role: Resource, body: str) -> Iterator[str]:
    """The model of the stack is named, and no other one may score, of whatever project it is."""
    for model in stack.of_type(MODEL):
        if f'"{stack.named(model.id)}"' not in body:
            yield f"{model.id} is not what scores"
    place = f"arn:aws:sagemaker:{stack.region}:{stack.account}"
    other = {"sagemaker:ModelArn": f"{place}:model/sagemaker-p-other-x", **INSIDE}
    score = Need(
        why="score with another model",
        actions=("sagemaker:CreateTransformJob",),
        resource=f"{place}:{SCORES}/pipelines-x",
        context=other,
    )
    version = f"arn:aws:sagemaker:{stack.region}:111122223333:model-package/x-p-y/3"
    makes = Need(
        why="make models", actions=("sagemaker:CreateModel",), resource=version, context=INSIDE
    )
    yield from excess(stack, role, [score, makes])


def _as_itself(stack: Stack, role: Resource) -> Iterator[Need]:
    to = {"iam:PassedToService": "sagemaker.amazonaws.com"}
    yield Need(
        why="run as itself", actions=("iam:PassRole",), resource=stack.arn(role.id), context=to
    )
