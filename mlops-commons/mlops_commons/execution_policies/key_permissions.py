"""Making and managing KMS keys: only those with the tags of the platform and its projects.

Keys that a template names and does not make are somebody else's: they are used, never changed.
"""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Final

from mlops_commons.assembly.templates import Environment, StackTemplate
from mlops_commons.contract import TagKey
from mlops_commons.execution_policies.project_stacks import PROJECT_TAG
from mlops_commons.execution_policies.required_actions import Need
from mlops_commons.execution_policies.resource_kinds import RANDOM_IDS
from mlops_commons.execution_policies.review import Review
from mlops_commons.iam.statements import Statement, actions

OWN_TAGS: Final = (str(TagKey.APP), PROJECT_TAG)
"""One of them is on every key that the platform and its projects make."""
GRANT: Final = "kms:CreateGrant"
USING: Final = frozenset(
    actions(
        "kms",
        "CreateGrant Decrypt DescribeKey Encrypt GenerateDataKey GenerateDataKeyWithoutPlaintext "
        "ReEncryptFrom ReEncryptTo",
    )
)
"""What may be done with a key of somebody else: none of it changes the key or its policy."""
KEY_ARN: Final = re.compile(r"arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+")


def is_of_keys(action: str) -> bool:
    """Whether an action names keys only; aliases have names of their own besides."""
    return action.startswith("kms:") and not action.endswith(("Alias", "Aliases"))


def key_statements(
    needed: set[str],
    stacks: Sequence[StackTemplate],
    place: Environment,
    further: Sequence[str] = (),
) -> Iterator[Statement]:
    """Keys have random ids, so the tags that these stacks put on them tell which are theirs.

    Args:
        further: tags that keys get besides those in the templates.
    """
    tags = sorted({*(tag for _, tag in _keys(stacks, further) if tag)})
    regions = sorted({stack.environment.region for stack in stacks})
    keys = tuple(f"arn:{place.partition}:kms:{r}:{place.account}:key/*" for r in regions)
    creating = {"kms:CreateKey", "kms:TagResource"}
    for number, tag in enumerate(tags, start=1):
        if "kms:CreateKey" in needed:
            yield Statement(
                sid=f"CreateKeys{number}",
                actions=tuple(sorted(creating)),
                resources=("*",),
                reason="a key has no name before it exists; a condition wants its tag",
                condition={"Null": {f"aws:RequestTag/{tag}": "false"}},
            )
        named = needed - {"kms:CreateKey", "kms:ListAliases"}
        if named:
            yield Statement(
                sid=f"ManageKeys{number}",
                actions=tuple(sorted(named)),
                resources=keys,
                reason=f"{RANDOM_IDS}; a condition keeps to keys with the tag {tag}",
                condition={"Null": {f"aws:ResourceTag/{tag}": "false"}},
            )


def keys_of_others(wanted: Sequence[Need], stacks: Sequence[StackTemplate]) -> Iterator[Statement]:
    """The keys whose ARNs stand in templates, for whoever makes what is encrypted with them.

    Grants are for AWS services alone, as volumes need them (KMS Developer Guide,
    "kms:GrantIsForAWSResource").
    """
    found: dict[str, set[str]] = {}
    for need in wanted:
        for action in sorted(need.actions & USING):
            found.setdefault(action, set()).update(_named(need.type, stacks))
    grants = tuple(sorted(found.pop(GRANT, ())))
    used = sorted({arn for arns in found.values() for arn in arns})
    if used:
        yield Statement(
            sid="UseKeysOfOthers",
            actions=tuple(action for action, arns in found.items() if arns),
            resources=tuple(used),
        )
    if grants:
        yield Statement(
            sid="GrantKeysOfOthersToServices",
            actions=(GRANT,),
            resources=grants,
            condition={"Bool": {"kms:GrantIsForAWSResource": "true"}},
        )


def _named(kind: str, stacks: Sequence[StackTemplate]) -> set[str]:
    """The keys that resources of a type name by their ARNs."""
    return {
        arn
        for stack in stacks
        for _, properties in stack.resources(kind)
        for arn in KEY_ARN.findall(json.dumps(properties))
    }


def key_reviews(stacks: Sequence[StackTemplate], further: Sequence[str] = ()) -> Iterator[Review]:
    """The keys that no tag tells apart from those of others: nothing is granted for them."""
    for where, tag in _keys(stacks, further):
        if not tag:
            yield Review(
                type="AWS::KMS::Key",
                what=f"nothing is granted for {where}",
                reason=f"it has none of the tags {', '.join(OWN_TAGS)}, so a policy cannot tell "
                f"whose it is; tag it, for example with: Tags.of(key).add('{OWN_TAGS[0]}', ...)",
            )


def _keys(stacks: Sequence[StackTemplate], further: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each key with the tag by which it is known; empty for none."""
    for stack in stacks:
        for logical_id, properties in stack.resources("AWS::KMS::Key"):
            present = {*further, *(tag["Key"] for tag in properties.get("Tags", ()))}
            own = [tag for tag in OWN_TAGS if tag in present]
            yield f"the key '{logical_id}' of stack '{stack.stack}'", own[0] if own else ""
