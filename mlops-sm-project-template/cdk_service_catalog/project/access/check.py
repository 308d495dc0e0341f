"""What building a pull request needs: code that nobody has reviewed gets one repository to read."""

from cdk_service_catalog.project import naming
from cdk_service_catalog.project.access.common import write_build_logs
from cdk_service_catalog.project.access.network import builds_join_the_vpc
from cdk_service_catalog.project.access.repository import read_repository
from mlops_commons.iam.statements import Statement


def check_statements(kind: str, repository: str) -> tuple[Statement, ...]:
    """Read one repository, write one log, join the private subnets; nothing else, on purpose.

    Whoever may push a branch has all of this: no data, no artifact, no registry, no role, and no
    word about the pull request, which is the platform's.

    Args:
        kind: as the name of the repository ends.
        repository: its name.
    """
    return (
        write_build_logs(naming.checking(kind)),
        *builds_join_the_vpc(),
        *read_repository(repository),
    )
