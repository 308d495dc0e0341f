"""The questions of the wizard: what is asked, in which order, and which answers are taken."""

from collections.abc import Callable
from dataclasses import replace
from ipaddress import IPv4Network
from typing import Any, Final

import typer

from mlops_commons.cli.asking import asked
from mlops_commons.cli.config.making.company_questions import of_company
from mlops_commons.cli.config.making.prompts import NONE, Prompts, of_kind
from mlops_commons.config.model import Namespace
from mlops_commons.config.values import (
    Account,
    NetworkRange,
    Prefix,
    Region,
    SecurityGroupId,
    SetName,
    StageText,
    SubnetId,
    VpcId,
)
from mlops_commons.config.writing.answers import Answers, NetworkAnswer, SetAnswer, StageAnswer
from mlops_commons.contract import StageRole
from mlops_commons.stage import ALONE, EgressMode
from mlops_commons.utilities.errors import PlatformError

Lookup = Callable[[str, str], str]
"""From profile and region to the account that STS says; raises PlatformError."""
USUAL_STAGES: Final = ",".join(StageRole)
CREATE: Final = "create"
IMPORT: Final = "import"


def ask(proposed: Answers, lookup: Lookup, to: Prompts) -> Answers:
    """Ask for everything, with what is proposed in brackets.

    Args:
        to: whoever answers.

    Raises:
        typer.Abort: the person has pressed control-C, or the input has ended.
    """
    to.begin("The governance account: repositories and pipelines", "governance")
    region = to.text("region", proposed.region, Region)
    prefix = to.text("beginning of all names", proposed.app_prefix, Prefix)
    governance = (proposed.aws_profile, proposed.account)
    profile, account = _account(to, "governance", governance, region, lookup)
    sets: list[SetAnswer] = []
    while True:
        number = len(sets)
        known = proposed.sets[number] if number < len(proposed.sets) else None
        sets.append(_set(to, known, number, region, sets, lookup))
        more = len(sets) < len(proposed.sets)
        if not to.confirm("another account set?", default=more):
            break
    return replace(
        of_company(to, proposed),
        app_prefix=prefix,
        region=region,
        account=account,
        aws_profile=profile,
        sets=tuple(sets),
    )


def ask_for(question: str, kind: Any) -> str:
    """Ask one question without a proposal, until the answer is of its kind.

    Raises:
        typer.Abort: the person has pressed control-C, or the input has ended.
    """
    return asked(question, of_kind(kind))


def _set(
    to: Prompts,
    known: SetAnswer | None,
    number: int,
    region: str,
    before: list[SetAnswer],
    lookup: Lookup,
) -> SetAnswer:
    place = f"set {number + 1}"
    to.begin(f"Account set {number + 1}: the accounts of a business unit", place)
    name = _set_name(to, known.set_name if known else f"business-unit-{number + 1}", before)
    own_region = to.text("region", (known.default_region if known else "") or region, Region)
    proposed = ",".join(stage.stage_name for stage in known.stages) if known else USUAL_STAGES
    names = to.texts("stages, with commas", proposed, StageText)
    earlier = [stage for entry in before for stage in entry.stages]
    stages: list[StageAnswer] = []
    for stage_name in names:
        match = [s for s in (known.stages if known else ()) if s.stage_name == stage_name]
        proposal = match[0] if match else StageAnswer(stage_name=stage_name, account="")
        to.begin(f"Stage {stage_name}", f"{place}, stage {stage_name}")
        stages.append(_stage(to, proposal, own_region, earlier, stages, lookup))
    to.at(place)
    return SetAnswer(
        set_name=name,
        stages=tuple(stages),
        default_region="" if own_region == region else own_region,
    )


def _set_name(to: Prompts, proposed: str, before: list[SetAnswer]) -> str:
    one = of_kind(SetName)

    def check(answer: str) -> str:
        name = one(answer)
        if name.lower() in {entry.set_name.lower() for entry in before}:
            raise typer.BadParameter(f"'{name}' is the name of another set")
        return name

    return str(to.checked("name", proposed, check))


def _stage(
    to: Prompts,
    proposed: StageAnswer,
    region: str,
    earlier: list[StageAnswer],
    siblings: list[StageAnswer],
    lookup: Lookup,
) -> StageAnswer:
    name, others = proposed.stage_name, [*earlier, *siblings]
    own_region = to.text("region", proposed.region or region, Region)
    known = (proposed.aws_profile, proposed.account)
    profile, account = _account(to, name, known, own_region, lookup)
    region_text = "" if own_region == region else own_region
    role = _role(to, proposed, siblings)
    place = StageAnswer(stage_name=name, account=account, region=region_text)
    namespace = _namespace(to, place, proposed.parameter_namespace, others)
    network = proposed.network or NetworkAnswer(vpc_cidr=_free_range(others))
    usual = (role or name.lower()) != StageRole.DEV
    waits = usual if proposed.manual_approval is None else proposed.manual_approval
    approval = to.confirm("wait for a person's approval before this stage?", default=waits)
    return StageAnswer(
        stage_name=name,
        account=account,
        role=role,
        aws_profile=profile,
        region=region_text,
        parameter_namespace=namespace,
        manual_approval=None if approval == usual else approval,
        network=_network(to, network, siblings),
    )


