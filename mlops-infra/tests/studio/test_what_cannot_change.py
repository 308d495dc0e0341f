"""What CloudFormation cannot change of a deployed Studio is refused, by the registry's schemas."""

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any, Final

import pytest
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

from mlops_commons.config.studio_changes import FIXED, FIXED_OF_USERS, studio_changes
from mlops_commons.contract import Persona, StageRole
from mlops_commons.organization import ExistingKeys, Organization
from mlops_commons.stage import (
    AuthMode,
    Bootstrap,
    CodeCommit,
    Deployment,
    Further,
    Governance,
    Jobs,
    PlatformConfig,
    Stage,
    Studio,
    StudioUser,
)
from mlops_infra.access.members import Member
from mlops_infra.studio.domain import domain_resources

pytestmark = pytest.mark.pure

BOOTSTRAP: Any = Bootstrap(aws_profile="x", execution_policy_filepath=None)  # type: ignore[arg-type]
STAGE = Stage(
    stage_name="dev",
    role=StageRole.DEV,
    account="2" * 12,
    region="eu-west-1",
    manual_approval=False,
    bootstrap=BOOTSTRAP,
)
ANA = StudioUser(profile_name="ana", persona=Persona.DATA_SCIENTIST)
STUDIO = Studio(users=(ANA,))
KEY = "arn:aws:kms:eu-west-1:222222222222:key/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
OTHER_VALUES: Final[Mapping[str, Any]] = {
    "domain_name": "another",
    "idle_timeout_minutes": 60,
    "create_service_catalog_roles": False,
    "mlflow": True,
    "auth_mode": AuthMode.SSO,
    "users": (ANA, replace(ANA, profile_name="ben")),
    "jobs": Jobs(network_isolation=True),
    "personas": {Persona.AUDITOR: Further()},
}
OTHER_USERS: Final[Mapping[str, Any]] = {
    "profile_name": "ben",
    "persona": Persona.LEAD_DATA_SCIENTIST,
    "project": "p-abc",
    "identity_center_user": "ana@example.com",
}
CHANGED = {
    **{name: replace(STUDIO, **{name: value}) for name, value in OTHER_VALUES.items()},
    **{
        f"users.{name}": replace(STUDIO, users=(replace(ANA, **{name: value}),))
        for name, value in OTHER_USERS.items()
    },
}


def config(studio: Studio, key: str = "") -> PlatformConfig:
    return PlatformConfig(
        org=Organization(keys=ExistingKeys(studio=key) if key else None),
        pipeline=Governance(
            account="1" * 12, region="eu-west-1", code_commit=CodeCommit(), bootstrap=BOOTSTRAP
        ),
        deployments=(Deployment(set_name="one", stages=(STAGE,)),),
        networks={},
        studios={("one", "dev"): studio},
    )


def replaced(before: Studio, after: Studio, key: str = "") -> set[str]:
    """The create-only properties that differ, of resources that both have."""

    class Roles(dict[Member, Any]):
        def __missing__(self, member: Member) -> str:
            return f"arn:aws:iam::222222222222:role/{member}"

    def made(studio: Studio, key_arn: str) -> Mapping[str, Any]:
        return domain_resources(
            studio,
            vpc_id="vpc-1",
            subnet_ids=["subnet-1"],
            security_group_id="sg-1",
            role_arns=Roles(),
            default_persona=Persona.DATA_SCIENTIST,
            key_arn=key_arn,
            retention={},
        )

    old, new = made(before, ""), made(after, key)
    return {
        f"{new[name]['Type']}.{words[2]}"
        for name in old.keys() & new.keys()
        for words in create_only(new[name]["Type"])
        if _at(old[name], words) != _at(new[name], words)
    }


def create_only(kind: str) -> list[list[str]]:
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("eu-west-1", kind).schema
    return [pointer.split("/") for pointer in schema.get("createOnlyProperties", ())]


def _at(resource: Any, words: list[str]) -> Any:
    value = resource.get("Properties", {})
    for word in words[2:]:
        value = value.get(word) if isinstance(value, Mapping) else None
    return value


def refused(before: Studio, after: Studio, key: str = "") -> set[str]:
    old, new = config(before), config(after, key)
    changes = studio_changes(old, new, old.deployments[0], new.deployments[0])
    return {change.studio_key for change in changes if change.refused}


def test_every_setting_of_studio_and_of_a_user_is_tried() -> None:
    assert {field.name for field in fields(Studio)} == set(OTHER_VALUES)
    assert {field.name for field in fields(StudioUser)} == set(OTHER_USERS)


@pytest.mark.parametrize("setting", CHANGED)
def test_a_setting_that_a_create_only_property_is_made_of_is_refused(setting: str) -> None:
    after = CHANGED[setting]
    assert bool(replaced(STUDIO, after)) == bool(refused(STUDIO, after)), replaced(STUDIO, after)


def test_another_key_of_volumes_is_refused() -> None:
    assert replaced(STUDIO, STUDIO, KEY) == {"AWS::SageMaker::Domain.KmsKeyId"}
    assert refused(STUDIO, STUDIO, KEY) == {"org.keys.studio"}


def test_the_rows_are_the_create_only_properties_that_settings_decide() -> None:
    found = {name for after in CHANGED.values() for name in replaced(STUDIO, after)}
    found |= replaced(STUDIO, STUDIO, KEY)
    rows = {f"AWS::SageMaker::Domain.{row.property}" for row in FIXED}
    assert found == rows | {f"AWS::SageMaker::UserProfile.{name}" for name in FIXED_OF_USERS}
