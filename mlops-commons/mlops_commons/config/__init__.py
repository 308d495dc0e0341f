"""Configuration files: models, loader and checks."""

from mlops_commons.config.loader import load_config, placeholder_accounts
from mlops_commons.config.selection import only_set
from mlops_commons.stage import (
    CreateNetwork,
    Deployment,
    ImportNetwork,
    Network,
    PlatformConfig,
    Portfolio,
    Repository,
    Stage,
    Studio,
)

__all__ = [
    "CreateNetwork",
    "Deployment",
    "ImportNetwork",
    "Network",
    "PlatformConfig",
    "Portfolio",
    "Repository",
    "Stage",
    "Studio",
    "load_config",
    "only_set",
    "placeholder_accounts",
]
