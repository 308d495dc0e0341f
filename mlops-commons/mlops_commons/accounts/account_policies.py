"""The execution policy of each account and region, from the templates that go there."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mlops_commons.accounts.bootstrap_plan import BootstrapRow, PolicySource
from mlops_commons.accounts.boundaries import boundaries_of
from mlops_commons.assembly.stacks import StackSummary
from mlops_commons.assembly.templates import (
    Environment,
    StackTemplate,
    partition_of,
    read_template,
)
from mlops_commons.execution_policies.execution_policy import (
    Boundaries,
    DerivedPolicy,
    execution_policy,
)
from mlops_commons.execution_policies.policy_documents import (
    Document,
    read_policy,
    reviewed_text,
    split,
)
from mlops_commons.execution_policies.review import Review
from mlops_commons.iam.statements import policy_document
from mlops_commons.utilities import names
from mlops_commons.utilities.errors import PlatformError

Assemblies = Mapping[Path, Sequence[StackSummary]]
"""The stacks of each app's cloud assembly, by its folder."""


@dataclass(frozen=True, kw_only=True)
class AccountPolicy:
    """What CloudFormation may do in one account and region.

    Attributes:
        arns: the managed policies of CloudFormation's role: those of the documents, in their order,
            or the one that the configuration names.
        documents: each within IAM's limits; none where an ARN is named.
        text: what is written for review; empty where nothing is generated.
        reviews: what to look at before it is used.
        boundaries: of roles, where the organization wants one; `*` may stand in them.
    """

    row: BootstrapRow
    arns: tuple[str, ...]
    documents: tuple[Document, ...] = ()
    text: str = ""
    reviews: tuple[Review, ...] = ()
    boundaries: tuple[str, ...] = ()


def account_policy(row: BootstrapRow, assemblies: Assemblies, *, app_prefix: str) -> AccountPolicy:
    """The policy of a row of the plan: named, kept in a file, or generated.

    Raises:
        PlatformError: a kept file is no policy, or a role lacks the boundary.
    """
    if row.policy_source is PolicySource.ARN:
        return AccountPolicy(row=row, arns=(row.policy_arn,))
    reviews: tuple[Review, ...] = ()
    if row.policy_source is PolicySource.FILE:
        documents, text = split(read_policy(row.policy_file)), ""
    else:
        derived = generated_policy(row, assemblies)
        reviews = derived.reviews
        documents = split(policy_document(derived.statements))
        text = reviewed_text(derived.statements, reviews)
    generated = row.policy_source is PolicySource.GENERATED
    return AccountPolicy(
        row=row,
        arns=policy_arns(row, app_prefix, len(documents)),
        documents=documents,
        text=text,
        reviews=reviews,
        boundaries=boundaries_of(stacks_of(row, assemblies)) if row.boundary and generated else (),
    )


def account_policies(
    rows: Iterable[BootstrapRow], assemblies: Assemblies, *, app_prefix: str
) -> tuple[AccountPolicy, ...]:
    """The policy of each row.

    Raises:
        PlatformError: as `account_policy`.
    """
    return tuple(account_policy(row, assemblies, app_prefix=app_prefix) for row in rows)


def policy_arns(row: BootstrapRow, app_prefix: str, count: int) -> tuple[str, ...]:
    """The ARNs of an account's execution policies; IAM has no regions, so the name tells it."""
    stem = names.shorten(f"{app_prefix}-cdk-execution-{names.region_code(row.region)}", 120)
    prefix = f"arn:{environment_of(row).partition}:iam::{row.account}:policy/{stem}"
    return tuple(f"{prefix}-{number}" for number in range(1, count + 1))


def generated_policy(row: BootstrapRow, assemblies: Assemblies) -> DerivedPolicy:
    """What the templates of an account and region need."""
    place = environment_of(row)
    prefix = f"arn:{place.partition}:iam::{place.account}:policy/"
    # A region that is not bootstrapped has no such bucket, and anybody may take its name.
    bucket = f"{row.toolkit.assets_prefix}{place.account}-{place.region}"
    return execution_policy(
        stacks_of(row, assemblies),
        place,
        Boundaries(own=f"{prefix}{row.boundary}" if row.boundary else ""),
        assets=(f"arn:{place.partition}:s3:::{bucket}/*",),
    )


def stacks_of(row: BootstrapRow, assemblies: Assemblies) -> tuple[StackTemplate, ...]:
    """Every stack that the role of an account and region makes, those elsewhere included.

    Raises:
        PlatformError: no assembly has a stack there.
    """
    found = tuple(_synthesised(row, assemblies))
    if not found:
        raise PlatformError(
            f"no app has a stack for account {row.account} in {row.region}",
            hint="see where stacks go: ./mlops-multi-account.sh infra synth",
        )
    return found


def environment_of(row: BootstrapRow) -> Environment:
    """Where the stacks of a row go; the partition is that of the region."""
    return Environment(
        partition=partition_of(row.region),
        account=row.account,
        region=row.region,
    )


def _synthesised(row: BootstrapRow, assemblies: Assemblies) -> Iterator[StackTemplate]:
    for folder, stacks in assemblies.items():
        for stack in stacks:
            if _is_made_by(row, stack):
                yield read_template(folder, stack)


def _is_made_by(row: BootstrapRow, stack: StackSummary) -> bool:
    """Whether the role of an account and region makes a stack, wherever it goes.

    A pipeline's copies in the region of a stage are made by the role of the pipeline's region.
    """
    if stack.execution_role:
        return stack.execution_role == row.toolkit.execution_role(row.account, row.region)
    return (stack.account, stack.region) == (row.account, row.region)
