"""What the deploy pipelines of projects may do in a stage: change sets of their own stacks."""

from typing import Final

from mlops_commons.iam.statements import Statement, actions, arns
from mlops_commons.iam.through_services import through
from mlops_commons.utilities.names import project_bucket_prefix
from mlops_infra.projects.props import ProjectDeployments

PIPELINES: Final = "sagemaker-p-*-deploy-pipeline"
"""The roles of deploy pipelines in dev; the launch role makes them, and nobody else."""
STACKS: Final = "projects name their stacks after themselves, and end them with 'deploy' and stage"
ARTIFACTS: Final = (
    "the artifacts of the projects' pipelines, below the names of their buckets; the policies of "
    "these buckets say the same"
)
KEYS: Final = (
    "AWS makes the ids of keys up; the key of a pipeline says in its policy that this role may "
    "read with it, and conditions keep to S3 and to the dev account"
)


def pipelines_arn(projects: ProjectDeployments) -> str:
    """The deploy pipelines of projects of the set's dev account, whoever owns that account."""
    roles = projects.org.roles
    return roles.arn(roles.pattern(PIPELINES), projects.dev_account)


def deploying_statements(projects: ProjectDeployments) -> tuple[Statement, ...]:
    """Change sets of projects' stacks, made with one role and no other.

    Source: CodePipeline User Guide, "AWS CloudFormation action reference", service role policy;
    Service Authorization Reference, "AWS CloudFormation", cloudformation:RoleArn.
    """
    stacks = arns("cloudformation", f"stack/{projects.stacks}/*")
    passed = projects.org.roles.arn(projects.cloudformation_role)
    return (
        Statement(
            sid="ChangeStacksOfProjects",
            # What is applied was a change set first, which a person can look at: CreateStack and
            # UpdateStack take a template at once.
            actions=("cloudformation:CreateChangeSet",),
            resources=stacks,
            reason=STACKS,
            condition={
                "ArnEquals": {"cloudformation:RoleArn": passed},
                # Nothing that exists already becomes part of a project.
                "Null": {"cloudformation:ImportResourceTypes": "true"},
            },
        ),
        Statement(
            sid="RunChangeSetsOfProjects",
            actions=actions(
                "cloudformation",
                "DeleteChangeSet DescribeChangeSet DescribeStackEvents DescribeStacks "
                "ExecuteChangeSet GetTemplate",
            ),
            resources=stacks,
            reason=STACKS,
        ),
        Statement(
            sid="PassOneRoleToCloudFormation",
            actions=("iam:PassRole",),
            resources=(passed,),
            condition={"StringEquals": {"iam:PassedToService": "cloudformation.amazonaws.com"}},
        ),
        *read_artifacts(projects),
    )


def read_artifacts(projects: ProjectDeployments) -> tuple[Statement, ...]:
    """The templates among the artifacts of the projects' pipelines in dev."""
    prefix = project_bucket_prefix(projects.app_prefix)
    bucket = f"arn:${{AWS::Partition}}:s3:::{prefix}-p-*-pipeline-{projects.dev_account}"
    of_dev = {"StringEquals": {"aws:ResourceAccount": projects.dev_account}}
    key = f"arn:${{AWS::Partition}}:kms:${{AWS::Region}}:{projects.dev_account}:key/*"
    return (
        Statement(
            sid="FindArtifacts",
            actions=actions("s3", "GetBucketLocation ListBucket"),
            resources=(bucket,),
            reason=ARTIFACTS,
            condition=of_dev,
        ),
        Statement(
            sid="ReadArtifacts",
            actions=actions("s3", "GetObject GetObjectVersion"),
            resources=(f"{bucket}/*",),
            reason=ARTIFACTS,
            condition=of_dev,
        ),
        Statement(
            sid="DecryptArtifacts",
            actions=actions("kms", "Decrypt DescribeKey"),
            resources=(key,),
            reason=KEYS,
            condition=through("s3"),
        ),
    )
