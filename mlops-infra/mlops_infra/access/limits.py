"""What the configuration adds to a persona, as far as IAM takes it."""

from typing import Final

from aws_cdk import aws_iam as iam

from mlops_commons.cdk.nag import acknowledge_each
from mlops_commons.iam.lengths import MOST_CHARACTERS, shortest_length_of
from mlops_commons.iam.statements import Statement
from mlops_commons.stage import Further
from mlops_commons.utilities.errors import PlatformError
from mlops_infra.access.boundary import boundary_of
from mlops_infra.access.personas import MOST_POLICIES, PersonaRow, own_policies
from mlops_infra.access.scope import PolicyScope

CHOSEN: Final = (
    "the configuration names this policy of AWS for the persona, whose boundary lets through what "
    "the configuration names besides"
)


def checked_boundary(
    persona: PersonaRow, within: PolicyScope, further: Further
) -> tuple[Statement, ...]:
    """The boundary of a persona with what the configuration adds.

    Raises:
        PlatformError: it is longer than IAM takes.
    """
    statements = boundary_of(persona, within, further)
    length = shortest_length_of(statements, within.region)
    if further.actions and length > MOST_CHARACTERS:
        raise PlatformError(
            f"the boundary of the persona '{persona.key}' would have {length} characters with "
            f"sagemaker.personas.{persona.key}.actions; IAM takes {MOST_CHARACTERS}",
            hint="name fewer actions, or the beginning of several, such as 'athena:Get*'",
        )
    return statements


def attach(
    role: iam.Role, persona: PersonaRow, policy_arns: tuple[str, ...], besides: int = 0
) -> None:
    """Give a role the policies that the configuration names.

    Args:
        besides: how many policies the role has beside those of its row.

    Raises:
        PlatformError: a role would have more policies than IAM attaches.
    """
    own = own_policies(persona, besides)
    if own + len(policy_arns) > MOST_POLICIES:
        raise PlatformError(
            f"sagemaker.personas.{persona.key}.policy_arns has {len(policy_arns)}; IAM attaches "
            f"{MOST_POLICIES} policies to a role, and this persona has {own} of its own",
            hint="put what it needs into one policy, or let it use buckets by 'data_buckets'",
        )
    for number, arn in enumerate(policy_arns, start=1):
        name = f"Further{number}"
        role.add_managed_policy(iam.ManagedPolicy.from_managed_policy_arn(role, name, arn))
        if ":iam::aws:" in arn:
            acknowledge_each(role, {f"AwsSolutions-IAM4[Policy::{arn}]": CHOSEN})
