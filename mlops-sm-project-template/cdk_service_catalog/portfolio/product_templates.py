"""The template of every product of a set, whichever form the product has."""

import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import aws_cdk as cdk

from cdk_service_catalog.portfolio.discovery import Product
from cdk_service_catalog.portfolio.synthesis import Planned, Synthesised, synthesise
from cdk_service_catalog.project.definition import ProductDefinition, StackProduct
from cdk_service_catalog.project.product_stack import ProductContext, ProductStack
from cdk_service_catalog.project.project_stack import ProjectStack
from cdk_service_catalog.project.props import Gate, ProjectProps, SeedLocation, Template
from cdk_service_catalog.project.tagging import tagged
from cdk_service_catalog.project.template import project_template
from mlops_commons.utilities.archive import archive

ANYWHERE: Final = cdk.Environment(account="111111111111", region="eu-west-1")
CHECKED: Final[set[str]] = set()
"""The standard projects that the rule packs have passed in this process, as text."""


@dataclass(frozen=True, kw_only=True)
class ProductTemplates:
    """What the products of a set consist of.

    Attributes:
        contents: the template of each product, by slug.
        files: the files that launches read from the assets bucket, by object key.
    """

    contents: Mapping[str, Template]
    files: Mapping[str, Path] = field(default_factory=dict)


def product_templates(
    products: Sequence[Product],
    props: ProjectProps,
    *,
    env: cdk.Environment,
    assets_bucket: str,
    tags: Mapping[str, str],
    folder: Path,
) -> ProductTemplates:
    """The templates of all products for one account set.

    A standard project is plain data, so that it costs a further set next to nothing; a product
    with constructs is synthesised for every set. The rule packs see all of them: what has
    constructs as it is, a standard project once for everything that sets have in common.

    Args:
        env: account and region in which projects are launched.
        tags: go on every resource.
        folder: receives the files.

    Raises:
        PlatformError: a product breaks a security rule, or cannot be launched.
    """
    seeds = _archives(products, folder)
    contexts = {
        product.slug: ProductContext(
            definition=product.definition,
            props=props,
            env=env,
            assets_bucket=assets_bucket,
            seeds={
                name: SeedLocation(bucket=assets_bucket, key=product.archive_keys[name])
                for name in product.seeds
            },
            tags=tags,
        )
        for product in products
    }
    planned = {slug: plan for slug, context in contexts.items() if (plan := _own_stack(context))}
    unchecked = _unchecked(context for slug, context in contexts.items() if slug not in planned)
    synthesised = synthesise([*planned.values(), *unchecked.values()], folder)
    CHECKED.update(unchecked)
    own = dict(zip(planned, synthesised, strict=False))
    return ProductTemplates(
        contents={
            slug: own[slug].content if slug in own else standard_template(context)
            for slug, context in contexts.items()
        },
        files={**seeds, **_files(own.values())},
    )


def standard_template(context: ProductContext) -> Template:
    """The standard project as Service Catalog gets it: what `ProjectStack` would synthesise."""
    definition = context.definition
    assert isinstance(definition, ProductDefinition)
    content = project_template(
        definition,
        context.props,
        build_seed=context.seeds["build_app"],
        deploy_seed=context.seeds["deploy_app"],
    )
    return tagged({"Description": definition.name, **content}, context.tags)


def _own_stack(context: ProductContext) -> Planned | None:
    definition = context.definition
    assert isinstance(definition, ProductDefinition | StackProduct)
    if definition.stack is None:
        return None
    assert issubclass(definition.stack, ProductStack)  # `ProductFile` has refused anything else
    return Planned(stack=definition.stack, context=context)


def _unchecked(contexts: Iterable[ProductContext]) -> dict[str, Planned]:
    """One stack for each kind of standard project that no rule has seen yet."""
    found: dict[str, Planned] = {}
    for context in contexts:
        common = _in_common(context)
        text = json.dumps(standard_template(common), sort_keys=True)
        if text not in CHECKED:
            found.setdefault(text, Planned(stack=ProjectStack, context=common))
    return found


def _in_common(context: ProductContext) -> ProductContext:
    """A product without what tells sets apart: names, accounts and archives.

    None of it is what a rule asks for; what sets may differ in besides, whether their resources
    are retained, which stages there are and which have a namespace, stays.
    """
    props = replace(
        context.props,
        app_prefix="mlops",
        set_name="set",
        region=str(ANYWHERE.region),
        stages=tuple(
            replace(
                stage,
                account_id=str(ANYWHERE.account),
                namespace=stage.name if stage.namespace else "",
            )
            for stage in context.props.stages
        ),
        boundary="boundary",
        access_logs_bucket="logs",
        gate=Gate(choose="choose", verify="verify", seal="seal"),
        package_index="",
    )
    return ProductContext(
        definition=replace(context.definition, name="project", description="", version=""),
        props=props,
        env=ANYWHERE,
        assets_bucket="assets",
        seeds={name: SeedLocation(bucket="assets", key=f"{name}.zip") for name in context.seeds},
        tags={},
    )


def _archives(products: Sequence[Product], folder: Path) -> dict[str, Path]:
    """The archives of all seeds, each written once for all sets of an app."""
    files = {}
    for product in products:
        for name, seed in product.seeds.items():
            key = product.archive_keys[name]
            files[key] = folder / f"asset.{key}"
            if not files[key].exists():
                shutil.copyfile(archive(seed), files[key])
    return files


def _files(synthesised: Iterable[Synthesised]) -> dict[str, Path]:
    return {key: file for product in synthesised for key, file in product.files.items()}
