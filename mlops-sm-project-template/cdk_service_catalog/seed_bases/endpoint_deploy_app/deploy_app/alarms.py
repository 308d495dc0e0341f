"""The alarms of an endpoint, which also end a rollout."""

from typing import Any

from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from deploy_app.kinds import Kind
from deploy_app.stage_config import Alarms, StageConfig
from deploy_app.variants import VARIANT

FAILURES = "Invocation5XXErrors"
"""1 for a request that the model answers with 5xx, else 0: its sum counts failures, its average is
their share (SageMaker Developer Guide, "Monitor SageMaker AI in Amazon CloudWatch"). The same for
each kind, whereas `Invocations` is not published for asynchronous endpoints."""
OVERHEAD = (Kind.REALTIME,)
"""Not published for asynchronous endpoints ("Alarms and logs for tracking metrics from asynchronous
endpoints"); of serverless ones it holds the cold start, which is no fault of a version, and of
inference components AWS does not say whether there is one."""


def add_alarms(
    scope: Construct, config: StageConfig, endpoint: str, topic_arn: str
) -> list[cloudwatch.CfnAlarm]:
    """The share of failures, the model's latency, and SageMaker's where it says something.

    Args:
        topic_arn: of the topic that is told.
    """
    limits = config.alarms
    latencies = {"Latency": ("ModelLatency", limits.latency_milliseconds)}
    if config.kind in OVERHEAD:
        latencies["Overhead"] = ("OverheadLatency", limits.overhead_milliseconds)
    common = _common(limits, topic_arn)
    return [
        cloudwatch.CfnAlarm(
            scope,
            "ServerErrors",
            alarm_name=f"{endpoint}-server-errors",
            alarm_description=f"{endpoint} answers with 5xx",
            metrics=_share(dimensions(config.kind, endpoint), limits.minimum_requests),
            threshold=limits.error_percent,
            **common,
        ),
        *(
            cloudwatch.CfnAlarm(
                scope,
                name,
                alarm_name=f"{endpoint}-{name.lower()}",
                alarm_description=f"{endpoint} answers slowly: {metric}",
                namespace="AWS/SageMaker",
                metric_name=metric,
                dimensions=dimensions(config.kind, endpoint),
                period=60,
                extended_statistic="p95",
                # The metric is in microseconds.
                threshold=milliseconds * 1000,
                **common,
            )
            for name, (metric, milliseconds) in latencies.items()
        ),
    ]


def _common(limits: Alarms, topic_arn: str) -> dict[str, Any]:
    return {
        "evaluation_periods": limits.minutes,
        "datapoints_to_alarm": limits.bad_minutes,
        "comparison_operator": "GreaterThanOrEqualToThreshold",
        # No request is no error.
        "treat_missing_data": "notBreaching",
        "alarm_actions": [topic_arn],
    }


def _share(where: list[dict[str, str]], minimum: int) -> list[dict[str, Any]]:
    """The percentage of failures, if there are enough requests, or if each of them fails.

    A failure of a model is counted and a mistake of a client (4xx) is not. The number of requests
    is failures / share; multiplied out, because CloudWatch has no value for a division by zero.
    """
    failed = f"failures > 0 AND (failures >= {minimum} * share OR share == 1)"
    parts = {"failures": "Sum", "share": "Average"}
    return [
        {
            "id": "percentage",
            "expression": f"IF({failed}, 100 * share, 0)",
            "label": "requests that fail, in percent",
            "returnData": True,
        },
        *(
            {
                "id": name,
                "metricStat": {
                    "metric": {
                        "namespace": "AWS/SageMaker",
                        "metricName": FAILURES,
                        "dimensions": where,
                    },
                    "period": 60,
                    "stat": statistic,
                },
                "returnData": False,
            }
            for name, statistic in parts.items()
        ),
    ]


def dimensions(kind: Kind, endpoint: str) -> list[dict[str, str]]:
    """Of the metrics of requests; a component is called as its endpoint is."""
    if kind is Kind.COMPONENTS:
        return [{"name": "InferenceComponentName", "value": endpoint}]
    return [
        {"name": "EndpointName", "value": endpoint},
        {"name": "VariantName", "value": VARIANT},
    ]
