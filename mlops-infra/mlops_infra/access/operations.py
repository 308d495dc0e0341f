"""What an ML engineer does beyond the development of models."""

from mlops_commons.iam.reasons import NAMED_BY_PROJECTS, NAMED_BY_USERS
from mlops_commons.iam.statements import Statement, actions
from mlops_infra.access.scope import PolicyScope
from mlops_infra.access.whose import STAGES, sagemaker_of_projects


def operate_endpoints(scope: PolicyScope) -> tuple[Statement, ...]:
    """Endpoints of SageMaker and the pipelines of projects."""
    return (
        Statement(
            sid="OperateEndpoints",
            actions=actions(
                "sagemaker",
                "CreateEndpoint UpdateEndpoint DeleteEndpoint CreateEndpointConfig "
                "DeleteEndpointConfig UpdateEndpointWeightsAndCapacities",
            ),
            resources=sagemaker_of_projects(scope.separated, "endpoint", "endpoint-config"),
            reason=NAMED_BY_USERS,
        ),
        # Not StartPipelineExecution: it takes any commit and any value of a variable, and no
        # condition key knows them. A retry takes what the run has had.
        Statement(
            sid="RetryStages",
            actions=("codepipeline:RetryStageExecution",),
            resources=scope.arns(STAGES),
            reason=f"{NAMED_BY_PROJECTS}; stages of pipelines are below it",
        ),
    )
