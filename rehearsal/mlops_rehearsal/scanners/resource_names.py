"""Logical ids of what findings are about, without the CDK's hash."""

from typing import Final

COPIER: Final = "CustomCDKBucketDeployment8693BB64968944B69AAFB0CC9EB8756C"
LOG_BUCKETS: Final = (
    "AssetsAccessLogs",
    "AssetsBucketAccessLogs",
    "DataAccessLogs",
    "DeliveryArtifactsAccessLogs",
)
BUCKETS: Final = (
    "ArtifactBucket",
    "AssetsBucket",
    "DataBucket",
    "DeliveryArtifacts",
    "PipelineBucket",
)
KEYS: Final = (
    "ArtifactKey",
    "AssetsBucketKey",
    "DataKey",
    "DeliveryArtifactsKey",
    "GateLogKey",
    "NetworkFlowLogsKey",
    "PipelineKey",
    "SourceKey",
    "StudioKey",
)
GATE: Final = ("GateChoose", "GateSeal", "GateVerify")
BUILDER: Final = "GatePullRequestsFunction"
BOUNDARIES: Final = (
    "PersonasDataScientistBoundary",
    "PersonasExecutionBoundary",
    "PersonasLeadDataScientistBoundary",
    "PersonasMlEngineerBoundary",
    "ProjectRolesOutline",
)
OWN_PROVIDERS: Final = (
    "NetworkClosedDefaultSecurityGroupFunction",
    "ReviewsApprovalRuleFunction",
    "ReviewsApprovalRuleProviderframeworkonEvent",
    "StudioProjectsPortfolioFunction",
    "StudioProjectsPortfolioProviderframeworkonEvent",
)
