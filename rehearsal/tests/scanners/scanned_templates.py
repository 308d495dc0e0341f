"""Every template that somebody deploys, once: both apps, the products, and what projects deploy."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from checkouts import APPS_HERE, make_checkout
from launched_projects import PRODUCTS
from seed_repositories import seed_repository

from cdk_service_catalog.portfolio.discovery import Product
from mlops_commons.utilities.paths import REPOSITORY_ROOT

EXAMPLES = ("sample", "endpoints-only")
SYNTHESISE = """
import json, sys
from pathlib import Path
sys.path.insert(0, "tests")
from synthesis import templates
if Path("tests/compiled_definition.py").is_file():
    from compiled_definition import DEFINITION
    Path("inference_pipeline.json").write_text(json.dumps(DEFINITION))
print(json.dumps(templates(Path(sys.argv[1]))))
"""


def write_templates(folder: Path, work: Path) -> list[Path]:
    """Write the templates; those that say the same are written once.

    Args:
        folder: of the templates.
        work: for checkouts and seed repositories.
    """
    written: dict[str, Path] = {}
    for name, text in (*_of_apps(work), *_of_projects(work)):
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


def _of_projects(work: Path) -> Iterator[tuple[str, str]]:
    for product in PRODUCTS:
        for stage, template in deployed_by(product, work).items():
            yield f"project.{product.slug}.{stage}", json.dumps(template, indent=1)


def deployed_by(product: Product, work: Path) -> dict[str, Any]:
    """What the deploy repository of a product synthesises on a project's first day, by stage."""
    repository = seed_repository(product, "deploy_app", work)
    done = repository.run("-c", SYNTHESISE, str(work / f"{product.slug}-out"))
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found
