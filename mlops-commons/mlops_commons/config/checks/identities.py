"""Checks of who opens which profile, where people sign in by IAM Identity Center."""

from collections.abc import Iterator, Mapping

from mlops_commons.config.document import KeyPath
from mlops_commons.config.sources import INFRA_ROOT, Sources
from mlops_commons.contract import USER_GROUPS
from mlops_commons.stage import AuthMode, Studio
from mlops_commons.utilities.errors import Problem


def identities_of_users(sources: Sources) -> Iterator[Problem]:
    """Where people sign in by Identity Center, a profile is one person's, and each has one.

    Source: API_CreateUserProfile, SingleSignOnUserValue: required where the domain's AuthMode is
    SSO, and not allowed elsewhere.
    """
    found: dict[Problem, None] = {}
    for _, deployment, stage in sources.stages():
        studio = sources.config.studio(deployment.set_name, stage.stage_name)
        if studio is None:
            continue
        written = dict(_profiles(sources, deployment.set_name))
        for path, message in _identities(studio, written):
            found[sources.infra_document.problem(path, message)] = None
    yield from found


def _identities(studio: Studio, written: Mapping[KeyPath, str]) -> Iterator[tuple[KeyPath, str]]:
    if studio.auth_mode is AuthMode.IAM:
        for path, identity in written.items():
            if identity:
                message = (
                    f"'{identity}' would open nothing: the domain has auth_mode IAM; write "
                    "'auth_mode: SSO' under 'sagemaker', or remove this line"
                )
                yield (*path, "identity_center_user"), message
        return
    missing = [user.profile_name for user in studio.users if not user.identity_center_user]
    nobody = [path for path, identity in written.items() if not identity]
    if missing:
        message = (
            f"with auth_mode SSO a profile is opened by one user of IAM Identity Center, and "
            f"{', '.join(missing)} {'has' if len(missing) == 1 else 'have'} none; write "
            "identity_center_user"
        )
        yield (nobody[0] if nobody else (INFRA_ROOT, "sagemaker", "profiles")), message
    seen: set[str] = set()
    for path, identity in written.items():
        if identity and identity.lower() in seen:
            message = (
                f"'{identity}' has a profile in this domain already, and Identity Center opens one "
                "for each user; give the other profile another user, or use auth_mode IAM"
            )
            yield (*path, "identity_center_user"), message
        seen.add(identity.lower())


def _profiles(sources: Sources, set_name: str) -> Iterator[tuple[KeyPath, str]]:
    """Where the users of a set stand, each with the user of Identity Center or nothing."""
    for persona in USER_GROUPS:
        path = sources.profiles_path(set_name, persona)
        group = sources.infra_block(path)
        for position, user in enumerate(getattr(group, "users", None) or ()):
            yield (*path, "users", position), user.identity_center_user or ""
