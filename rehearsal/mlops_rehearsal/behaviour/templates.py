"""Everything that a configuration deploys, as stacks in accounts that do not exist."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from mlops_commons.assembly.templates import read_templates
from mlops_reachability.synthesis import DeployApp, Synthesised
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
    dev = ""
    for app, assembly in made.assemblies.items():
        for found in read_templates(assembly).stacks:
            summary = found.summary
            name = _name(app, summary.template)
            dev = summary.account if name.endswith(" dev") else dev
            yield (
                name,
                Stack(
                    template=found.template,
                    name=summary.stack,
                    account=summary.account,
                    region=summary.region,
                ),
            )
    for slug, template in made.products.items():
        yield (
            f"product {slug}",
            Stack(template=template, name=f"SC-{slug}", account=dev, parameters=LAUNCHED),
        )
    yield from _deploy_apps(made)


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
    return deployed.settings[f"{stage}_account"]
