"""What CloudFormation may do in one account and region: what its templates need, and no more."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from mlops_commons.accounts.handler_permissions import handler_permissions
from mlops_commons.accounts.passed_roles import passed_roles, role_arn
from mlops_commons.accounts.permission_tables import KINDS_BESIDES, SERVICE_LINKED_ROLES
from mlops_commons.accounts.physical_names import KINDS, RANDOM_IDS, arns, without_included
from mlops_commons.accounts.project_stacks import PROJECT_TAG
from mlops_commons.accounts.required_actions import required_actions
from mlops_commons.accounts.role_permissions import NEED_BOUNDARY, NEED_POLICY, role_conditions
from mlops_commons.accounts.templates import Environment, StackTemplate, text, types_in
from mlops_commons.contract import TagKey
from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.statements import Statement

NO_RESOURCES: Final = "these actions know no resources (Service Authorization Reference)"
OWN_TAGS: Final = (str(TagKey.APP), PROJECT_TAG)
"""One of them is on every key that the platform and its projects make."""
ASSETS: Final = "arn:{partition}:s3:::cdk-hnb659fds-assets-{account}-{region}/*"
READ_ASSETS: Final = ("s3:GetObject", "s3:GetObjectVersion")
SEPARATE: Final = ("iam:PassRole", "iam:CreateServiceLinkedRole")


def execution_policy(
    stacks: Sequence[StackTemplate],
    place: Environment,
    *,
    permissions_boundary: str = "",
    deployment_boundaries: Sequence[str] = (),
) -> tuple[Statement, ...]:
    """The statements of the execution policy of an account and region.

    Args:
        stacks: every template that CloudFormation gets there.
        permissions_boundary: the ARN of a policy; roles can then be made with it only.
        deployment_boundaries: the ARNs of the boundaries that roles of projects must have.

    Raises:
        PlatformError: no table knows a type or an action of a template, or a role lacks the
            boundary.
    """
    actions = frozenset().union(*required_actions(stacks).values())
    plain = {a for a in actions if a not in SEPARATE and not a.startswith("kms:")}
    rows = [
        *_scoped(plain - NEED_BOUNDARY - NEED_POLICY, stacks, place),
        *role_conditions(actions, stacks, permissions_boundary, deployment_boundaries),
        *_keys({a for a in actions if a.startswith("kms:")}, stacks, place),
        *_parameters(stacks),
        *_pass_roles(stacks),
        *_service_linked_roles(stacks, place, actions),
    ]
    return tuple(sorted(_distinct(rows), key=lambda row: row.sid))


def _scoped(
    actions: Iterable[str], stacks: Sequence[StackTemplate], place: Environment
) -> Iterator[Statement]:
    """A statement for each set of resources, with all actions on them."""
    grouped: dict[tuple[str, ...], set[str]] = {}
    kinds_of: dict[tuple[str, ...], set[str]] = {}
    for action in actions:
        service = action.partition(":")[0]
        kinds = _kinds(action)
        resources = _resources(action, service, kinds, stacks, place)
        grouped.setdefault(resources, set()).add(action)
        kinds_of.setdefault(resources, set()).update(f"{service}:{kind}" for kind in kinds)
    for resources, found in grouped.items():
        everywhere = resources == ("*",)
        service = min(found).partition(":")[0]
        yield Statement(
            sid="WithoutResources" if everywhere else _title(service),
            actions=tuple(sorted(found)),
            resources=resources,
            reason=NO_RESOURCES if everywhere else _reasons(kinds_of[resources]),
        )


def _kinds(action: str) -> tuple[str, ...]:
    known = [
        table[action.lower()]
        for table in (handler_permissions().resources, KINDS_BESIDES)
        if action.lower() in table
    ]
    if not known:
        raise PlatformError(
            f"nothing says which resources the action '{action}' knows",
            hint="add it to KINDS_BESIDES in mlops_commons/accounts/permission_tables.py",
        )
    return tuple(kind for row in known for kind in row)


def _resources(
    action: str,
    service: str,
    kinds: tuple[str, ...],
    stacks: Sequence[StackTemplate],
    place: Environment,
) -> tuple[str, ...]:
    if not kinds:
        return ("*",)
    if service == "ec2":
        regions = sorted({stack.environment.region for stack in stacks})
        return tuple(f"arn:{place.partition}:ec2:{region}:{place.account}:*" for region in regions)
    names = {f"{service}:{kind}" for kind in kinds}
    found = {arn for kind in KINDS if kind.name in names for arn in arns(kind, tuple(stacks))}
    if action in READ_ASSETS:
        found |= {
            ASSETS.format(**{**vars(stack.environment), "account": place.account})
            for stack in stacks
        }
    if action == "iam:GetRole":
        found |= _principals(stacks)
    if service == "cloudwatch" and "alarm" in kinds and found:
        # Application Auto Scaling names the alarms of its policies so.
        found |= {
            f"arn:{place.partition}:cloudwatch:{place.region}:{place.account}:"
            "alarm:TargetTracking-*"
        }
    if not found:
        raise PlatformError(
            f"no template makes a resource that the action '{action}' knows: {', '.join(kinds)}",
            hint="name its kind in KINDS in mlops_commons/accounts/physical_names.py, or leave the "
            "action out in UNUSED in permission_tables.py",
        )
    return tuple(sorted(without_included(found)))


def _principals(stacks: Sequence[StackTemplate]) -> set[str]:
    """The roles that a portfolio is shared with, where a template names them."""
    found = {
        role_arn(properties.get("PrincipalARN"), stack)
        for stack in stacks
        for _, properties in stack.resources("AWS::ServiceCatalog::PortfolioPrincipalAssociation")
    }
    return {arn for arn in found if arn.startswith("arn:")}


def _keys(
    actions: set[str], stacks: Sequence[StackTemplate], place: Environment
) -> Iterator[Statement]:
    """Keys have random ids, so the tags that these stacks put on them tell which are theirs."""
    tags = sorted(_key_tags(stacks))
    regions = sorted({stack.environment.region for stack in stacks})
    keys = tuple(f"arn:{place.partition}:kms:{r}:{place.account}:key/*" for r in regions)
    creating = {"kms:CreateKey", "kms:TagResource"}
    aliases = {a for a in actions if a.endswith("Alias")}
    for number, tag in enumerate(tags, start=1):
        if "kms:CreateKey" in actions:
            yield Statement(
                sid=f"CreateKeys{number}",
                actions=tuple(sorted(creating)),
                resources=("*",),
                reason="a key has no name before it exists; a condition wants its tag",
                condition={"Null": {f"aws:RequestTag/{tag}": "false"}},
            )
        named = actions - {"kms:CreateKey", "kms:ListAliases"}
        if named:
            yield Statement(
                sid=f"ManageKeys{number}",
                actions=tuple(sorted(named)),
                resources=keys,
                reason=f"{RANDOM_IDS}; a condition keeps to keys with the tag {tag}",
                condition={"Null": {f"aws:ResourceTag/{tag}": "false"}},
            )
    if aliases:
        yield from _scoped(aliases, stacks, place)
    if "kms:ListAliases" in actions:
        yield Statement(
            sid="ListAliases",
            actions=("kms:ListAliases",),
            resources=("*",),
            reason=NO_RESOURCES,
        )


def _key_tags(stacks: Sequence[StackTemplate]) -> set[str]:
    found = set()
    for stack in stacks:
        for logical_id, properties in stack.resources("AWS::KMS::Key"):
            present = {tag["Key"] for tag in properties.get("Tags", ())}
            own = [tag for tag in OWN_TAGS if tag in present]
            if not own:
                raise PlatformError(
                    f"the key '{logical_id}' of stack '{stack.stack}' has none of the tags "
                    f"{', '.join(OWN_TAGS)}, so a policy cannot tell that it belongs to it",
                    hint=f"tag it, for example with: Tags.of(key).add('{OWN_TAGS[0]}', ...)",
                )
            found.add(own[0])
    return found


def _parameters(stacks: Sequence[StackTemplate]) -> Iterator[Statement]:
    """CloudFormation reads parameters whose type is an SSM parameter, as the same role."""
    found: dict[str, set[str]] = {}
    for stack in stacks:
        place = stack.environment
        prefix = f"arn:{place.partition}:ssm:{place.region}:{place.account}:parameter"
        for parameter in stack.template.get("Parameters", {}).values():
            if parameter["Type"].startswith("AWS::SSM::Parameter::Value"):
                found.setdefault("names", set()).add(prefix + text(parameter["Default"], stack))
    for names in found.values():
        yield Statement(
            sid="ReadParametersOfTemplates",
            actions=("ssm:GetParameters",),
            resources=tuple(sorted(without_included(names))),
            reason="a stage may have a namespace in front of its parameters",
        )


def _pass_roles(stacks: Sequence[StackTemplate]) -> Iterator[Statement]:
    for service, roles in passed_roles(stacks).items():
        yield Statement(
            sid=f"PassRolesTo{_title(service.partition('.')[0])}",
            actions=("iam:PassRole",),
            resources=roles,
            reason="the names of exactly the roles that templates hand to this service; those "
            "that CloudFormation makes end with random characters",
            condition={"StringEquals": {"iam:PassedToService": service}},
        )


def _service_linked_roles(
    stacks: Sequence[StackTemplate], place: Environment, actions: Iterable[str]
) -> Iterator[Statement]:
    services = sorted(
        service for kind, service in SERVICE_LINKED_ROLES.items() if kind in types_in(stacks)
    )
    if not services or "iam:CreateServiceLinkedRole" not in set(actions):
        return
    role = f"arn:{place.partition}:iam::{place.account}:role/aws-service-role"
    yield Statement(
        sid="CreateServiceLinkedRoles",
        actions=("iam:CreateServiceLinkedRole",),
        resources=tuple(f"{role}/{service}/*" for service in services),
        reason="AWS names the one role that a service may have below its path",
        condition={"StringEquals": {"iam:AWSServiceName": tuple(services)}},
    )


def _title(service: str) -> str:
    return "".join(word.capitalize() for word in service.split("-"))


def _reasons(kinds: Iterable[str]) -> str:
    named = {kind.name: kind.reason for kind in KINDS}
    return "; ".join(sorted({named.get(kind, RANDOM_IDS) for kind in kinds}))


def _distinct(rows: Iterable[Statement]) -> list[Statement]:
    """The rows with a number after each name that several have."""
    grouped: dict[str, list[Statement]] = {}
    for row in rows:
        grouped.setdefault(row.sid, []).append(row)
    return [
        replace(row, sid=f"{sid}{number}" if len(same) > 1 else sid)
        for sid, same in grouped.items()
        for number, row in enumerate(sorted(same, key=lambda r: (r.resources, r.actions)), start=1)
    ]
