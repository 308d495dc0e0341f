"""Faults in the files that people write: each is refused before anything is synthesised."""

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mlops_commons.config import load_config
from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.paths import CDK_APP_CONFIG, CDK_INFRA_APP_CONFIG, SAMPLE

Change = Callable[[Path, Path], object]
"""What a hand does to cdk-app.yml and cdk-infra-app.yml."""


@dataclass(frozen=True, kw_only=True)
class ConfigurationFault:
    """A fault of a configuration.

    Attributes:
        says: a regular expression of what must be said.
    """

    name: str
    change: Change
    says: str


def _replaced(before: str, after: str) -> Change:
    def change(app: Path, infra: Path) -> None:
        texts = {file: file.read_text(encoding="utf-8") for file in (app, infra)}
        assert any(before in text for text in texts.values()), f"no file has {before}"
        for file, text in texts.items():
            file.write_text(text.replace(before, after, 1), encoding="utf-8")

    return change


def _instead(text: str) -> Change:
    return lambda app, infra: infra.write_text(text, encoding="utf-8")


def _dangling(app: Path, infra: Path) -> None:
    infra.unlink()
    infra.symlink_to("not-there.yml")


def _pipe(app: Path, infra: Path) -> None:
    infra.unlink()
    os.mkfifo(infra)


def _network(line: str) -> Change:
    return _instead(f"cdk_infra_app_config: {{network: {{default_create_network: {{{line}}}}}}}\n")


ALIASES: Final = "x0: &a0 [x]\n" + "".join(
    f"x{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12)
)
CONFIGURATION_FAULTS: Final = (
    ConfigurationFault(
        name="a link to a file that is gone", change=_dangling, says="not-there.yml|no file|link"
    ),
    ConfigurationFault(name="a pipe in the place of a file", change=_pipe, says="is no file|pipe"),
    ConfigurationFault(
        name="a number of 4301 digits",
        change=_network(f"vpc_max_azs: {'1' * 4301}"),
        says="vpc_max_azs",
    ),
    ConfigurationFault(
        name="half a character",
        change=_replaced("set_name: business-unit-1", 'set_name: "\\ud800"'),
        says="surrogate|character",
    ),
    ConfigurationFault(
        name="500 levels of lists",
        change=_instead("x: " + "[" * 500 + "]" * 500),
        says="more than 50 levels",
    ),
    ConfigurationFault(
        name="aliases of aliases", change=_instead(ALIASES), says="those of aliases included"
    ),
    ConfigurationFault(
        name="a tag that YAML drops",
        change=_replaced("set_name: business-unit-1", "set_name: !Ref business-unit-1"),
        says="tag",
    ),
    ConfigurationFault(
        name="a range with a mask of hosts",
        change=_network("vpc_cidr: 10.0.0.0/0.0.255.255"),
        says="vpc_cidr",
    ),
    ConfigurationFault(
        name="a range that no VPC may have",
        change=_network("vpc_cidr: 10.0.0.0/8"),
        says="vpc_cidr",
    ),
    ConfigurationFault(
        name="a number with a sign", change=_network("vpc_max_azs: +3"), says="vpc_max_azs"
    ),
    ConfigurationFault(
        name="three zones where a new account has two",
        change=_replaced("region: eu-west-1", "region: us-west-1"),
        says="us-west-1.*zones|zones.*us-west-1",
    ),
    ConfigurationFault(
        name="a region that AWS does not have",
        change=_replaced("region: eu-west-1", "region: eu-west-9"),
        says="eu-west-9",
    ),
    ConfigurationFault(
        name="an account with eleven digits",
        change=_replaced("222222222222", "22222222222"),
        says="12 digits",
    ),
    ConfigurationFault(
        name="a stage with the name of a pipeline's own stage",
        change=_replaced("stage_name: prod", "stage_name: Assets"),
        says="Assets",
    ),
)


def said_of_configuration(fault: ConfigurationFault) -> str:
    """What the loading of the sample with a fault says; empty where it is accepted."""
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / file.name for file in (CDK_APP_CONFIG, CDK_INFRA_APP_CONFIG)]
        for file in files:
            file.write_bytes((SAMPLE / file.name).read_bytes())
        fault.change(*files)
        try:
            load_config(*files)
        except PlatformError as error:
            return str(error)
    return ""
