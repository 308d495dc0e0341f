"""Answers from flags: `--stage SET/STAGE=ACCOUNT,profile=NAME,...`, one for each stage."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final, TypeVar

from mlops_commons.cli.config.questions import Lookup
from mlops_commons.cli.config.stage_keys import KEYS
from mlops_commons.config.values import nearest
from mlops_commons.config.writing.answers import Answers, NetworkAnswer, SetAnswer, StageAnswer
from mlops_commons.contract import StageRole
from mlops_commons.stage import ALONE, EgressMode
from mlops_commons.utilities.errors import PlatformError

Value = TypeVar("Value")
FORM: Final = "SET/STAGE=ACCOUNT[,key=value...]"
ROLES: Final = {str(role): str(role) for role in StageRole}
SWITCH: Final = {"yes": True, "no": False}


@dataclass(frozen=True, kw_only=True)
class Flags:
    """What the command line says; an empty text or list says nothing."""

    app_prefix: str = ""
    region: str = ""
    account: str = ""
    aws_profile: str = ""
    stages: Sequence[str] = field(default_factory=tuple)


def with_flags(proposed: Answers, flags: Flags) -> Answers:
    """The answers with what the flags say in their place.

    Raises:
        PlatformError: a `--stage` is not of the form.
    """
    return Answers(
        app_prefix=flags.app_prefix or proposed.app_prefix,
        region=flags.region or proposed.region,
        account=flags.account or proposed.account,
        aws_profile=flags.aws_profile or proposed.aws_profile,
        sets=_sets(flags.stages) or proposed.sets,
    )


def complete(answers: Answers, lookup: Lookup) -> Answers:
    """The answers with each account that is not named read from its profile.

    Raises:
        PlatformError: an account has neither an id nor a profile, or its profile cannot be used.
    """
    sets = tuple(
        replace(entry, stages=tuple(_with_account(s, entry, answers, lookup) for s in entry.stages))
        for entry in answers.sets
    )
    account = answers.account
    if not account and answers.aws_profile:
        account = lookup(answers.aws_profile, answers.region)
    found = replace(answers, account=account, sets=sets)
    _refuse_incomplete(found)
    return found


def _with_account(
    stage: StageAnswer, entry: SetAnswer, answers: Answers, lookup: Lookup
) -> StageAnswer:
    if stage.account or not stage.aws_profile:
        return stage
    region = stage.region or entry.default_region or answers.region
    return replace(stage, account=lookup(stage.aws_profile, region))


def _refuse_incomplete(answers: Answers) -> None:
    missing = [] if answers.account else ["governance (--governance-account)"]
    missing += [
        f"{entry.set_name}/{stage.stage_name}"
        for entry in answers.sets
        for stage in entry.stages
        if not stage.account
    ]
    if missing or not answers.sets:
        raise PlatformError(
            f"no account id for: {', '.join(missing)}" if missing else "no stage is named",
            hint=f"name each with --governance-account ID and --stage {FORM}",
        )


def _sets(texts: Sequence[str]) -> tuple[SetAnswer, ...]:
    stages: dict[str, list[StageAnswer]] = {}
    for text in texts:
        set_name, stage = _stage(text)
        stages.setdefault(set_name, []).append(stage)
    return tuple(SetAnswer(set_name=name, stages=tuple(found)) for name, found in stages.items())


def _stage(text: str) -> tuple[str, StageAnswer]:
    place, equals, rest = text.partition("=")
    set_name, slash, stage_name = place.partition("/")
    if not (equals and slash and set_name and stage_name):
        raise PlatformError(f"--stage '{text}' is not {FORM}", hint="see: config --help")
    account, *pairs = rest.split(",")
    values = dict(_pair(text, pair) for pair in pairs)
    approval = values.get("approval")
    return set_name, StageAnswer(
        stage_name=stage_name,
        account=account.strip(),
        role=_one_of(text, "role", values["role"], ROLES) if "role" in values else "",
        aws_profile=values.get("profile", ""),
        region=values.get("region", ""),
        parameter_namespace=values.get("namespace", ""),
        manual_approval=None if approval is None else _one_of(text, "approval", approval, SWITCH),
        network=_network(text, values),
    )


def _pair(text: str, pair: str) -> tuple[str, str]:
    key, equals, value = pair.partition("=")
    if key not in KEYS or not equals:
        hint = nearest(key, KEYS) or f"allowed: {', '.join(KEYS)}"
        raise PlatformError(f"--stage '{text}': unknown key '{key}'; {hint}")
    return key, value.strip()


def _network(text: str, values: dict[str, str]) -> NetworkAnswer | None:
    if not {"vpc-cidr", "secondary-cidrs", "egress", "vpc-id"} & set(values):
        return None
    modes = {str(mode): mode for mode in ALONE}
    return NetworkAnswer(
        vpc_cidr=values.get("vpc-cidr", ""),
        secondary_cidrs=tuple(filter(None, values.get("secondary-cidrs", "").split("+"))),
        egress=_one_of(text, "egress", values.get("egress", str(EgressMode.NAT)), modes),
        vpc_id=values.get("vpc-id", ""),
        subnets=tuple(filter(None, values.get("subnets", "").split("+"))),
        base_security_group=values.get("security-group", ""),
    )


def _one_of(text: str, key: str, word: str, allowed: dict[str, Value]) -> Value:
    if word not in allowed:
        raise PlatformError(f"--stage '{text}': {key} is '{word}'; allowed: {', '.join(allowed)}")
    return allowed[word]
