"""What the platform tells the functions when it deploys them; a project cannot change it."""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

VARIABLE: Final = "GATE_SETTINGS"


class Refused(Exception):
    """The gate says no; the message is for the people of the project."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The account set that the functions belong to.

    Attributes:
        bucket_prefix: what the buckets of projects begin with, before `-p-` and the id.
        accounts: of the stages, by stage name.
        namespaces: of the stages' SSM parameters, by stage name; a stage without one is left out.
        dev: the name of the stage that the functions run in.
        deploys: resource types that projects may deploy besides those of every project.
        serverless_endpoints: whether models may run outside the VPC, with the internet in reach.
        access_logs: the organization's bucket of access logs, with `{account}` in its name; empty
            where each bucket has its own beside it.
        image_accounts: from which AWS offers images for SageMaker in this region.
        role_path, role_name_prefix: how the organization has roles named.
    """

    bucket_prefix: str
    region: str
    accounts: Mapping[str, str]
    namespaces: Mapping[str, str] = field(default_factory=dict)
    dev: str = "dev"
    deploys: tuple[str, ...] = ()
    serverless_endpoints: bool = False
    image_accounts: tuple[str, ...] = ()
    access_logs: str = ""
    role_path: str = "/"
    role_name_prefix: str = ""

    @property
    def dev_account(self) -> str:
        """The account that the functions run in."""
        return self.accounts[self.dev]


@dataclass(frozen=True, kw_only=True)
class Project:
    """A project, known by what its product's template says."""

    name: str
    id: str

    @property
    def full_name(self) -> str:
        """What its model package group is called, and what its names begin with."""
        return f"{self.name}-{self.id}"


def load_settings() -> Settings:
    """What the platform says."""
    content: dict[str, Any] = json.loads(os.environ[VARIABLE])
    lists = {name: tuple(value) for name, value in content.items() if isinstance(value, list)}
    return Settings(**{**content, **lists})


def artifact_bucket(settings: Settings, project_id: str) -> str:
    """Where a project keeps its data and models."""
    return f"{settings.bucket_prefix}-{project_id}-artifacts-{settings.dev_account}"


def is_artifact_bucket(settings: Settings, bucket: str) -> bool:
    """Whether a bucket is one of a project of this account."""
    pattern = re.escape(artifact_bucket(settings, "ID")).replace("ID", "p-[a-z0-9]{1,14}")
    return re.fullmatch(pattern, bucket) is not None
