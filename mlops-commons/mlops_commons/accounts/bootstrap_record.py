"""What the bootstrap of an account and region has allowed, as the bootstrap's own stack tells it.

The fingerprint is a tag of that stack, so CloudFormation changes it together with the roles that it
is about, or not at all. Whoever may describe stacks can read it: the CDK's lookup role may, which
the governance account is trusted with (ADR 25).
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from mlops_commons.accounts.account_policies import AccountPolicy
from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.toolkit import QUALIFIER, Toolkit

TAG: Final = "mlops:allowed"
NEVER_MADE: Final = frozenset({"CREATE_FAILED", "REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE"})
"""The status of a stack that has no resources (CloudFormation User Guide, "Stack status codes")."""
OF_AWS: Final = "aws:"
"""How keys begin that only AWS may set (AWS Tagging best practices, "Tag naming limits")."""


@dataclass(frozen=True, kw_only=True)
class BootstrapRecord:
    """What the last bootstrap was run with.

    Attributes:
        fingerprint: of what it allowed; empty where it was not run by this platform.
        trust: the accounts that may deploy there, besides itself.
        policy_arns: what CloudFormation may do.
        boundary: the name of the policy that roles must carry; empty for none.
        tags: the tags of the stack, those of others included.
    """

    fingerprint: str = ""
    qualifier: str = QUALIFIER
    trust: tuple[str, ...] = ()
    policy_arns: tuple[str, ...] = ()
    boundary: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)


def fingerprint(policy: AccountPolicy) -> str:
    """SHA-256 of what a bootstrap allows: the policies, whom the account trusts, the boundary."""
    content = {
        "qualifier": policy.row.toolkit.qualifier,
        "trust": policy.row.trust,
        "policies": dict(zip(policy.arns, policy.documents, strict=True)),
        "boundary": policy.row.boundary,
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def tags_of(policy: AccountPolicy, others: Mapping[str, str]) -> dict[str, str]:
    """The tags of the bootstrap's stack: others' stay, because the CDK CLI replaces all of them.

    Those of the configuration are there too: an organization that refuses to create what has no
    cost centre refuses the bootstrap first.

    Args:
        others: the tags that the stack has.
    """
    kept = {key: value for key, value in others.items() if not key.startswith(OF_AWS)}
    row = policy.row
    own = {TAG: fingerprint(policy)} if policy.documents else {}
    given = {**row.tags, **row.toolkit.toolkit_tags, **own}
    return {**kept, **given} if given else {}


def read_record(cloudformation: Any, toolkit: Toolkit) -> BootstrapRecord | None:
    """What the bootstrap's stack of an account and region tells; None where there is none.

    The names of its parameters: bootstrap-template.yaml of the pinned CDK CLI; a test reads it.

    Args:
        cloudformation: a boto3 client there.
        toolkit: of the account and region.

    Raises:
        PlatformError: the stack may not be read.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        (stack,) = cloudformation.describe_stacks(StackName=toolkit.toolkit_stack_name)["Stacks"]
    except (BotoCoreError, ClientError) as error:
        if "does not exist" in str(error):
            return None
        raise PlatformError(
            f"the stack {toolkit.toolkit_stack_name} cannot be read: {error}",
            hint="sign in with a role that may read CloudFormation stacks there",
        ) from error
    if stack["StackStatus"] in NEVER_MADE:
        return None
    given = {p["ParameterKey"]: p["ParameterValue"] for p in stack.get("Parameters", ())}
    tags = {tag["Key"]: tag["Value"] for tag in stack.get("Tags", ())}
    return BootstrapRecord(
        fingerprint=tags.get(TAG, ""),
        qualifier=given.get("Qualifier", QUALIFIER),
        trust=_several(given.get("TrustedAccounts", "")),
        policy_arns=_several(given.get("CloudFormationExecutionPolicies", "")),
        boundary=given.get("InputPermissionsBoundary", ""),
        tags=tags,
    )


def _several(value: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in value.split(",") if part.strip())
