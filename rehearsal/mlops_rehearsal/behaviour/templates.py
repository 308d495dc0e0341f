"""Everything that a configuration deploys, as stacks in accounts that do not exist."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from mlops_commons.assembly.templates import read_templates
from mlops_reachability.synthesis import DeployApp, Synthesised, account_of
from mlops_rehearsal.behaviour.code import codes
from mlops_rehearsal.behaviour.stack import Stack

PRODUCT: Final = ".product.template.json"
LAUNCHED: Final = {
    "SageMakerProjectName": "churn",
    "SageMakerProjectId": "p-abc123",
    "PreProdAccount": "333333333333",
    "ProdAccount": "444444444444",
}
"""What a person, or SageMaker, fills in when a product is launched."""


def stacks(made: Synthesised) -> Iterator[tuple[str, Stack]]:
    """Each template once, by a name for people."""
    deployed = dict(_deploy_apps(made))
    products = {
        f"product {slug}": Stack(
            template=template, name=f"SC-{slug}", account=_dev(made), parameters=LAUNCHED
        )
        for slug, template in made.products.items()
    }
    for app, assembly in made.assemblies.items():
        code = codes(assembly)
        for found in read_templates(assembly).stacks:
            summary, name = found.summary, _name(app, found.summary.template)
            stage = name.rpartition(" ")[2]
            made_here = products if name == "template dev" else {}
            if app == "infra":
                made_here = {n: s for n, s in deployed.items() if n.endswith(f" {stage}")}
            yield (
                name,
                Stack(
                    template=found.template,
                    name=summary.stack,
                    account=summary.account,
                    region=summary.region,
                    makes=tuple(made_here.values()),
                    code=code,
                ),
            )
    yield from products.items()
    yield from deployed.items()


def _dev(made: Synthesised) -> str:
    """The account in which products are launched: that of the stack that offers them."""
    found = read_templates(made.assemblies["template"])
    return next(s.summary.account for s in found.stacks if found.products_of(s))


def _name(app: str, file: str) -> str:
    folder = Path(file).parent.name
    if folder:
        return f"{app} {folder.rpartition('-')[2]}"
    return f"{app} {'repository' if '-cc-repo-' in file else 'pipeline'}"


def _deploy_apps(made: Synthesised) -> Iterator[tuple[str, Stack]]:
    seen: dict[str, str] = {}
    for slug, deployed in made.deploy_apps.items():
        for stage, template in deployed.templates.items():
            same = json.dumps(template, sort_keys=True)
            if same not in seen:
                seen[same] = slug
                account = _account(deployed, stage)
                yield (
                    f"deploy app {slug} {stage}",
                    Stack(template=template, name=f"deploy-{stage}", account=account),
                )


def _account(deployed: DeployApp, stage: str) -> str:
    return deployed.settings[account_of(stage)]
