"""How a version is born; the rest stands in `project.yml`."""

APPROVAL_STATUS = "PendingManualApproval"