def _role(to: Prompts, proposed: StageAnswer, siblings: list[StageAnswer]) -> str:
    """What a stage is for; empty where its name says it.

    Proposed in the order of delivery: the first stage is dev, what follows it preprod, then prod.
    """
    if proposed.stage_name.lower() in set(StageRole):
        return ""
    usual = StageRole.DEV if not siblings else StageRole.PREPROD
    if siblings and (siblings[-1].role or siblings[-1].stage_name.lower()) != StageRole.DEV:
        usual = StageRole.PROD
    return to.choice("what it is for", proposed.role or usual, tuple(StageRole))


def _namespace(to: Prompts, here: StageAnswer, proposed: str, others: list[StageAnswer]) -> str:
    """What keeps a stage apart from others in the same account and region; empty where none is."""
    there = [s for s in others if (s.account, s.region) == (here.account, here.region)]
    if not there and not proposed:
        return ""
    taken = {stage.parameter_namespace.lower() for stage in there}
    one = of_kind(Namespace)

    def check(answer: str) -> str:
        if answer.strip().lower() in taken:
            raise typer.BadParameter(f"another stage in account {here.account} has it already")
        return one(answer)

    if there:
        names = ", ".join(stage.stage_name for stage in there)
        typer.echo(f"  {here.account} is also the account of {names}; a namespace keeps them apart")
    return str(to.checked("namespace", proposed or here.stage_name, check))


def _network(to: Prompts, proposed: NetworkAnswer, siblings: list[StageAnswer]) -> NetworkAnswer:
    kind = to.choice("network", IMPORT if proposed.vpc_id else CREATE, (CREATE, IMPORT))
    if kind == CREATE:
        return NetworkAnswer(
            vpc_cidr=_range(to, proposed.vpc_cidr or "10.0.0.0/16", siblings),
            # What a file or a flag says stays; nobody is asked for it.
            secondary_cidrs=() if proposed.vpc_id else proposed.secondary_cidrs,
            egress=EgressMode(
                to.choice("way out", str(proposed.egress), _ways_out(proposed.egress))
            ),
        )
    return NetworkAnswer(
        vpc_id=to.text("VPC id", proposed.vpc_id, VpcId),
        subnets=to.texts("ids of its private subnets", ",".join(proposed.subnets), SubnetId),
        base_security_group=to.text(
            "id of its security group", proposed.base_security_group, SecurityGroupId
        ),
        vpc_cidr=to.text("its address range", proposed.vpc_cidr or "10.0.0.0/16", NetworkRange),
        secondary_cidrs=proposed.secondary_cidrs if proposed.vpc_id else (),
    )


def _ways_out(proposed: EgressMode) -> tuple[str, ...]:
    """Inspection needs a transit gateway, which is written into the file by hand."""
    return tuple(str(m) for m in EgressMode if m in (proposed, *ALONE))


def _account(
    to: Prompts, name: str, known: tuple[str, str], region: str, lookup: Lookup
) -> tuple[str, str]:
    """The profile, and the account that it reaches; typed where nobody can ask STS.

    Args:
        known: both, as they are proposed.
    """
    profile, account = known
    profile = to.checked("AWS profile ('-' for the derived name)", profile or NONE, str.strip)
    profile = "" if profile == NONE else profile
    found = ""
    if profile:
        try:
            found = lookup(profile, region)
            typer.echo(f"  the profile '{profile}' reaches account {found}")
        except PlatformError as error:
            typer.echo(f"  {error.message}: type the account of {name}")
    return profile, to.text("account id", found or account, Account, sure=bool(found))


def _free_range(others: list[StageAnswer]) -> str:
    """A range that no other stage has, so that the VPCs can be connected one day."""
    taken = [IPv4Network(s.network.vpc_cidr) for s in others if s.network and s.network.vpc_cidr]
    ranges = (IPv4Network(f"10.{number}.0.0/16") for number in range(256))
    return str(next(free for free in ranges if not any(map(free.overlaps, taken))))


def _range(to: Prompts, proposed: str, siblings: list[StageAnswer]) -> str:
    """A range of a new VPC; one that overlaps could never be connected with those of its set."""
    one = of_kind(NetworkRange)
    networks = [(s.stage_name, s.network) for s in siblings if s.network and not s.network.vpc_id]
    ranges = [(stage, network.vpc_cidr) for stage, network in networks if network.vpc_cidr]

    def check(answer: str) -> str:
        found = IPv4Network(one(answer))
        for stage, taken in ranges:
            if found.overlaps(IPv4Network(taken)):
                raise typer.BadParameter(f"it overlaps with {taken} of stage {stage}")
        return str(found)

    return str(to.checked("address range", proposed, check))
