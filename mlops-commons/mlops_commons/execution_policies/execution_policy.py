"""What CloudFormation may do in one account and region: what its templates need, and no more."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from mlops_commons.accounts.toolkit import ASSETS_PREFIX
from mlops_commons.assembly.templates import Environment, StackTemplate, text
from mlops_commons.execution_policies.handler_permissions import handler_permissions
from mlops_commons.execution_policies.key_permissions import is_of_keys, key_statements
from mlops_commons.execution_policies.passed_roles import role_arn
from mlops_commons.execution_policies.permission_tables import KINDS_BESIDES
from mlops_commons.execution_policies.physical_names import arns, without_included
from mlops_commons.execution_policies.required_actions import required_actions
from mlops_commons.execution_policies.resource_kinds import KINDS, RANDOM_IDS, statement_name
from mlops_commons.execution_policies.role_permissions import (
    NEED_BOUNDARY,
    NEED_POLICY,
    pass_role_statements,
    role_conditions,
    service_linked_roles,
)
from mlops_commons.iam.statements import Statement
from mlops_commons.utilities.errors import PlatformError

NO_RESOURCES: Final = "these actions know no resources (Service Authorization Reference)"
ASSETS: Final = f"arn:{{partition}}:s3:::{ASSETS_PREFIX}{{account}}-{{region}}/*"
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
    plain = {a for a in actions if a not in SEPARATE and not is_of_keys(a)}
    rows = [
        *_scoped(plain - NEED_BOUNDARY - NEED_POLICY, stacks, place),
        *role_conditions(actions, stacks, permissions_boundary, deployment_boundaries),
        *key_statements({a for a in actions if a.startswith("kms:")}, stacks, place),
        *_parameters(stacks),
        *_versions(stacks),
        *pass_role_statements(stacks),
        *service_linked_roles(stacks, place, actions),
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
            sid="WithoutResources" if everywhere else statement_name(service),
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
            hint="add it to KINDS_BESIDES in mlops_commons/execution_policies/permission_tables.py",
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
            hint="name its kind in KINDS in mlops_commons/execution_policies/resource_kinds.py, "
            "or leave the action out in UNUSED in permission_tables.py",
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


def _versions(stacks: Sequence[StackTemplate]) -> Iterator[Statement]:
    """Models are made of versions of other accounts, whose groups' policies are the other side.

    Source: SageMaker Developer Guide, "Deploy a Model Version from a Different Account"; IAM User
    Guide, "Cross-account policy evaluation logic".
    """
    found = {
        text(container.get("ModelPackageName"), stack)
        for stack in stacks
        for _, properties in stack.resources("AWS::SageMaker::Model")
        for container in properties.get("Containers", ())
    }
    if found:
        yield Statement(
            sid="MakeModelsOfVersions",
            actions=("sagemaker:CreateModel", "sagemaker:DescribeModelPackage"),
            resources=tuple(sorted(found)),
            reason="projects have random ids and register versions all the time",
        )


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
