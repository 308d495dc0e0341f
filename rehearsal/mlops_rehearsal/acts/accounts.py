"""Act 1: accounts with an administrator whose profile the configuration names, else empty."""

from collections.abc import Mapping

from mlops_rehearsal.acts.company import prepare_company
from mlops_rehearsal.acts.sources import prepare_host
from mlops_rehearsal.world.evidence import Evidence
from mlops_rehearsal.world.git_configuration import git_configuration
from mlops_rehearsal.world.places import Place, places
from mlops_rehearsal.world.world import World

ADMINISTRATOR = "administrator"
POLICY = "arn:aws:iam::aws:policy/AdministratorAccess"


def play_accounts(world: World) -> tuple[Evidence, ...]:
    """Make the administrators and write their profiles, and git's settings, as a person's files."""
    found = places(world.config)
    for account in sorted({place.account for place in found}):
        world.administrators[account] = _administrator(world, account, found[0].region)
    _write_profiles(world, found)
    text = git_configuration(place.region for place in found)
    world.git_configuration_file.write_text(text, encoding="utf-8")
    rows = tuple(_row(world, place) for place in found)
    return (
        Evidence("accounts", rows),
        *prepare_company(world),
        *prepare_host(world),
    )


def _administrator(world: World, account: str, region: str) -> Mapping[str, str]:
    iam = world.root("iam", account, region)
    iam.create_user(UserName=ADMINISTRATOR)
    iam.attach_user_policy(UserName=ADMINISTRATOR, PolicyArn=POLICY)
    key = iam.create_access_key(UserName=ADMINISTRATOR)["AccessKey"]
    return {
        "aws_access_key_id": key["AccessKeyId"],
        "aws_secret_access_key": key["SecretAccessKey"],
    }


def _write_profiles(world: World, found: tuple[Place, ...]) -> None:
    config, credentials = world.aws_config_file, world.aws_credentials_file
    config.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    profiles = {place.profile: place for place in found}
    for file in (config, credentials):
        file.touch(mode=0o600)
    config.write_text(
        "".join(
            f"[profile {name}]\nregion = {place.region}\ns3 =\n  addressing_style = path\n\n"
            for name, place in profiles.items()
        )
    )
    credentials.write_text(
        "".join(
            f"[{name}]\n"
            + "".join(f"{k} = {v}\n" for k, v in world.administrators[place.account].items())
            + "\n"
            for name, place in profiles.items()
        )
    )


def _row(world: World, place: Place) -> Mapping[str, str]:
    sts = world.administrator("sts", place.account, place.region)
    return {
        "account": place.account,
        "region": place.region,
        "role": place.role,
        "profile": place.profile,
        "identity": sts.get_caller_identity()["Arn"],
    }
