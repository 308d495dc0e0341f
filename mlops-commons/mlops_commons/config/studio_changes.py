"""What a changed configuration means for the Studio of a stage that is deployed.

CloudFormation replaces a resource of which a create-only property changes: it makes the new one,
and then deletes the old one (AWS CloudFormation User Guide, "Update behaviors of stack resources").
What people have in Studio is in neither of them. Tests hold the rows against the registry's schemas
(`createOnlyProperties` of AWS::SageMaker::Domain, UserProfile and MlflowApp).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from mlops_commons.config.set_change import SetChange, stack_of, stages_by_name
from mlops_commons.organization import KeyPurpose
from mlops_commons.stage import Deployment, PlatformConfig, RemovalPolicy, Stage, Studio

NONE: Final = "none of your own"


@dataclass(frozen=True, kw_only=True)
class OfStudio:
    """A stage with Studio, in a configuration."""

    config: PlatformConfig
    stage: Stage
    studio: Studio

    @property
    def key(self) -> str:
        """The existing key that encrypts Studio's volumes."""
        place = (self.stage.account, self.stage.region)
        return self.config.org.key_arn(KeyPurpose.STUDIO, *place) or NONE


@dataclass(frozen=True, kw_only=True)
class Fixed:
    """A create-only property of the domain.

    Attributes:
        property: as CloudFormation calls it.
        key: of the configuration that decides it.
        value: what it becomes.
        result: what the pipeline would do.
    """

    property: str
    key: str
    value: Callable[[OfStudio], str]
    result: str


SAME_NAME: Final = "a second domain of the same name would be made, which fails as it exists"
FIXED: Final = (
    Fixed(
        property="DomainName",
        key="domain_name",
        value=lambda place: place.studio.domain_name,
        result="a second domain would be made, and the one in which people work would be left "
        "behind or deleted, with their spaces",
    ),
    Fixed(
        property="AuthMode",
        key="auth_mode",
        value=lambda place: str(place.studio.auth_mode),
        result=SAME_NAME,
    ),
    Fixed(
        property="KmsKeyId",
        key="org.keys.studio",
        value=lambda place: place.key,
        result=SAME_NAME,
    ),
)
FIXED_OF_USERS: Final = ("SingleSignOnUserIdentifier", "SingleSignOnUserValue")
"""The create-only properties of a profile that the configuration can change."""


def studio_changes(
    published: PlatformConfig, config: PlatformConfig, old: Deployment, new: Deployment
) -> Iterator[SetChange]:
    """The changes of Studio in the stages that stay where they are."""
    for name, stage in stages_by_name(new).items():
        before = stages_by_name(old).get(name)
        was = published.studio(old.set_name, name)
        if not before or not was or _place(before) != _place(stage):
            continue
        now = config.studio(new.set_name, name)
        if now is None:
            yield _without_studio(before, was)
            continue
        here = OfStudio(config=config, stage=stage, studio=now)
        yield from _of_domain(OfStudio(config=published, stage=before, studio=was), here)
        yield from _of_users(was, now, stage)


def _place(stage: Stage) -> tuple[str, str]:
    return stage.account, stage.region


def _without_studio(stage: Stage, was: Studio) -> SetChange:
    """A profile with apps or spaces cannot be deleted (SageMaker API, DeleteUserProfile)."""
    kept = stage.removal_policy is RemovalPolicy.RETAIN
    domain = "stays without a stack" if kept else "is deleted, with what is in its spaces"
    app = "; the MLflow App is deleted with its runs" if was.mlflow else ""
    return SetChange(
        stage_name=stage.stage_name,
        message=f"Studio of '{stage.stage_name}' goes: its profiles are deleted, which fails while "
        f"they have apps or spaces, and the domain '{was.domain_name}' {domain}{app}",
        remedy="let people save their work and delete apps and spaces first (Studio, or aws "
        "sagemaker list-apps and list-spaces)",
    )


def _of_domain(was: OfStudio, now: OfStudio) -> Iterator[SetChange]:
    stage = now.stage.stage_name
    for row in FIXED:
        if row.value(was) != row.value(now):
            yield SetChange(
                stage_name=stage,
                message=f"{row.key} of '{stage}' becomes '{row.value(now)}', it was "
                f"'{row.value(was)}': no domain changes it, so {row.result}",
                remedy=f"keep it, or delete {stack_of(now.stage)} and its domain first",
                refused=True,
                studio_key=row.key,
            )
    if was.studio.mlflow and not now.studio.mlflow:
        yield SetChange(
            stage_name=stage,
            message=f"the MLflow App of '{stage}' is deleted with its runs; the bucket with their "
            "artifacts goes by removal_policy",
            remedy="export what is still needed first",
        )


def _of_users(was: Studio, now: Studio, stage: Stage) -> Iterator[SetChange]:
    before = {user.profile_name: user for user in was.users}
    after = {user.profile_name: user for user in now.users}
    gone = sorted(before.keys() - after.keys())
    if gone:
        yield SetChange(
            stage_name=stage.stage_name,
            message=f"Studio of '{stage.stage_name}' loses {', '.join(gone)}: a "
            "profile with apps or spaces cannot be deleted, and the pipeline fails",
            remedy="delete their apps and spaces first (Studio, or aws sagemaker list-apps and "
            "list-spaces)",
        )
    for name in (name for name in after if name in before):
        old, new = before[name], after[name]
        # Another way to sign in is a domain of its own, which is told already.
        if was.auth_mode is now.auth_mode and old.identity_center_user != new.identity_center_user:
            yield SetChange(
                stage_name=stage.stage_name,
                message=f"identity_center_user of '{name}' becomes '{new.identity_center_user}', "
                f"it was '{old.identity_center_user}': no profile changes it, so a second one of "
                "the same name would be made, which fails as it exists",
                remedy="give the new person a user_profile_name of their own",
                refused=True,
                studio_key="users",
            )
        if old.project != new.project:
            yield SetChange(
                stage_name=stage.stage_name,
                message=f"'{name}' works on {new.project or 'no project'} and no longer on "
                f"{old.project or 'none'}: apps that run keep the role of before, and what was "
                "made keeps the tag of its project",
                remedy="stop the apps of this profile after the delivery",
            )
