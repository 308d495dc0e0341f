"""What the act of the second day writes into the files of every example can be loaded."""

from pathlib import Path

import pytest

from mlops_commons.config import load_config
from mlops_commons.stage import DnsFirewall
from mlops_commons.utilities.paths import EXAMPLES
from mlops_rehearsal.acts.change import (
    ENDPOINT,
    GROUP,
    USER,
    add_user_endpoint_and_firewall,
    edit,
    gets_a_firewall,
)

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(
    "example", sorted(file.parent.name for file in EXAMPLES.glob("*/cdk-app.yml"))
)
def test_the_changed_files_have_the_user_the_endpoint_and_the_firewall(
    example: str, tmp_path: Path
) -> None:
    files = [tmp_path / name for name in ("cdk-app.yml", "cdk-infra-app.yml")]
    for file in files:
        file.write_text((EXAMPLES / example / file.name).read_text())
    edit(files[1], add_user_endpoint_and_firewall)
    config = load_config(*files)
    for deployment in config.enabled_deployments:
        users = [
            user.profile_name
            for stage in deployment.enabled_stages
            if (studio := config.studio(deployment.set_name, stage.stage_name))
            for user in studio.users
        ]
        assert f"{GROUP.prefix}-{USER}" in users
        created = [
            network
            for stage in deployment.enabled_stages
            if hasattr(network := config.network(deployment.set_name, stage.stage_name), "max_azs")
        ]
        assert all(network.endpoints[ENDPOINT] for network in created)
        assert DnsFirewall.OFF not in {network.dns_rules for network in created}


@pytest.mark.parametrize(
    ("example", "wanted"),
    [("sample", True), ("endpoints-only", False), ("imported-network", False)],
)
def test_a_firewall_is_new_where_a_made_network_has_none(example: str, wanted: bool) -> None:
    files = (EXAMPLES / example / name for name in ("cdk-app.yml", "cdk-infra-app.yml"))
    assert gets_a_firewall(load_config(*files)) is wanted
