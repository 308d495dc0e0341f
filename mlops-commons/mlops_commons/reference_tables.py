"""The tables of this package's README."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import typer.main

from mlops_commons.cli.application import application
from mlops_commons.cli.apps.verbs import APPS, OWN_VERBS
from mlops_commons.config.explaining.keys import FILES, keys, once
from mlops_commons.config.values import region_partitions
from mlops_commons.contract import PARAMETERS, ContractParameter
from mlops_commons.instance_types import regions_without
from mlops_commons.product_instances import ROWS
from mlops_commons.region_services import (
    OF_BUDGETS,
    OF_CENTRAL_ENDPOINTS,
    OF_DEPLOYED_MODELS,
    OF_DNS_FIREWALL,
    OF_GOVERNANCE,
    OF_MLFLOW,
    OF_PROJECTS,
    OF_STAGES,
    OF_STUDIO,
    missing_services,
    most_zones,
)
from mlops_commons.utilities.generated_tables import GeneratedTable, wanted_texts
from mlops_commons.vpc_endpoints import VPC_ENDPOINTS

README: Final = "mlops-commons/README.md"
PARTS: Final = {
    "budgets": OF_BUDGETS,
    "central endpoints": OF_CENTRAL_ENDPOINTS,
    "CodeArtifact": ("codeartifact",),
    "DNS firewall": OF_DNS_FIREWALL,
    "feature groups": ("sagemaker_feature_groups",),
    "inference components": ("sagemaker_inference_components",),
    "MLflow Apps": OF_MLFLOW,
}
"""What a configuration or a project may ask for, with the services that it needs."""
GUIDES: Final = "https://docs.aws.amazon.com"


def endpoints() -> GeneratedTable:
    """Every VPC endpoint that a network can have."""
    rows = [
        (
            f"`{endpoint.key}`",
            f"`{endpoint.service.format(region='<region>')}`",
            endpoint.kind.value,
            endpoint.scope.value,
            "this account's principals" if endpoint.policy else "none",
            f"[AWS]({_page(endpoint.source)})",
        )
        for endpoint in VPC_ENDPOINTS
    ]
    heading = ("Key", "Service", "Kind", "Created in", "Endpoint policy", "Source")
    return GeneratedTable(name="VPC endpoints", files=(README,), heading=heading, rows=rows)


def regions() -> GeneratedTable:
    """What each region of AWS can hold, as far as the data that ships knows it."""
    uses = (
        OF_GOVERNANCE,
        (*OF_STAGES, *OF_STUDIO),
        (*OF_STAGES, *OF_PROJECTS, *OF_DEPLOYED_MODELS),
    )
    rows = [
        (
            f"`{region}`",
            str(most_zones(region)),
            *(_held(region, needed) for needed in uses),
            ", ".join(what for what, needed in PARTS.items() if missing_services(region, needed)),
            ", ".join(f"`{name}`" for name in _machines() if regions_without(name, (region,))),
        )
        for region in sorted(region_partitions())
        if not missing_services(region, OF_STAGES)
    ]
    heading = (
        *("Region", "Zones at most", "Governance", "Stage with Studio", "Projects"),
        *("Without", "Machines of products without a price"),
    )
    return GeneratedTable(name="regions", files=(README,), heading=heading, rows=rows)


def _machines() -> list[str]:
    """The types that products start with."""
    return sorted({row.type for row in ROWS})


def _held(region: str, needed: tuple[str, ...]) -> str:
    missing = missing_services(region, tuple(dict.fromkeys(needed)))
    return f"no {', '.join(missing)}" if missing else "yes"


def parameters() -> GeneratedTable:
    """Every SSM parameter of the contract."""
    rows = [
        (
            f"`{parameter.name.value}`",
            parameter.kind,
            parameter.value,
            _where(parameter),
        )
        for parameter in PARAMETERS
    ]
    heading = ("Parameter", "Type", "Value", "Where")
    files = (README, "mlops-infra/README.md")
    return GeneratedTable(name="SSM parameters", files=files, heading=heading, rows=rows)


def _where(parameter: ContractParameter) -> str:
    where = "stages with Studio" if parameter.needs_studio else "all stages"
    return f"{where} and `{parameter.switch}: true`" if parameter.switch else where


def configuration_keys() -> tuple[GeneratedTable, ...]:
    """Every key of both configuration files, a table for each file."""
    heading = ("Key", "Value", "Default", "Meaning")
    return tuple(
        GeneratedTable(
            name=f"keys of {file}",
            files=(README,),
            heading=heading,
            rows=[
                (
                    f"`{key.path}`",
                    key.kind,
                    "required" if key.required else key.default,
                    key.description,
                )
                for key in once(keys())
                if key.file == file
            ],
        )
        for file in FILES
    )


def verbs() -> GeneratedTable:
    """Every verb of the command line, with its options."""
    heading = ("Verb", "What it does", "Options")
    rows = list(_rows("", typer.main.get_command(application)))
    return GeneratedTable(name="verbs", files=(README,), heading=heading, rows=rows)


def _rows(path: str, command: Any) -> Iterator[tuple[str, str, str]]:
    """The rows of a verb: its own, or those of the verbs below it."""
    below = getattr(command, "commands", {})
    if path and not below:
        options = [max(param.opts, key=len) for param in command.params if param.opts[0][0] == "-"]
        summary = (command.help or "").strip().partition("\n")[0]
        yield f"`{path}`", summary, ", ".join(f"`{option}`" for option in options)
    for name, verb in sorted(below.items()):
        yield from _rows(f"{path} {name}".strip(), verb)
        if name in APPS:
            for own in sorted(OWN_VERBS):
                own_command = typer.main.get_command(OWN_VERBS[own](name))
                yield from _rows(f"{name} {own}", own_command)


def _page(source: str) -> str:
    guide, _, page = source.partition("/")
    book, _, name = page.partition("/")
    return f"{GUIDES}/{guide}/latest/{book}/{name}.html"


def tables() -> tuple[GeneratedTable, ...]:
    """All tables of this package."""
    return (
        *configuration_keys(),
        endpoints(),
        parameters(),
        regions(),
        verbs(),
    )


def generated() -> Mapping[Path, str]:
    """The READMEs with these tables."""
    return wanted_texts(tables())
