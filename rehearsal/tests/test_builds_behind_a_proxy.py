"""What builds run where a proxy that refuses all but the company's mirrors is the only way out.

The example is as it is shipped; variables and commands are those of the synthesised templates, and
of the repositories that they deliver. That the gate of a delivery, which comes after the synthesis,
needs no network at all is proven in `mlops-commons/tests/apps/test_gate.py`.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
from alone import PROXY, Alone, alone_with, can_be_alone
from launched_projects import PRODUCTS, product

from mlops_commons.builds import BY_PROXY, TRUST
from mlops_commons.config import load_config
from mlops_commons.config.set_snapshot import set_snapshot
from mlops_commons.utilities.paths import (
    APP_DIRECTORIES,
    CDK_APP_CONFIG,
    CDK_INFRA_APP_CONFIG,
    EXAMPLES,
    REPOSITORY_ROOT,
)
from mlops_commons.utilities.snapshot import snapshot
from mlops_infra.application import build_app
from mlops_rehearsal.emulator.server import make_certificate
from mlops_rehearsal.player.buildspec import Buildspec, read_buildspec
from mlops_rehearsal.world.company_network import CompanyNetwork, company_network

pytestmark = [
    pytest.mark.rehearsal,
    pytest.mark.skipif(not can_be_alone(), reason="needs unshare, ip and npm"),
]

EXAMPLE: Final = EXAMPLES / "behind-a-proxy"
CONFIG: Final = load_config(EXAMPLE / CDK_APP_CONFIG.name, EXAMPLE / CDK_INFRA_APP_CONFIG.name)
APP: Final = "infra"
"""Both apps install by the same program what the same files lock."""
MIRRORS: Final = "packages.example.com:443"
PYTHON_FILES: Final = "/-files-/"
LOCKED: Final = "python -m pip install --quiet --require-hashes -r requirements.txt"
OWN: Final = "python -m pip install --quiet --no-deps --no-build-isolation ."
INSTALLS: Final = ((TRUST,), (TRUST, LOCKED), (TRUST, LOCKED, OWN))
"""All that builds of projects do before their first own command."""
ALONE: Final = {
    "PIP_CONFIG_FILE": os.devnull,
    "PIP_RETRIES": "1",
    "PIP_DEFAULT_TIMEOUT": "300",
    "UV_HTTP_RETRIES": "1",
    "UV_HTTP_TIMEOUT": "300",
    "npm_config_fetch_retries": "0",
}
"""Nothing of this machine's own settings, a failure that is tried once more, and a slow mirror."""


@dataclass(frozen=True)
class Build:
    """A build as the template has it: its commands and variables."""

    commands: tuple[str, ...]
    environment: Mapping[str, str]


@dataclass(frozen=True)
class Delivery:
    """A repository, and the builds of its pipeline by the beginning of their logical ids."""

    repository: Path
    builds: Mapping[str, Build]

    def build(self, purpose: str) -> Build:
        return next(build for name, build in self.builds.items() if purpose in name)

    @property
    def synth(self) -> tuple[str, ...]:
        """What the step runs up to the synthesis."""
        commands = self.build("Synth").commands
        end = next(n for n, command in enumerate(commands) if f"{APP} synth" in command)
        return commands[: end + 1]


@dataclass(frozen=True)
class Company:
    """Its network, and a place in which nothing else is."""

    network: CompanyNetwork
    place: Alone

    def run(
        self, commands: tuple[str, ...], environment: Mapping[str, str], cwd: Path, home: Path
    ) -> tuple[int, str]:
        """Run commands of a build with its variables; the exit code, and what was printed."""
        self.network.asked.clear()
        self.network.served.clear()
        own = {"PATH": os.environ["PATH"], "HOME": str(home), **ALONE}
        for name in ("prefix", "cache", "globalconfig"):
            own[f"npm_config_{name}"] = str(home / "npm" / name)
        script = "set -e\n" + "\n".join(commands)
        return self.place.run(script, cwd, {**own, **environment})

    def variables(self, environment: Mapping[str, str]) -> dict[str, str]:
        """Those of a build, with the proxy where it is in the place."""
        return {**self.network.variables(environment), **dict.fromkeys(BY_PROXY, PROXY)}

    @property
    def served(self) -> list[str]:
        return [path for _, path in self.network.served]


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    folder = tmp_path_factory.mktemp("company")
    with company_network(CONFIG.org.builds, folder, make_certificate) as network:
        assert network
        with alone_with(network.proxy, folder) as place:
            yield Company(network, place)


@pytest.fixture(scope="module")
def delivery(tmp_path_factory: pytest.TempPathFactory) -> Delivery:
    folder = tmp_path_factory.mktemp(APP)
    (deployment,) = CONFIG.enabled_deployments
    shared = snapshot(REPOSITORY_ROOT, APP_DIRECTORIES[APP])
    set_snapshot(CONFIG, shared, deployment.set_name).write(folder / "repository")
    build_app(CONFIG, outdir=str(folder / "assembly")).synth()
    (template,) = (folder / "assembly").glob("*-deploy-pipeline-*.template.json")
    return Delivery(folder / "repository", _builds(template))


def _builds(template: Path) -> dict[str, Build]:
    resources = json.loads(template.read_text())["Resources"]
    return {
        name: _build(resource["Properties"], template.parent)
        for name, resource in resources.items()
        if resource["Type"] == "AWS::CodeBuild::Project"
    }


