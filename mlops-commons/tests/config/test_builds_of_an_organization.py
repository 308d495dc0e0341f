"""What builds of an organization may be told: each value that is refused, where, and why."""

from datetime import date
from pathlib import Path
from textwrap import indent

import pytest
from typer.testing import CliRunner

from mlops_commons.builds import ALWAYS_DIRECT, BUNDLE, TRUSTED, Builds
from mlops_commons.cli.application import application
from mlops_commons.config import load_config
from mlops_commons.config.authorities import check_authorities
from mlops_commons.config.loader import load_sources
from mlops_commons.utilities.errors import ConfigError
from mlops_commons.utilities.paths import CDK_APP_CONFIG, EXAMPLES

pytestmark = pytest.mark.pure

FILE = """\
cdk_app_config:
  org:
    builds:
{builds}
  pipeline: {{account: "101010101010", region: {region}}}
  deployments:
    - set_name: retail
      stages:
        - {{stage_name: dev, account: "202020202021"}}
"""
VPC = """\
vpc:
  vpc_id: vpc-0123456789abcdef0
  subnet_ids: [subnet-0123456789abcdef0]
  security_group_ids: [sg-0123456789abcdef0]
"""
ROOT = """\
-----BEGIN CERTIFICATE-----
MIIBhzCCASygAwIBAgITcfG16TF8HTmFnIXCCWqRX0I8bzAKBggqhkjOPQQDAjAZ
MRcwFQYDVQQDDA5Db3Jwb3JhdGUgUm9vdDAeFw0yNjExMjkwNjMxMzdaFw00NjEx
MjQwNjMxMzdaMBkxFzAVBgNVBAMMDkNvcnBvcmF0ZSBSb290MFkwEwYHKoZIzj0C
AQYIKoZIzj0DAQcDQgAEJDcokNFYa7fhNzRAKe5sMECjdA+hiFqFgbtEtO3NAgag
dHH4TB0ywlKZrcaHbbqpHLHYG0BvlxLBghKOzLkKWqNTMFEwHQYDVR0OBBYEFIHJ
+6ZkFI6LjuLMG/tNBDWoc+ktMB8GA1UdIwQYMBaAFIHJ+6ZkFI6LjuLMG/tNBDWo
c+ktMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSQAwRgIhAPUCYxl3gG04
O/yI7qkrHX6OJG+K7qISb9Qcwvo9G/xuAiEAnUqHgH3ab34mG5QKp5UqinC9nDoq
DlJyIBxzi75Vaco=
-----END CERTIFICATE-----
"""
ENDED = """\
-----BEGIN CERTIFICATE-----
MIIBSzCB8aADAgECAgEBMAoGCCqGSM49BAMCMBUxEzARBgNVBAMMCkVuZGVkIFJv
b3QwHhcNMjAwMTAxMDAwMDAwWhcNMjEwMTAxMDAwMDAwWjAVMRMwEQYDVQQDDApF
bmRlZCBSb290MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEdzq1XegaxB60wuWY
hrSpkZ0c7B90Cjsw/KE9o2YY9ehVC1R186nka+jprevGenYE+ZDFxEgxOaCiYc0+
XXF6/6MyMDAwDwYDVR0TAQH/BAUwAwEB/zAdBgNVHQ4EFgQUI0kLy4nzthqqN6CT
3+e710P5ArowCgYIKoZIzj0EAwIDSQAwRgIhAINCyYfKhyKwbA4ont0KpyhfkPGT
CcB9XC0awC1nts38AiEAwbJqYlDgAuFQLTDekD7HY52BDdj3M4RHO96nqyn6zXQ=
-----END CERTIFICATE-----
"""
OF_A_SERVER = """\
-----BEGIN CERTIFICATE-----
MIIBMjCB2QIUWNPAmpq3HQsaRhVVwCUjESEjEMMwCgYIKoZIzj0EAwIwGTEXMBUG
A1UEAwwOQ29ycG9yYXRlIFJvb3QwHhcNMjYxMTI5MDYzMTM3WhcNNDYxMTI0MDYz
MTM3WjAfMR0wGwYDVQQDDBRwYWNrYWdlcy5leGFtcGxlLmNvbTBZMBMGByqGSM49
AgEGCCqGSM49AwEHA0IABCnqIH4muf6fLaJW0HMmgDHCR7fs+4exF2uzaTDaWdaB
IWCp199Fv++dcVCUv4DNAgQKqe+YAjBmHlc70wEIy+0wCgYIKoZIzj0EAwIDSAAw
RQIhAKfhiD9iyh29AJAIOJ1i0Wan20viJ7RvrjifxT+TEdf5AiBYwW1kV7TLoqij
dPNYENkZq+2y133OgbXiAZ1QiTRqRA==
-----END CERTIFICATE-----
"""
KEY = "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIO\n-----END EC PRIVATE KEY-----\n"


