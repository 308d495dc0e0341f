"""How a version is born; the rest stands in `project.yml`."""

APPROVAL_STATUS = "Approved"
"""The gate decides alone here: people approve the deployment to preprod and to prod."""
