"""The templates of an assembly and the text that their values come to."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from mlops_commons.assembly.stacks import StackSummary, read_stacks

Template = Mapping[str, Any]
Resource = Mapping[str, Any]
PRODUCT_SUFFIX: Final = ".product.template.json"
_VARIABLE: Final = re.compile(r"\$\{([A-Za-z0-9:.]+)\}")


@dataclass(frozen=True, kw_only=True)
class StackTemplate:
    """A stack with its template."""

    summary: StackSummary
    template: Template

    def resources(self, *types: str) -> Iterator[tuple[str, Resource]]:
        """The resources of these types: logical id and properties, in the template's order."""
        return resources(self.template, *types)


@dataclass(frozen=True, kw_only=True)
class AppTemplates:
    """What an app synthesises.

    Attributes:
        products: the templates of Service Catalog products, by the template file of the stack
            that offers them.
    """

    stacks: tuple[StackTemplate, ...]
    products: Mapping[str, tuple[Template, ...]]

    def products_of(self, stack: StackTemplate) -> tuple[Template, ...]:
        """The products that a stack offers, in the order of their file names."""
        return self.products.get(stack.summary.template, ())


def read_templates(assembly: Path) -> AppTemplates:
    """Every template of a cloud assembly.

    Raises:
        PlatformError: the folder is not a complete cloud assembly.
    """
    stacks = tuple(
        StackTemplate(summary=summary, template=_read(assembly / summary.template))
        for summary in read_stacks(assembly)
    )
    products = {}
    for stack in stacks:
        if any(stack.resources("AWS::ServiceCatalog::CloudFormationProduct")):
            folder = (assembly / stack.summary.template).parent
            files = sorted(folder.glob(f"*{PRODUCT_SUFFIX}"))
            products[stack.summary.template] = tuple(_read(file) for file in files)
    return AppTemplates(stacks=stacks, products=products)


def resources(template: Template, *types: str) -> Iterator[tuple[str, Resource]]:
    """The resources of these types: logical id and properties, in the template's order."""
    for logical_id, resource in template.get("Resources", {}).items():
        if resource["Type"] in types:
            yield logical_id, resource.get("Properties", {})


def defaults(template: Template) -> dict[str, str]:
    """The parameters of a template that have a default, with it."""
    parameters = template.get("Parameters", {}).items()
    return {name: str(value["Default"]) for name, value in parameters if "Default" in value}


def text(value: object, variables: Mapping[str, str]) -> str:
    """What a template's value comes to; what only AWS knows stays as its logical id.

    Args:
        variables: values of parameters and pseudo parameters, such as `AWS::AccountId`.
    """
    match value:
        case {"Ref": str(name)}:
            return variables.get(name, name)
        case {"Fn::GetAtt": [str(name), *_]}:
            return name
        case {"Fn::Sub": str(pattern)}:
            return _VARIABLE.sub(lambda found: variables.get(found[1], found[1]), pattern)
        case {"Fn::Join": [str(separator), list(parts)]}:
            return separator.join(text(part, variables) for part in parts)
        case {"Fn::Select": [index, {"Fn::GetAZs": _}]}:
            return f"zone {int(str(index)) + 1}"
    return str(value)


def _read(file: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(file.read_bytes())
    return content
