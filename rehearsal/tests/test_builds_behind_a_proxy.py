"""What a delivery pipeline runs where a proxy that refuses all but a mirror is the only way out.

The variables and commands are those of the synthesised template; the repository is the snapshot
that it delivers.
"""

import fcntl
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
from company_network import HOST, INDEX, PROXY, REGISTRY, Network, can_be_alone, company_network

from mlops_commons.config import load_config
from mlops_commons.config.set_snapshot import set_snapshot
from mlops_commons.utilities.paths import (
    CDK_APP_CONFIG,
    CDK_INFRA_APP_CONFIG,
    EXAMPLES,
    REPOSITORY_ROOT,
)
from mlops_commons.utilities.snapshot import snapshot
from mlops_infra.application import build_app
from mlops_rehearsal.player.buildspec import read_buildspec

pytestmark = [
    pytest.mark.rehearsal,
    pytest.mark.skipif(not can_be_alone(), reason="needs unshare, ip and openssl"),
]

EXAMPLE: Final = EXAMPLES / "behind-a-proxy"
INSTALLS, SYNTH = 1, "infra synth"
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


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    with company_network(tmp_path_factory.mktemp("company")) as found:
        yield found


@pytest.fixture(scope="module")
def delivery(network: Network, tmp_path_factory: pytest.TempPathFactory) -> Delivery:
    folder = tmp_path_factory.mktemp("delivery")
    files = [folder / CDK_APP_CONFIG.name, folder / CDK_INFRA_APP_CONFIG.name]
    text = (EXAMPLE / files[0].name).read_text()
    before, _, after = text.partition("        -----BEGIN")
    after = after.partition("-----END CERTIFICATE-----\n")[2]
    indented = "".join(f"        {line}\n" for line in network.authority.splitlines())
    text = f"{before}{indented}{after}"
    for old, new in (
        ("http://proxy.example.com:3128", PROXY),
        ("https://packages.example.com/api/pypi/pypi/simple", INDEX),
        ("https://packages.example.com/api/npm/npm/", REGISTRY),
        ("packages.example.com, ", ""),
    ):
        assert old in text
        text = text.replace(old, new)
    files[0].write_text(text)
    files[1].write_text((EXAMPLE / files[1].name).read_text())
    config = load_config(*files)
    (deployment,) = config.enabled_deployments
    content = set_snapshot(config, snapshot(REPOSITORY_ROOT, "mlops-infra"), deployment.set_name)
    content.write(folder / "repository")
    assembly = folder / "assembly"
    build_app(config, outdir=str(assembly)).synth()
    (template,) = assembly.glob("*-deploy-pipeline-*.template.json")
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


def build_of(delivery: Delivery, purpose: str) -> Build:
    return next(build for name, build in delivery.builds.items() if purpose in name)


def run(
    network: Network,
    delivery: Delivery,
    commands: tuple[str, ...],
    environment: Mapping[str, str],
    home: Path,
) -> tuple[int, str]:
    network.asked.clear()
    network.served.clear()
    own = {"PATH": os.environ["PATH"], "HOME": str(home), **ALONE}
    for name in ("prefix", "cache", "globalconfig"):
        own[f"npm_config_{name}"] = str(home / "npm" / name)
    script = "set -e\n" + "\n".join(commands)
    # A build writes what it trusts to one place of its machine, which workers of tests share.
    with (Path(tempfile.gettempdir()) / "builds-behind-a-proxy.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return network.run(script, delivery.repository, {**own, **environment})


def synth(delivery: Delivery) -> tuple[str, ...]:
    """What the step runs up to the synthesis; the checks after it need nothing more."""
    commands = build_of(delivery, "Synth").commands
    end = next(number for number, command in enumerate(commands) if SYNTH in command)
    return commands[: end + 1]


def test_the_delivered_repository_installs_and_synthesises_by_the_proxy_alone(
    network: Network, delivery: Delivery, tmp_path: Path
) -> None:
    environment = build_of(delivery, "Synth").environment
    code, printed = run(network, delivery, synth(delivery), environment, tmp_path)
    assert code == 0, printed
    assert (delivery.repository / "mlops-infra/cdk.out/manifest.json").is_file()
    assert network.asked.keys() == {f"{HOST}:443"}
    kinds = {path.split("/")[1] for path in network.served}
    assert kinds == {"pypi", "npm"}
    assert any(path.startswith("/pypi/files/aws_cdk_lib-") for path in network.served)
    assert any(path.startswith("/npm/aws-cdk/-/") for path in network.served)


@pytest.mark.parametrize(("purpose", "tool"), [("SelfMutation", "cdk"), ("Assets", "cdk-assets")])
def test_builds_without_a_repository_install_their_tool_by_the_proxy_alone(
    purpose: str, tool: str, network: Network, delivery: Delivery, tmp_path: Path
) -> None:
    build = build_of(delivery, purpose)
    installs = next(n for n, command in enumerate(build.commands) if "npm install" in command)
    code, printed = run(
        network, delivery, build.commands[: installs + 1], build.environment, tmp_path
    )
    assert code == 0, printed
    assert (tmp_path / "npm" / "prefix" / "bin" / tool).exists()
    assert network.asked.keys() == {f"{HOST}:443"}


def _without(environment: Mapping[str, str], *parts: str) -> dict[str, str]:
    return {k: v for k, v in environment.items() if not any(part in k.upper() for part in parts)}


@pytest.mark.parametrize(
    ("left_out", "said", "asked"),
    [
        (("PROXY",), "Name or service not known|Temporary failure in name resolution", set()),
        (("INDEX",), "403 Forbidden", {"pypi.org:443"}),
        (("CA_", "CERT", "CAINFO"), "CERTIFICATE_VERIFY_FAILED", {f"{HOST}:443"}),
    ],
)
def test_without_one_of_the_settings_nothing_is_installed_and_the_log_says_why(
    left_out: tuple[str, ...],
    said: str,
    asked: set[str],
    network: Network,
    delivery: Delivery,
    tmp_path: Path,
) -> None:
    (delivery.repository / ".venv" / "stamp").unlink(missing_ok=True)
    environment = _without(build_of(delivery, "Synth").environment, *left_out)
    code, printed = run(network, delivery, synth(delivery), environment, tmp_path)
    assert code != 0
    assert "error: set-up failed at: installer of packages (uv)" in printed
    assert any(words in printed for words in said.split("|")), printed
    assert network.asked.keys() == asked
    assert network.served == []