def written(folder: Path, builds: str, region: str = "eu-west-1") -> Path:
    file = folder / CDK_APP_CONFIG.name
    file.write_text(FILE.format(builds=indent(builds, " " * 6), region=region))
    return file


def problems(folder: Path, builds: str) -> list[str]:
    """The lines and messages of a file with this block."""
    try:
        load_config(written(folder, builds), folder / "none.yml")
    except ConfigError as error:
        return [f"{p.line}: {p.path}: {p.message}" for p in error.problems]
    return []


def certificates(text: str) -> str:
    return f"ca_certificates: |\n{indent(text, '  ')}"


@pytest.mark.parametrize(
    ("key", "value", "wanted"),
    [
        ("proxy.url", "proxy.example.com:3128", "is not the URL of a proxy with its port"),
        ("proxy.url", "http://proxy.example.com", "is not the URL of a proxy with its port"),
        ("proxy.url", "http://proxy.example.com:65536", "is not the URL of a proxy with its port"),
        ("pip_index_url", "https://example.com:99999/simple", "is not an https URL of a Python"),
        ("proxy.url", "socks5://proxy.example.com:1080", "is not the URL of a proxy with its port"),
        ("proxy.url", "http://ana:secret@proxy.example.com", "***@proxy.example.com"),
        ("proxy.no_proxy[0]", "'*'", "a domain with a dot in front"),
        ("proxy.no_proxy[0]", "'*.example.com'", "a domain with a dot in front"),
        ("proxy.no_proxy[0]", "10.0.0.0/8", "a domain with a dot in front"),
        ("proxy.no_proxy[0]", "https://example.com", "a domain with a dot in front"),
        ("pip_index_url", "packages.example.com/simple", "an https URL of a Python package index"),
        ("pip_index_url", "http://packages.example.com", "an https URL of a Python package index"),
        ("pip_index_url", "https://ana:secret@packages.example.com/simple", "has a user or a pass"),
        ("npm_registry", "registry", "an https URL of an npm registry"),
        ("npm_registry", "https://_token:secret@packages.example.com/", "has a user or a password"),
    ],
)
def test_a_value_that_no_build_could_use_is_refused_where_it_stands(
    key: str, value: str, wanted: str, tmp_path: Path
) -> None:
    block, _, name = key.rpartition(".")
    listed = f"[{value}]" if name.endswith("[0]") else value
    name = name.removesuffix("[0]")
    lines = f"{VPC}proxy:\n  {name}: {listed}" if block else f"{VPC}{name}: {listed}"
    if name == "no_proxy":
        lines += "\n  url: http://proxy.example.com:3128"
    (found,) = problems(tmp_path, lines)
    assert found.startswith(f"{9 if block else 8}: org.builds.{key}: ")
    assert wanted in found
    assert "secret" not in found


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (ROOT + KEY, "there is a block 'EC PRIVATE KEY', and this file goes into repositories"),
        (KEY.splitlines()[0] + "\n", "there is a block 'PRIVATE KEY'"),
        ("company-ca.pem\n", "'company-ca.pem' is no PEM of certificates"),
        (ROOT + "-----BEGIN CERTIFICATE-----\nMIIB\n", "is no PEM of certificates"),
        (ROOT.replace("CERTIFICATE", "PKCS7"), "there is a block 'PKCS7'; only certificates"),
        (ROOT + ROOT.replace("MII", "MIJ"), "certificate 2 of 2 is damaged"),
        (ROOT + OF_A_SERVER, "certificate 2 of 2 is the one of a server, not of an authority"),
        (ROOT * 8, "8 certificates with"),
    ],
)
def test_only_certificates_of_authorities_travel(text: str, wanted: str, tmp_path: Path) -> None:
    (found,) = problems(tmp_path, certificates(text))
    assert found.startswith("4: org.builds.ca_certificates: ")
    assert wanted in found
    assert "MHcCAQEEIO" not in found


def test_what_stands_around_certificates_does_not_travel(tmp_path: Path) -> None:
    text = f"# of the key ceremony\n{ROOT}\nsubject=/CN=Corporate Root\n"
    config = load_config(written(tmp_path, certificates(text)), tmp_path / "none.yml")
    assert config.org.builds.ca_certificates == ROOT.strip()