def _build(properties: Mapping[str, Any], assembly: Path) -> Build:
    text = properties["Source"]["BuildSpec"]
    if not text.startswith("{"):
        text = (assembly / text).read_text()
    rows = properties["Environment"]["EnvironmentVariables"]
    return Build(
        commands=tuple(c for _, commands in read_buildspec(text).phases for c in commands),
        environment={row["Name"]: row["Value"] for row in rows},
    )


def test_the_delivered_repository_installs_and_synthesises_by_the_proxy_alone(
    company: Company, delivery: Delivery, tmp_path: Path
) -> None:
    variables = company.variables(delivery.build("Synth").environment)
    code, printed = company.run(delivery.synth, variables, delivery.repository, tmp_path)
    assert code == 0, printed
    assert (delivery.repository / APP_DIRECTORIES[APP] / "cdk.out/manifest.json").is_file()
    assert company.network.asked.keys() == {MIRRORS}
    assert any(path.startswith(f"{PYTHON_FILES}aws_cdk_lib-") for path in company.served)
    assert any("/aws-cdk/-/" in path for path in company.served)


@pytest.mark.parametrize(("purpose", "tool"), [("SelfMutation", "cdk"), ("Assets", "cdk-assets")])
def test_builds_without_a_repository_install_their_tool_by_the_proxy_alone(
    purpose: str, tool: str, company: Company, delivery: Delivery, tmp_path: Path
) -> None:
    build = delivery.build(purpose)
    installs = next(n for n, command in enumerate(build.commands) if "npm install" in command)
    variables = company.variables(build.environment)
    code, printed = company.run(build.commands[: installs + 1], variables, tmp_path, tmp_path)
    assert code == 0, printed
    assert (tmp_path / "npm" / "prefix" / "bin" / tool).exists()
    assert company.network.asked.keys() == {MIRRORS}


def _without(environment: Mapping[str, str], *parts: str) -> dict[str, str]:
    return {k: v for k, v in environment.items() if not any(part in k.upper() for part in parts)}


@pytest.mark.parametrize(
    ("left_out", "said", "asked"),
    [
        (("PROXY",), "Name or service not known|Temporary failure in name resolution", set()),
        (("INDEX",), "403 Forbidden", {"pypi.org:443"}),
        (("CA_", "CERT", "CAINFO"), "CERTIFICATE_VERIFY_FAILED", {MIRRORS}),
    ],
)
def test_without_one_of_the_settings_nothing_is_installed_and_the_log_says_why(
    left_out: tuple[str, ...],
    said: str,
    asked: set[str],
    company: Company,
    delivery: Delivery,
    tmp_path: Path,
) -> None:
    (delivery.repository / ".venv" / "stamp").unlink(missing_ok=True)
    variables = company.variables(delivery.build("Synth").environment)
    code, printed = company.run(
        delivery.synth, _without(variables, *left_out), delivery.repository, tmp_path
    )
    assert code != 0
    assert "error: set-up failed at: installer of packages (uv)" in printed
    assert any(words in printed for words in said.split("|")), printed
    assert company.network.asked.keys() == asked
    assert company.served == []


def _buildspecs() -> Iterator[tuple[str, Buildspec]]:
    for found in PRODUCTS:
        for app, seed in found.seeds.items():
            with tempfile.TemporaryDirectory() as folder:
                seed.write(Path(folder) / app)
                for file in sorted((Path(folder) / app).glob("buildspec*.yml")):
                    yield f"{found.slug} {app} {file.name}", read_buildspec(file.read_text())


def _installs(spec: Buildspec) -> tuple[str, ...]:
    ((_, commands), *_) = spec.phases
    return tuple(" ".join(command.split()) for command in commands)


def test_every_build_of_every_product_installs_what_the_mirrors_have() -> None:
    found = {name: _installs(spec) for name, spec in _buildspecs()}
    known = [tuple(" ".join(command.split()) for command in commands) for commands in INSTALLS]
    assert len(found) > 15
    assert [name for name, commands in found.items() if commands not in known] == []


def test_a_build_of_a_project_installs_by_the_proxy_alone(company: Company, tmp_path: Path) -> None:
    """With the variables that each build of a project has (`behaviour/test_behind_a_proxy.py`)."""
    repository, python = tmp_path / "repository", tmp_path / "python"
    product("basic").seeds["deploy_app"].write(repository)
    subprocess.run([sys.executable, "-m", "venv", str(python)], check=True)
    (deployment,) = CONFIG.enabled_deployments
    builds = CONFIG.org.builds
    variables = company.variables(builds.environment(deployment.enabled_stages[0].region))
    path = f"{python / 'bin'}{os.pathsep}{os.environ['PATH']}"
    code, printed = company.run((TRUST, LOCKED), {**variables, "PATH": path}, repository, tmp_path)
    assert code == 0, printed
    assert company.network.asked.keys() == {MIRRORS}
    assert any(path.startswith(f"{PYTHON_FILES}aws_cdk_lib-") for path in company.served)
    listed = subprocess.run(
        [str(python / "bin" / "cfn-lint"), "--version"], capture_output=True, check=False
    )
    assert listed.returncode == 0
