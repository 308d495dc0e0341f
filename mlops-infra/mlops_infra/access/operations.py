"""What an ML engineer does beyond the development of models."""

from mlops_commons.iam.reasons import NAMED_BY_PROJECTS, NAMED_BY_USERS
from mlops_commons.iam.statements import Statement, actions, arns
from mlops_infra.access.scope import PolicyScope


def operate_endpoints(_scope: PolicyScope) -> tuple[Statement, ...]:
    """Endpoints of SageMaker and the pipelines of projects."""
    return (
        Statement(
            sid="OperateEndpoints",
            actions=actions(
                "sagemaker",
                "CreateEndpoint UpdateEndpoint DeleteEndpoint CreateEndpointConfig "
                "DeleteEndpointConfig UpdateEndpointWeightsAndCapacities",
            ),
            resources=arns("sagemaker", "endpoint/*", "endpoint-config/*"),
            reason=NAMED_BY_USERS,
        ),
        # Not StartPipelineExecution: it takes any commit and any value of a variable, and no
        # condition key knows them. A retry takes what the run has had.
        Statement(
            sid="RetryStages",
            actions=("codepipeline:RetryStageExecution",),
            resources=arns("codepipeline", "sagemaker-*/*"),
            reason=f"{NAMED_BY_PROJECTS}; stages of pipelines are below it",
        ),
    )