def test_a_certificate_that_has_ended_is_refused_by_validate_and_no_synthesis_asks_the_clock(
    tmp_path: Path,
) -> None:
    file = written(tmp_path, certificates(ROOT + ENDED))
    assert load_config(file, tmp_path / "none.yml").org.builds.ca_certificates
    told = CliRunner().invoke(application, ["config", "validate", str(file), "--json"])
    assert told.exit_code == 1
    assert "the certificate of 'Ended Root' has ended on 2021-01-01" in told.output
    sources = load_sources(file, tmp_path / "none.yml")
    with pytest.raises(ConfigError, match="1 problem") as error:
        check_authorities(sources, date(2026, 12, 1))
    (problem,) = error.value.problems
    assert problem.line == 4


def test_a_proxy_needs_a_network_from_which_it_is_reached(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, "proxy: {url: 'http://proxy.example.com:3128'}")
    assert found.startswith("4: org.builds.proxy: without 'vpc', builds")


@pytest.mark.parametrize("count", [0, 17])
def test_a_network_has_as_many_subnets_as_codebuild_takes(count: int, tmp_path: Path) -> None:
    ids = ", ".join(f"subnet-{number:017x}" for number in range(count))
    (found,) = problems(tmp_path, VPC.replace("subnet-0123456789abcdef0", ids))
    assert found.startswith("6: org.builds.vpc.subnet_ids: ")


def builds(folder: Path, lines: str, region: str = "eu-west-1") -> Builds:
    return load_config(written(folder, lines, region), folder / "none.yml").org.builds


@pytest.mark.parametrize(
    ("region", "domain"),
    [("eu-west-1", ".eu-west-1.amazonaws.com"), ("cn-north-1", ".cn-north-1.amazonaws.com.cn")],
)
def test_aws_is_reached_without_the_proxy(region: str, domain: str, tmp_path: Path) -> None:
    lines = f"{VPC}proxy: {{url: 'http://proxy.example.com:3128', no_proxy: [.corp.example.com]}}"
    found = builds(tmp_path, lines, region).environment(region)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        assert found[name] == "http://proxy.example.com:3128"
    wanted = [*ALWAYS_DIRECT, domain, ".corp.example.com"]
    assert found["NO_PROXY"].split(",") == found["no_proxy"].split(",") == wanted


def test_every_tool_has_the_same_index_and_the_same_authorities(tmp_path: Path) -> None:
    lines = f"pip_index_url: https://p.example.com/simple\n{certificates(ROOT)}"
    found = builds(tmp_path, lines).environment("eu-west-1")
    assert found["PIP_INDEX_URL"] == found["UV_DEFAULT_INDEX"] == "https://p.example.com/simple"
    assert {found[name] for name in TRUSTED} == {BUNDLE}
    assert not any("PROXY" in name.upper() for name in found)


@pytest.mark.parametrize(
    ("lines", "ports"),
    [
        ("pip_index_url: https://p.example.com/simple", ()),
        ("pip_index_url: https://p.example.com:8443/simple", (8443,)),
        (f"{VPC}proxy: {{url: 'http://proxy.example.com:80'}}", (80,)),
        (f"{VPC}proxy: {{url: 'https://proxy.example.com:3128'}}", (3128,)),
    ],
)
def test_ports_besides_443_are_known(lines: str, ports: tuple[int, ...], tmp_path: Path) -> None:
    assert builds(tmp_path, lines).ports == ports


def test_nothing_is_said_where_nothing_is_prescribed() -> None:
    assert Builds().environment("eu-west-1") == {}
    sample = load_config(EXAMPLES / "sample" / CDK_APP_CONFIG.name, EXAMPLES / "none.yml")
    assert sample.org.builds == Builds()


def test_an_index_of_projects_wins_over_that_of_all_builds(tmp_path: Path) -> None:
    lines = "pip_index_url: https://p.example.com/simple"
    file = written(tmp_path, lines)
    config = load_config(file, tmp_path / "none.yml")
    assert config.package_index(config.deployments[0]) == "https://p.example.com/simple"
    own = "      projects: {package_index: 'https://q.example.com/simple'}\n"
    file.write_text(file.read_text().replace("      stages:", f"{own}      stages:"))
    config = load_config(file, tmp_path / "none.yml")
    assert config.package_index(config.deployments[0]) == "https://q.example.com/simple"
