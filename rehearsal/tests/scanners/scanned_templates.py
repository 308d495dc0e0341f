"""Every template that somebody deploys, once: both apps, the products, and what projects deploy."""

import json
from collections.abc import Iterator
from pathlib import Path

from checkouts import APPS_HERE, make_checkout
from launched_projects import PRODUCTS
from seed_repositories import deployed

from mlops_commons.utilities.paths import REPOSITORY_ROOT

EXAMPLES = ("sample", "endpoints-only")


def write_templates(folder: Path, work: Path) -> list[Path]:
    """Write the templates; those that say the same are written once.

    Args:
        folder: of the templates.
        work: for checkouts.
    """
    written: dict[str, Path] = {}
    for name, text in (*_of_apps(work), *_of_projects()):
        if text not in written:
            written[text] = folder / f"{name}.template.json"
            written[text].write_text(text)
    return list(written.values())


def _of_apps(work: Path) -> Iterator[tuple[str, str]]:
    for example in EXAMPLES:
        files = REPOSITORY_ROOT / "examples" / example
        texts = {
            "cdk_app": (files / "cdk-app.yml").read_text(),
            "infra": (files / "cdk-infra-app.yml").read_text(),
        }
        for app in APPS_HERE:
            checkout = make_checkout(work / f"{example}-{app}", app, **texts)
            for name, template in checkout.synth().templates().items():
                yield f"{example}.{_short(name)}", json.dumps(template, indent=1)


def _short(name: str) -> str:
    """The end of a template's path, which tells the stage and the product."""
    folder, _, file = name.removesuffix(".template.json").rpartition("/")
    stage = folder.rpartition("-")[2]
    return f"{stage}.{file[-40:]}" if stage else file


def _of_projects() -> Iterator[tuple[str, str]]:
    for product in PRODUCTS:
        for stage, template in deployed(product).templates.items():
            yield f"project.{product.slug}.{stage}", json.dumps(template, indent=1)
