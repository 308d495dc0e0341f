"""Where AWS's console is, by partition."""

from mlops_commons.utilities.partitions import partition_by_region


def console(region: str) -> str:
    """The address of the console of a region, without a slash at its end."""
    return f"https://{region}.console.{partition_by_region(region).console}"
