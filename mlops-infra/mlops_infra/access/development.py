"""What the development of models needs: pipelines, experiments, features, the registry."""

from typing import Final

from mlops_commons.iam.reasons import NAMED_BY_PROJECTS, NAMED_BY_USERS
from mlops_commons.iam.statements import Statement, actions, arns
from mlops_infra.access.jobs import JOBS
from mlops_infra.access.scope import PolicyScope
from mlops_infra.access.whose import TOPICS, sagemaker, sagemaker_of_projects

EXPERIMENTS: Final = ("experiment", "experiment-trial", "experiment-trial-component")
LINEAGE: Final = ("action", "artifact", "context")

WRITE_PIPELINES: Final = actions("sagemaker", "CreatePipeline UpdatePipeline DeletePipeline")
REGISTER: Final = actions("sagemaker", "CreateModelPackage CreateModelPackageGroup")
NOT_OF_PROJECTS: Final = "what the builds and jobs of projects write is denied"
MADE_BY_PROJECTS_ALONE: Final = Statement(
    sid="MadeByProjectsAlone",
    effect="Deny",
    actions=(*WRITE_PIPELINES, *REGISTER),
    resources=arns("sagemaker", "pipeline/*-p-*", "model-package*/*-p-*"),
)
"""Pipelines and versions of projects come from their builds, out of what is in `main`.

A pipeline keeps its role: an update that names none needs no `iam:PassRole`, and gives whoever
starts it afterwards the project's execution role (API_UpdatePipeline: RoleArn is optional). A
version that a person registers says of itself what he likes: metric, commit, report.
"""

CATALOGUE_FEATURES: Final = Statement(
    sid="CatalogueFeatures",
    actions=actions("glue", "GetDatabase GetTable CreateTable UpdateTable"),
    resources=arns(
        *("glue", "catalog", "database/sagemaker_featurestore"), "table/sagemaker_featurestore/*"
    ),
    reason="SageMaker keeps a table for each feature group in this one database",
)
"""Not where projects are kept apart: the names of tables tell no project that a policy could ask
for. A feature group is then created with `DisableGlueTableCreation`."""


def develop_models(scope: PolicyScope) -> tuple[Statement, ...]:
    """Pipelines, feature groups, experiments, new versions of models, calls of endpoints."""
    separated = scope.separated
    return (
        Statement(
            sid="TagWhatIsCreated",
            actions=("sagemaker:AddTags",),
            resources=arns("sagemaker", "*"),
            reason="Studio and SDKs tag what they create; a condition allows tags at creation "
            "only, so that tags of what exists already stay as they are",
            condition={"Null": {"sagemaker:TaggingAction": "false"}},
        ),
        Statement(
            sid="RunPipelines",
            actions=actions(
                "sagemaker",
                "StartPipelineExecution StopPipelineExecution RetryPipelineExecution "
                "SendPipelineExecutionStepSuccess SendPipelineExecutionStepFailure",
            ),
            resources=sagemaker_of_projects(separated, "pipeline"),
            reason=NAMED_BY_USERS,
        ),
        Statement(
            sid="WritePipelines",
            actions=WRITE_PIPELINES,
            resources=sagemaker(separated, "pipeline"),
            reason=f"{NAMED_BY_USERS}; {NOT_OF_PROJECTS}",
        ),
        Statement(
            sid="UseFeatures",
            actions=actions(
                "sagemaker",
                "CreateFeatureGroup UpdateFeatureGroup PutRecord GetRecord BatchGetRecord "
                "DeleteRecord",
            ),
            resources=sagemaker(separated, "feature-group"),
            reason=NAMED_BY_USERS,
        ),
        *(() if separated else (CATALOGUE_FEATURES,)),
        Statement(
            sid="TrackExperiments",
            actions=actions(
                "sagemaker",
                "CreateExperiment UpdateExperiment DeleteExperiment CreateTrial UpdateTrial "
                "DeleteTrial CreateTrialComponent UpdateTrialComponent DeleteTrialComponent "
                "AssociateTrialComponent DisassociateTrialComponent BatchPutMetrics "
                "CreateAction CreateArtifact CreateContext AddAssociation",
            ),
            resources=sagemaker(separated, *EXPERIMENTS, *LINEAGE, *JOBS),
            reason=NAMED_BY_USERS,
        ),
        Statement(
            sid="RegisterVersions",
            actions=REGISTER,
            resources=sagemaker(separated, "model-package", "model-package-group"),
            reason=f"{NAMED_BY_USERS}; a new version waits for approval, and {NOT_OF_PROJECTS}",
        ),
        MADE_BY_PROJECTS_ALONE,
        Statement(
            sid="CallEndpoints",
            actions=actions("sagemaker", "InvokeEndpoint InvokeEndpointAsync"),
            resources=sagemaker_of_projects(separated, "endpoint", "inference-component"),
            reason=NAMED_BY_USERS,
        ),
        Statement(
            sid="HearOfProjects",
            actions=("sns:Subscribe",),
            resources=scope.arns(TOPICS),
            reason=f"{NAMED_BY_PROJECTS}; a condition allows mail only, whose owner must confirm "
            "it, and no queue, function or web server",
            condition={"StringEquals": {"sns:Protocol": "email"}},
        ),
    )
