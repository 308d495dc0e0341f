"""How a build reads a repository by itself, which no pipeline hands to it."""

from mlops_commons.iam.repository_keys import THROUGH_CODECOMMIT
from mlops_commons.iam.statements import Statement, actions, arns


def read_repository(name: str) -> tuple[Statement, ...]:
    """Read one repository, and use its key through CodeCommit alone.

    Source: CodeBuild User Guide, "Allow CodeBuild to interact with other AWS services": a source in
    CodeCommit is pulled with the role of the project.
    """
    return (
        Statement(
            sid="ReadOneRepository",
            actions=("codecommit:GitPull",),
            resources=arns("codecommit", name),
        ),
        Statement(
            sid="ReadWithTheKeyOfRepositories",
            actions=actions("kms", "Decrypt DescribeKey"),
            resources=("${PipelineKey.Arn}",),
            condition=THROUGH_CODECOMMIT,
        ),
    )
