"""How a version is born; the rest stands in `project.yml`."""

from collections.abc import Mapping

from ml_pipelines.settings import Settings

APPROVAL_STATUS = "PendingManualApproval"


def of_product(settings: Settings) -> Mapping[str, str]:
    """What a version records besides; nothing in this product."""
    return {}
