"""Answers from flags: `--stage SET/STAGE=ACCOUNT,profile=NAME,...`, one for each stage."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, TypeVar

from mlops_commons.cli.config.making.flag_keys import GROUPS, KEYS, SOURCE_APPS, SOURCE_KEYS
from mlops_commons.cli.config.making.questions import Lookup
from mlops_commons.config.values import Account, Email, Region, nearest
from mlops_commons.config.writing.answers import (
    Answers,
    NetworkAnswer,
    SetAnswer,
    SourceAnswer,
    StageAnswer,
    UsersAnswer,
)
from mlops_commons.config.writing.denials import denials_of
from mlops_commons.contract import StageRole
from mlops_commons.delivery_source import SourceType
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
    users: Sequence[str] = field(default_factory=tuple)
    support_email: str = ""
    tags: Sequence[str] = field(default_factory=tuple)
    boundary: str = ""
    boundary_document: str = ""
    sources: Sequence[str] = field(default_factory=tuple)


def with_flags(proposed: Answers, flags: Flags) -> Answers:
    """The answers with what the flags say in their place.

    Raises:
        PlatformError: one is not of its form.
    """
    users = _users(flags.users)
    sources = {text: _source(text) for text in flags.sources}
    _each_once("--source", ((found.app, text) for text, found in sources.items()))
    tags = _each_once("--tag", map(_tag, flags.tags))
    return replace(
        proposed,
        app_prefix=flags.app_prefix or proposed.app_prefix,
        region=flags.region or proposed.region,
        account=flags.account or proposed.account,
        aws_profile=flags.aws_profile or proposed.aws_profile,
        sets=_sets(flags.stages) or proposed.sets,
        users=tuple({**{u.group: u for u in proposed.users}, **users}.values()),
        support_email=flags.support_email or proposed.support_email,
        tags=tuple({**dict(proposed.tags), **tags}.items()),
        boundary=flags.boundary or proposed.boundary,
        boundary_deny=_denials(flags) or proposed.boundary_deny,
        sources=tuple({s.app: s for s in (*proposed.sources, *sources.values())}.values()),
    )


def complete(answers: Answers, lookup: Lookup) -> Answers:
    """The answers with each account that is not named read from its profile.

    Raises:
        PlatformError: what is written is not of its form, which no profile is asked about; an
            account has neither an id nor a profile, or its profile cannot be used.
    """
    _refuse_misshapen(answers)
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


def _refuse_misshapen(answers: Answers) -> None:
    written = [
        ("--governance-account", answers.account, Account),
        ("--region", answers.region, Region),
        ("--support-email", answers.support_email, Email),
    ]
    for entry in answers.sets:
        for stage in entry.stages:
            flag = f"--stage {entry.set_name}/{stage.stage_name}"
            written += [(flag, stage.account, Account), (flag, stage.region, Region)]
    wrong = {
        f"{flag}: {problem}": None
        for flag, value, kind in written
        if value and (problem := _problem(value, kind))
    }
    if wrong:
        raise PlatformError("\n  ".join(wrong), hint="see: config --help")


def _problem(value: str, kind: Any) -> str:
    """What is wrong with a value; nothing where it is of its kind."""
    from pydantic import TypeAdapter, ValidationError

    try:
        TypeAdapter(kind).validate_python(value)
    except ValidationError as error:
        return "; ".join(row["msg"].removeprefix("Value error, ") for row in error.errors())
    return ""


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


def _each_once(what: str, rows: Iterable[tuple[str, str]]) -> dict[str, str]:
    """What is said of each name; the last of two would hold without a word that one is lost."""
    found: dict[str, str] = {}
    for name, said in rows:
        if found.setdefault(name, said) != said:
            raise PlatformError(
                f"{what}: '{name}' is said twice, as '{found[name]}' and as '{said}'",
                hint="keep one of them",
            )
    return found


def _sets(texts: Sequence[str]) -> tuple[SetAnswer, ...]:
    stages: dict[str, list[StageAnswer]] = {}
    of_places = _each_once("--stage", ((text.partition("=")[0], text) for text in texts))
    for text in of_places.values():
        set_name, stage = _stage(text)
        stages.setdefault(set_name, []).append(stage)
    return tuple(SetAnswer(set_name=name, stages=tuple(found)) for name, found in stages.items())


def _stage(text: str) -> tuple[str, StageAnswer]:
    place, equals, rest = text.partition("=")
    set_name, slash, stage_name = place.partition("/")
    if not (equals and slash and set_name and stage_name):
        raise PlatformError(f"--stage '{text}' is not {FORM}", hint="see: config --help")
    account, *pairs = rest.split(",")
    values = _each_once(f"--stage '{text}'", (_pair(text, pair) for pair in pairs))
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


def _users(texts: Sequence[str]) -> dict[str, UsersAnswer]:
    """The users of each group, those of several flags together."""
    names: dict[str, dict[str, None]] = {}
    for text in texts:
        group, found = _users_of(text)
        names.setdefault(group, {}).update(dict.fromkeys(found))
    return {
        group: UsersAnswer(group=group, prefix=None, profile_names=tuple(found))
        for group, found in names.items()
    }


def _users_of(text: str) -> tuple[str, tuple[str, ...]]:
    group, equals, names = text.partition("=")
    if group in GROUPS and not equals:
        raise PlatformError(
            f"--user '{text}' lacks =NAME[,NAME...]", hint=f"write: --user {group}=NAME"
        )
    if group not in GROUPS:
        hint = nearest(group, GROUPS) or f"groups: {', '.join(GROUPS)}"
        raise PlatformError(f"--user '{text}' is not GROUP=NAME[,NAME...]; {hint}")
    return group, tuple(filter(None, map(str.strip, names.split(","))))


def _denials(flags: Flags) -> str:
    """What the document denies; of a boundary without one, what the file says stays."""
    return denials_of(Path(flags.boundary_document)) if flags.boundary_document else ""


def _tag(text: str) -> tuple[str, str]:
    key, equals, value = map(str.strip, text.partition("="))
    if not (key and equals and value):
        raise PlatformError(f"--tag '{text}' is not KEY=VALUE")
    return key, value


def _source(text: str) -> SourceAnswer:
    app, equals, rest = text.partition("=")
    if app not in SOURCE_APPS or not equals:
        raise PlatformError(
            f"--source '{text}' is not APP=TYPE[,KEY=VALUE...]; apps: {', '.join(SOURCE_APPS)}"
        )
    kind, *pairs = rest.split(",")
    parts = (pair.partition("=") for pair in pairs)
    found = _each_once(f"--source '{text}'", ((key, value) for key, _, value in parts))
    if unknown := [key for key in found if key not in SOURCE_KEYS]:
        hint = nearest(unknown[0], SOURCE_KEYS) or f"allowed: {', '.join(SOURCE_KEYS)}"
        raise PlatformError(f"--source '{text}': unknown key '{unknown[0]}'; {hint}")
    kinds = {str(kind): kind for kind in SourceType}
    if kind not in kinds:
        raise PlatformError(f"--source '{text}': type is '{kind}'; allowed: {', '.join(kinds)}")
    values = {SOURCE_KEYS[key]: value.strip() for key, value in found.items()}
    return SourceAnswer(app=SOURCE_APPS[app], type=kinds[kind], **values)


def _pair(text: str, pair: str) -> tuple[str, str]:
    key, equals, value = pair.partition("=")
    if key in KEYS and not equals:
        raise PlatformError(f"--stage '{text}': '{key}' lacks =VALUE")
    if key not in KEYS:
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
