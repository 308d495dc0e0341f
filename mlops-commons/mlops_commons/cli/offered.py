"""The values that a shell offers at the tab key: what the configuration and this checkout have.

A shell that asks gets no error: where the configuration cannot be read, nothing is offered.
"""

from collections.abc import Callable, Iterable

from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.paths import APP_DIRECTORIES, REPOSITORY_ROOT, SAMPLE

GOVERNANCE = "governance"
Offer = Callable[[str], list[str]]


def offer(values: Callable[[], Iterable[str]]) -> Offer:
    """What of some values begins as a word does; nothing where they cannot be told."""

    def begun(incomplete: str) -> list[str]:
        try:
            return [value for value in values() if value.startswith(incomplete)]
        except (PlatformError, OSError):
            return []

    return begun


def _sets() -> list[str]:
    from mlops_commons.config import load_config

    return [deployment.set_name for deployment in load_config().enabled_deployments]


def _stages() -> list[str]:
    from mlops_commons.config import load_config

    every = (s for d in load_config().enabled_deployments for s in d.enabled_stages)
    return [*dict.fromkeys(stage.stage_name for stage in every), GOVERNANCE]


def _places() -> list[str]:
    from mlops_commons.config import load_config

    config = load_config()
    every = [(d.set_name, s.stage_name) for d in config.enabled_deployments for s in d.stages]
    return [*(f"{of_set}/{stage}" for of_set, stage in every), GOVERNANCE]


def _keys() -> list[str]:
    from mlops_commons.config.explaining.keys import keys

    return [key.path for key in keys()]


def _products() -> list[str]:
    folder = REPOSITORY_ROOT / APP_DIRECTORIES["template"] / "cdk_service_catalog" / "products"
    return sorted(file.parent.name for file in folder.glob("*/product.py"))


def _examples() -> list[str]:
    files = sorted(SAMPLE.parent.glob("*/cdk-app.yml"))
    return [file.relative_to(REPOSITORY_ROOT).as_posix() for file in files]


sets, stages, places = offer(_sets), offer(_stages), offer(_places)
keys, products, examples = offer(_keys), offer(_products), offer(_examples)
