"""Making and managing KMS keys: only those with the tags of the platform and its projects."""

from collections.abc import Iterator, Sequence
from typing import Final

from mlops_commons.assembly.templates import Environment, StackTemplate
from mlops_commons.contract import TagKey
from mlops_commons.execution_policies.project_stacks import PROJECT_TAG
from mlops_commons.execution_policies.resource_kinds import RANDOM_IDS
from mlops_commons.iam.statements import Statement
from mlops_commons.utilities.errors import PlatformError

OWN_TAGS: Final = (str(TagKey.APP), PROJECT_TAG)
"""One of them is on every key that the platform and its projects make."""


def is_of_keys(action: str) -> bool:
    """Whether an action names keys only; aliases have names of their own besides."""
    return action.startswith("kms:") and not action.endswith(("Alias", "Aliases"))


def key_statements(
    actions: set[str], stacks: Sequence[StackTemplate], place: Environment
) -> Iterator[Statement]:
    """Keys have random ids, so the tags that these stacks put on them tell which are theirs."""
    tags = sorted(_key_tags(stacks))
    regions = sorted({stack.environment.region for stack in stacks})
    keys = tuple(f"arn:{place.partition}:kms:{r}:{place.account}:key/*" for r in regions)
    creating = {"kms:CreateKey", "kms:TagResource"}
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
