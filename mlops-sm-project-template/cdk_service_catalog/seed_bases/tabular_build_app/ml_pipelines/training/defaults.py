"""How a version starts unless somebody says otherwise; the rest stands in `project.yml`."""

APPROVAL_STATUS = "PendingManualApproval"
