"""The gate: code of the platform that decides what a project's pipeline may deploy."""
