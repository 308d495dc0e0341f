"""Templates read back: those of a cloud assembly, and the products that Service Catalog offers."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Final

from mlops_commons.assembly.intrinsics import Scope
from mlops_commons.assembly.stacks import StackSummary, read_stacks

Template = Mapping[str, Any]
Resource = Mapping[str, Any]
ANYTHING: Final = "*"
PRODUCT_SUFFIX: Final = ".product.template.json"


@dataclass(frozen=True, kw_only=True)
class Environment:
    """Where a stack goes."""

    partition: str
    account: str
    region: str


@dataclass(frozen=True, kw_only=True)
class StackTemplate:
    """A stack with its template; its name may hold wildcards where projects choose it.

    Attributes:
        partition: by default that of the region.
        known: values of parameters that are the same wherever the template is deployed.
    """

    summary: StackSummary
    template: Template = field(repr=False)
    partition: str = ""
    known: Mapping[str, str] = field(default_factory=dict)

    @property
    def stack(self) -> str:
        """The name of the stack."""
        return self.summary.stack

    @cached_property
    def environment(self) -> Environment:
        """Where the stack goes."""
        account, region = self.summary.account, self.summary.region
        partition = self.partition or partition_of(region)
        return Environment(partition=partition, account=account, region=region)

    @cached_property
    def scope(self) -> Scope:
        """What is known of the stack before it is deployed; `*` stands for the rest.

        A parameter may get another value than its default, so it is not known.
        """
        place = self.environment
        return Scope(
            values={
                "AWS::Partition": place.partition,
                "AWS::Region": place.region,
                "AWS::AccountId": place.account,
                "AWS::StackName": self.stack,
                **self.known,
            },
            unknown=lambda name: ANYTHING,
            mappings=self.template.get("Mappings", {}),
            conditions=self.template.get("Conditions", {}),
        )

    def resources(self, *types: str) -> Iterator[tuple[str, Resource]]:
        """Logical id and properties of the resources of some types; of all without types."""
        return resources(self.template, *types)

    @property
    def types(self) -> frozenset[str]:
        """The types of its resources."""
        return frozenset(r["Type"] for r in self.template.get("Resources", {}).values())


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
    stacks = tuple(read_template(assembly, summary) for summary in read_stacks(assembly))
    products = {}
    for stack in stacks:
        if any(stack.resources("AWS::ServiceCatalog::CloudFormationProduct")):
            folder = (assembly / stack.summary.template).parent
            files = sorted(folder.glob(f"*{PRODUCT_SUFFIX}"))
            products[stack.summary.template] = tuple(_read(file) for file in files)
    return AppTemplates(stacks=stacks, products=products)


def read_template(assembly: Path, summary: StackSummary) -> StackTemplate:
    """A stack of a cloud assembly with its template."""
    return StackTemplate(summary=summary, template=_read(assembly / summary.template))


def resources(template: Template, *types: str) -> Iterator[tuple[str, Resource]]:
    """Logical id and properties of the resources of some types, in the template's order.

    Args:
        types: all resources without any.
    """
    for logical_id, resource in template.get("Resources", {}).items():
        if not types or resource["Type"] in types:
            yield logical_id, resource.get("Properties", {})


def defaults(template: Template) -> dict[str, str]:
    """The parameters of a template that have a default, with it."""
    parameters = template.get("Parameters", {}).items()
    return {name: str(value["Default"]) for name, value in parameters if "Default" in value}


def types_in(stacks: Sequence[StackTemplate]) -> frozenset[str]:
    """The resource types of several stacks."""
    return frozenset().union(*(stack.types for stack in stacks))


@cache
def partition_of(region: str) -> str:
    """The partition of a region, as botocore's endpoint data says it."""
    from botocore.session import Session

    return str(Session().get_partition_for_region(region))


def _read(file: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(file.read_bytes())
    return content
