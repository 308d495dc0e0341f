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
        Statement(
            sid="FollowPipelines",
            actions=actions(
                "codepipeline",
                "GetPipeline GetPipelineState GetPipelineExecution ListPipelineExecutions "
                "StartPipelineExecution",
            ),
            resources=arns("codepipeline", "sagemaker-*"),
            reason=NAMED_BY_PROJECTS,
        ),
    )
