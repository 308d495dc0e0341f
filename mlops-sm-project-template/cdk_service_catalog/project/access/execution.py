"""What the jobs of a project need: they run in the private subnets and as themselves only."""

from typing import Final

from cdk_service_catalog.project import naming
from cdk_service_catalog.project.access.common import (
    pass_role,
    use_project_artifacts,
)
from cdk_service_catalog.project.access.network import jobs_join_the_vpc
from cdk_service_catalog.project.definition import ProductDefinition
from cdk_service_catalog.project.props import ProjectProps
from mlops_commons.iam.reasons import NO_RESOURCE_LEVEL
from mlops_commons.iam.statements import Statement, actions, arns
from mlops_commons.image_accounts import image_accounts_of
from mlops_commons.utilities.cloudformation import ref

JOBS: Final = ("training-job", "processing-job", "model", "transform-job")
RANDOM_NAMES: Final = (
    "SageMaker names what a pipeline starts 'pipelines-<execution>-<step>-<random>'; it shows no "
    "project, so the statement ends at this account and region and a condition at the subnets"
)
PULL: Final = actions("ecr", "BatchCheckLayerAvailability BatchGetImage GetDownloadUrlForLayer")


def execution_statements(
    definition: ProductDefinition, props: ProjectProps
) -> tuple[Statement, ...]:
    """Jobs in the private subnets, versions of the project's models, its data and images."""
    return (
        *_run_jobs(),
        *_register_versions(definition),
        *use_project_artifacts(writes="*"),
        Statement(
            sid="SealModels",
            actions=("lambda:InvokeFunction",),
            resources=(props.gate.arn("seal"),),
        ),
        Statement(
            sid="DescribeTheKey",
            actions=("kms:DescribeKey",),
            resources=("${ArtifactKey.Arn}",),
        ),
        # A grant outlives the job that makes it, and its grantee may be of another account
        # (KMS Developer Guide, "kms:GrantIsForAWSResource").
        Statement(
            sid="LetSageMakerUseTheKey",
            actions=("kms:CreateGrant",),
            resources=("${ArtifactKey.Arn}",),
            condition={"Bool": {"kms:GrantIsForAWSResource": "true"}},
        ),
        *_pull_images(definition, props),
        *_observe(),
        *jobs_join_the_vpc(),
        pass_role(props, "execution", "sagemaker"),
    )


def _run_jobs() -> tuple[Statement, ...]:
    jobs = arns("sagemaker", *(f"{kind}/pipelines-*" for kind in JOBS))
    create = actions("sagemaker", "CreateTrainingJob CreateProcessingJob CreateModel")
    return (
        Statement(
            sid="CreateJobsInPrivateSubnets",
            actions=create,
            resources=jobs,
            reason=RANDOM_NAMES,
            condition={
                "Null": {"sagemaker:VpcSubnets": "false"},
                "ForAllValues:StringEquals": {"sagemaker:VpcSubnets": ref("PrivateSubnetIds")},
            },
        ),
        Statement(
            sid="FollowJobs",
            actions=actions(
                "sagemaker",
                "AddTags CreateTransformJob DeleteModel DescribeModel DescribeProcessingJob "
                "DescribeTrainingJob DescribeTransformJob StopProcessingJob StopTrainingJob "
                "StopTransformJob",
            ),
            resources=jobs,
            reason=f"{RANDOM_NAMES}; a transform job runs in the subnets of its model",
        ),
        Statement(
            # A model runs as its own role, so whoever has it score writes what that role writes.
            sid="NoModelOfPeople",
            effect="Deny",
            actions=("sagemaker:CreateTransformJob",),
            resources=arns("sagemaker", "transform-job/*"),
            condition={
                "ForAnyValue:ArnNotLike": {
                    "sagemaker:ModelArn": arns("sagemaker", "model/pipelines-*")
                }
            },
        ),
    )


def _register_versions(definition: ProductDefinition) -> tuple[Statement, ...]:
    """Versions that wait for a person, unless a successful training is what deploys."""
    waits = Statement(
        sid="NoVersionIsBornApproved",
        effect="Deny",
        actions=("sagemaker:CreateModelPackage",),
        resources=("*",),
        condition={"StringEquals": {"sagemaker:ModelApprovalStatus": "Approved"}},
    )
    return (
        *((waits,) if definition.decided_by_people else ()),
        Statement(
            sid="RegisterVersions",
            actions=actions(
                "sagemaker",
                "AddTags CreateModelPackage DescribeModelPackageGroup ListModelPackages",
            ),
            resources=arns(
                "sagemaker",
                f"model-package-group/{naming.PROJECT}",
                f"model-package/{naming.PROJECT}/*",
            ),
            reason="versions are numbered while the project works",
        ),
        Statement(
            sid="ReadVersions",
            actions=("sagemaker:DescribeModelPackage",),
            resources=arns("sagemaker", f"model-package/{naming.PROJECT}/*"),
            reason="versions are numbered while the project works",
        ),
    )


def _pull_images(definition: ProductDefinition, props: ProjectProps) -> tuple[Statement, ...]:
    own = Statement(sid="PullOwnImages", actions=PULL, resources=("${ImageRepository.Arn}",))
    of_aws = Statement(
        sid="PullImagesOfAws",
        actions=PULL,
        resources=("arn:${AWS::Partition}:ecr:${AWS::Region}:*:repository/*",),
        reason="AWS offers SageMaker's images from an account per region and framework; a "
        "condition names the accounts that AWS's SDK names",
        condition={"StringEquals": {"aws:ResourceAccount": image_accounts_of(props.region)}},
    )
    return (
        *((own,) if definition.image_repository else ()),
        Statement(
            sid="LogInToImageRegistries",
            actions=("ecr:GetAuthorizationToken",),
            resources=("*",),
            reason=NO_RESOURCE_LEVEL,
        ),
        *((of_aws,) if image_accounts_of(props.region) else ()),
    )


def _observe() -> tuple[Statement, ...]:
    return (
        Statement(
            sid="WriteJobLogs",
            actions=actions(
                "logs", "CreateLogGroup CreateLogStream PutLogEvents DescribeLogStreams"
            ),
            resources=arns("logs", "log-group:/aws/sagemaker/*"),
            reason="SageMaker names a log group for each kind of job, below this prefix",
        ),
        Statement(
            sid="WriteJobMetrics",
            actions=("cloudwatch:PutMetricData",),
            resources=("*",),
            reason=f"{NO_RESOURCE_LEVEL}; a condition keeps to the namespaces of SageMaker",
            condition={
                "StringLike": {"cloudwatch:namespace": ("/aws/sagemaker/*", "aws/sagemaker/*")}
            },
        ),
    )
