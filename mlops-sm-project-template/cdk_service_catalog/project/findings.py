"""Findings of the rule packs that stand in every project, and why."""

from typing import Final

STANDARD_FINDINGS: Final = {
    "NIST.800.53.R5-S3BucketReplicationEnabled": (
        "versions protect models and artifacts against deletion; what a pipeline made it makes "
        "again, and a copy in another region would widen access to models that serve one region"
    ),
}
