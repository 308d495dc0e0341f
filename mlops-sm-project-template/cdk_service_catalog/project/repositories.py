"""The two repositories of a project, seeded on its first day."""

from cdk_service_catalog.project import naming
from cdk_service_catalog.project.props import ProjectProps, SeedLocation
from mlops_commons.utilities.cloudformation import Resource, Resources, attribute, sub


def repository_resources(
    props: ProjectProps, *, build_seed: SeedLocation, deploy_seed: SeedLocation
) -> Resources:
    """Build repository and deploy repository."""
    return {
        "BuildRepository": _repository(
            props, naming.BUILD_REPOSITORY, "trains, evaluates and registers models", build_seed
        ),
        "DeployRepository": _repository(
            props, naming.DEPLOY_REPOSITORY, f"takes models to {props.all_stages}", deploy_seed
        ),
    }


def _repository(props: ProjectProps, name: str, task: str, seed: SeedLocation) -> Resource:
    return {
        "Type": "AWS::CodeCommit::Repository",
        **props.retention,
        "Properties": {
            "RepositoryName": sub(name),
            "RepositoryDescription": sub(f"Project ${{SageMakerProjectName}}: {task}"),
            "KmsKeyId": attribute("PipelineKey", "Arn"),
            # CodeCommit takes the code only when it creates the repository.
            "Code": {
                "BranchName": naming.BRANCH,
                "S3": {"Bucket": seed.bucket, "Key": seed.key},
            },
        },
    }
