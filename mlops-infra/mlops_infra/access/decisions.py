"""What only a lead decides, and what keeps everybody else from it."""

from mlops_commons.iam.reasons import NAMED_BY_PROJECTS, NAMED_BY_USERS, NO_RESOURCE_LEVEL
from mlops_commons.iam.statements import Statement, actions, arns
from mlops_infra.access.scope import PolicyScope
from mlops_infra.access.whose import APPROVALS, sagemaker_of_projects


def approve_models(scope: PolicyScope) -> tuple[Statement, ...]:
    """The approval of model versions, and of deployments where no approvers are configured.

    A version is judged by who knows the model; where approvers are configured, that it is deployed
    to preprod and prod is decided by somebody else, outside of Studio (access/approvers.py).
    """
    versions = Statement(
        sid="ApproveVersions",
        actions=("sagemaker:UpdateModelPackage",),
        resources=sagemaker_of_projects(scope.separated, "model-package"),
        reason="a lead decides on the versions of every model of this account",
    )
    deployments = Statement(
        sid="ApproveDeployments",
        actions=("codepipeline:PutApprovalResult",),
        resources=scope.arns(APPROVALS),
        reason=f"{NAMED_BY_PROJECTS}; approvals of deployments are below it",
    )
    return (versions, deployments) if scope.lead_approves else (versions,)


def create_projects(_scope: PolicyScope) -> tuple[Statement, ...]:
    """SageMaker projects, which are products of Service Catalog."""
    return (
        Statement(
            sid="ManageProjects",
            actions=actions("sagemaker", "CreateProject UpdateProject DeleteProject"),
            resources=arns("sagemaker", "project/*"),
            reason=NAMED_BY_USERS,
        ),
        Statement(
            sid="LaunchProducts",
            actions=actions(
                "servicecatalog",
                "ProvisionProduct DescribeProduct DescribeProductAsAdmin "
                "DescribeProvisioningArtifact DescribeProvisioningParameters ListLaunchPaths "
                "ListProvisioningArtifacts",
            ),
            resources=("arn:${AWS::Partition}:catalog:${AWS::Region}:*:product/*",),
            reason="products have random ids, and those of a shared portfolio the account of "
            "their owner; the portfolio decides which ones a lead sees",
        ),
        Statement(
            sid="FindProducts",
            actions=actions("servicecatalog", "DescribeProductView SearchProducts"),
            resources=("*",),
            reason=NO_RESOURCE_LEVEL,
        ),
        Statement(
            sid="ManageOwnProvisionedProducts",
            actions=actions(
                "servicecatalog",
                "DescribeProvisionedProduct DescribeRecord ListRecordHistory "
                "ScanProvisionedProducts SearchProvisionedProducts TerminateProvisionedProduct "
                "UpdateProvisionedProduct",
            ),
            resources=("*",),
            reason=f"{NO_RESOURCE_LEVEL}; a condition allows only what the own role has launched",
            condition={"StringEquals": {"servicecatalog:userLevel": "self"}},
        ),
    )


def deny_decisions(_scope: PolicyScope) -> tuple[Statement, ...]:
    """Keep the decisions with the lead, whatever a later policy adds by mistake."""
    return (
        Statement(
            sid="DecisionsOfTheLead",
            effect="Deny",
            actions=(
                *actions("sagemaker", "CreateProject UpdateProject DeleteProject"),
                *actions("sagemaker", "UpdateModelPackage PutModelPackageGroupPolicy"),
                *actions("servicecatalog", "ProvisionProduct UpdateProvisionedProduct"),
                "codepipeline:PutApprovalResult",
            ),
            resources=("*",),
        ),
        Statement(
            sid="NoVersionIsBornApproved",
            effect="Deny",
            actions=("sagemaker:CreateModelPackage",),
            resources=("*",),
            condition={"StringEquals": {"sagemaker:ModelApprovalStatus": "Approved"}},
        ),
    )
