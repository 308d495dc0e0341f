"""The words in which resources are written as plain data, CloudFormation's own."""

from collections.abc import Mapping
from typing import Any, Final

Resource = Mapping[str, Any]
Resources = dict[str, Resource]
"""Resources by logical id, in CloudFormation's own words."""
DELETED: Final[Resource] = {"DeletionPolicy": "Delete", "UpdateReplacePolicy": "Delete"}
RETAINED: Final[Resource] = {
    "DeletionPolicy": "RetainExceptOnCreate",
    "UpdateReplacePolicy": "Retain",
}
"""A creation that fails takes away what it has made: kept under its name, that would stand in the
way of the next try (CloudFormation Template Reference, DeletionPolicy)."""


def ref(logical_id: str) -> dict[str, str]:
    """The value that a resource or a pseudo parameter stands for."""
    return {"Ref": logical_id}


def attribute(logical_id: str, name: str) -> dict[str, list[str]]:
    """An attribute of a resource."""
    return {"Fn::GetAtt": [logical_id, name]}


def sub(text: str) -> dict[str, str]:
    """A text with `${LogicalId}` or `${AWS::PseudoParameter}` in it."""
    return {"Fn::Sub": text}
