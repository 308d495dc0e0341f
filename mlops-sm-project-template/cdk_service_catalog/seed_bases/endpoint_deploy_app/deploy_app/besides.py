"""What a deployment needs besides a version: for an endpoint nothing."""

from deploy_app.settings import Settings


def fetch(_settings: Settings) -> str:
    """A sentence about what is missing; empty, because a version is all."""
    return ""
