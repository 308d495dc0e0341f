"""Checks of where the organization wants logs: what AWS would refuse, or never write."""

from collections.abc import Iterator
from typing import Final

from mlops_commons.config.document import KeyPath
from mlops_commons.config.sources import APP_ROOT, Sources
from mlops_commons.config.values import region_partitions
from mlops_commons.organization import ACCOUNT, REGION
from mlops_commons.utilities.errors import Problem
from mlops_commons.utilities.names import FOREIGN_BUCKET

ACCESS_LOGS: KeyPath = (APP_ROOT, "org", "access_logs", "bucket_name")
FLOW_LOGS: KeyPath = (APP_ROOT, "org", "flow_logs")
RESERVED: Final = "AWSLogs"
"""Amazon VPC User Guide, "Create a flow log that publishes to Amazon S3"."""


def archive_of_flow_logs(sources: Sources) -> Iterator[Problem]:
    """A folder that is free, and ARNs of the partition of every stage."""
    archive = sources.config.org.flow_logs
    if archive is None:
        return
    document = sources.app_document
    if RESERVED in archive.folder.split("/"):
        message = f"'{RESERVED}' is a folder that flow logs make themselves; leave it out"
        yield document.problem((*FLOW_LOGS, "bucket_arn"), message)
    if violation := FOREIGN_BUCKET.violation(archive.bucket.rpartition(":")[2]):
        yield document.problem((*FLOW_LOGS, "bucket_arn"), violation)
    known = region_partitions()
    regions = {stage.region for _, _, stage in sources.stages()}
    for key, arn in (("bucket_arn", archive.bucket_arn), ("key_arn", archive.key_arn)):
        partition = arn.split(":")[1] if arn else ""
        others = sorted(r for r in regions if arn and known.get(r, partition) != partition)
        if others:
            message = (
                f"'{arn}' is in the partition '{partition}', and {', '.join(others)} in "
                f"'{known[others[0]]}': flow logs stay in their partition; name what is there"
            )
            yield document.problem((*FLOW_LOGS, key), message)


def buckets_of_access_logs(sources: Sources) -> Iterator[Problem]:
    """A bucket in each account and region, with a name that S3 takes."""
    archive = sources.config.org.access_logs
    if archive is None:
        return
    governance = sources.config.pipeline
    stages = ((stage.account, stage.region) for _, _, stage in sources.stages())
    everywhere = dict.fromkeys(((governance.account, governance.region), *stages))
    places = [place for place in everywhere if place[1] in region_partitions()]
    of_names: dict[str, tuple[str, str]] = {}
    for place in places:
        name = archive.bucket_in(*place)
        first = of_names.setdefault(name, place)
        if first != place:
            message = (
                f"'{name}' would be in {_named(first)} and in {_named(place)}; S3 delivers access "
                f"logs within an account and region, so write {ACCOUNT} or {REGION} into the name"
            )
            yield sources.app_document.problem(ACCESS_LOGS, message)
            return
        violation = FOREIGN_BUCKET.violation(name)
        if violation:
            yield sources.app_document.problem(ACCESS_LOGS, violation)
            return


def _named(place: tuple[str, str]) -> str:
    account, region = place
    return f"{account} ({region})"
