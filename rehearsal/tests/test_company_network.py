"""A rehearsal's builds install through the company's proxy, from its mirror, and no other way."""

import os
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import pytest

from mlops_commons.builds import CERTIFICATES, NO_BUILDS, TRUSTED, Builds, Proxy
from mlops_rehearsal.emulator.server import make_certificate
from mlops_rehearsal.world.company_network import CompanyNetwork, company_network

pytestmark = pytest.mark.rehearsal

REGION: Final = "eu-west-1"
PACKAGE: Final = "iniconfig"
HOST: Final = "packages.example.com"
PROXY: Final = Proxy(url="http://proxy.example.com:3128", no_proxy=(HOST, ".corp.example.com"))
INDEX: Final = f"https://{HOST}:8443/api/pypi/simple"
NOBODY: Final = "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"
"""What the company's authority stands for here: nothing that pip meets is signed by it."""
BEHIND_A_PROXY: Final = Builds(proxy=PROXY, pip_index_url=INDEX, ca_certificates=NOBODY)


@pytest.fixture
def network(tmp_path: Path) -> Iterator[CompanyNetwork]:
    with company_network(BEHIND_A_PROXY, tmp_path, make_certificate) as found:
        assert found is not None
        yield found


def install(folder: Path, variables: Mapping[str, str], *options: str) -> tuple[int, str]:
    """Let pip fetch a package as a build does: what it trusts is written down first."""
    own = {**variables, "PATH": os.environ["PATH"], "HOME": str(folder), "PIP_RETRIES": "0"}
    if CERTIFICATES in own:
        Path(own["SSL_CERT_FILE"]).write_text(own[CERTIFICATES].removeprefix(NOBODY))
    pip = [sys.executable, "-m", "pip", "download", "--no-deps", "-d", str(folder / "files")]
    done = subprocess.run(
        [*pip, *options, PACKAGE],
        env={**own, "PIP_CONFIG_FILE": os.devnull},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize(
    "builds",
    [BEHIND_A_PROXY, Builds(pip_index_url=INDEX)],
    ids=["by the proxy", "a mirror with a public certificate, and no proxy"],
)
def test_packages_come_from_the_mirror(builds: Builds, tmp_path: Path) -> None:
    with company_network(builds, tmp_path / "company", make_certificate) as network:
        assert network
        code, printed = install(tmp_path, network.variables(builds.environment(REGION)))
        assert code == 0, printed
        (row,) = network.rows()
    assert row["host"] == f"{HOST}:8443"
    assert int(row["answer"].split()[0]) >= 1
    assert [file.name.startswith(PACKAGE) for file in (tmp_path / "files").iterdir()] == [True]


def test_the_proxy_refuses_every_other_index(network: CompanyNetwork, tmp_path: Path) -> None:
    variables = network.variables(BEHIND_A_PROXY.environment(REGION))
    code, printed = install(tmp_path, variables, "--index-url", "https://index.example.org/simple")
    assert code != 0
    assert "No matching distribution found" in printed
    (row,) = network.rows()
    assert (row["host"], row["answer"]) == ("index.example.org:443", "refused")


def test_who_does_not_trust_the_company_installs_nothing(
    network: CompanyNetwork, tmp_path: Path
) -> None:
    variables = network.variables(BEHIND_A_PROXY.environment(REGION))
    untrusting = {n: value for n, value in variables.items() if n not in (*TRUSTED, CERTIFICATES)}
    code, printed = install(tmp_path, untrusting)
    assert code != 0
    assert "CERTIFICATE_VERIFY_FAILED" in printed
    assert network.served == []


def test_builds_of_two_rehearsals_trust_different_files(
    network: CompanyNetwork, tmp_path: Path
) -> None:
    configured = BEHIND_A_PROXY.environment(REGION)
    with company_network(BEHIND_A_PROXY, tmp_path / "other", make_certificate) as other:
        assert other
        files = {found.variables(configured)["AWS_CA_BUNDLE"] for found in (network, other)}
    assert len(files) == 2
    assert configured["AWS_CA_BUNDLE"] not in files


def test_what_is_not_the_mirror_stays_direct(network: CompanyNetwork) -> None:
    found = network.variables(BEHIND_A_PROXY.environment(REGION))["NO_PROXY"].split(",")
    assert HOST not in found
    assert {"127.0.0.1", ".corp.example.com", f".{REGION}.amazonaws.com"} <= {*found}


def test_a_company_without_a_mirror_lets_builds_out_by_its_proxy(tmp_path: Path) -> None:
    builds = Builds(proxy=PROXY)
    with (
        socket.create_server(("127.0.0.1", 0)) as host,
        company_network(builds, tmp_path, make_certificate) as network,
    ):
        assert network
        threading.Thread(target=lambda: host.accept()[0].sendall(b"here"), daemon=True).start()
        proxy = network.variables(builds.environment(REGION))["HTTPS_PROXY"]
        port = int(proxy.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), timeout=60) as client:
            target = f"127.0.0.1:{host.getsockname()[1]}"
            client.sendall(f"CONNECT {target} HTTP/1.1\r\n\r\n".encode())
            answer = b""
            while not answer.endswith(b"here"):
                answer += client.recv(100)
        assert answer.startswith(b"HTTP/1.1 200 ")
        assert [row["answer"] for row in network.rows()] == ["let through"]


def test_projects_of_a_set_have_an_index_of_their_own(tmp_path: Path) -> None:
    own = f"https://{HOST}/simple/"
    found = company_network(NO_BUILDS, tmp_path / "company", make_certificate, indexes=["", own])
    with found as network:
        assert network
        of_projects = NO_BUILDS.of_projects(own).environment(REGION)
        code, printed = install(tmp_path, network.variables(of_projects))
        assert code == 0, printed
        assert [row["host"] for row in network.rows()] == [f"{HOST}:443"]
        of_deliveries = {"OTHER": "variable"}
        assert network.variables(of_deliveries) == of_deliveries


def test_without_settings_of_builds_nothing_is_played(tmp_path: Path) -> None:
    with company_network(NO_BUILDS, tmp_path / "company", make_certificate) as network:
        assert network is None
    assert not (tmp_path / "company").exists()


def test_the_authorities_of_company_and_emulator_are_told_apart(tmp_path: Path) -> None:
    """By their names: programs look for the signer of a certificate by name alone."""
    make_certificate(tmp_path / "emulator.pem", tmp_path / "emulator.key")
    emulator = (tmp_path / "emulator.pem").read_text()
    with company_network(BEHIND_A_PROXY, tmp_path / "company", make_certificate, emulator) as found:
        assert found
        trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        trusting.load_verify_locations(cadata=found.authorities)
    subjects = [authority["subject"] for authority in trusting.get_ca_certs()]
    assert len(subjects) == 2
    assert subjects[0] != subjects[1]
