"""What a published network allows, and what is refused with which reason."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from one_account_set import ONE_SET

from mlops_commons.config.loader import load_sources
from mlops_commons.config.network_changes import refusals
from mlops_commons.config.published import check_published, forget, keep
from mlops_commons.config.set_snapshot import CDK_APP_CONFIG, CDK_INFRA_APP_CONFIG
from mlops_commons.stage import CreateNetwork, EgressMode, ImportNetwork, Network
from mlops_commons.utilities.errors import ConfigError

pytestmark = pytest.mark.pure

CREATED = CreateNetwork(max_azs=2)
NAMED = CreateNetwork(availability_zones=("eu-west-1a", "eu-west-1b"), max_azs=2)
IMPORTED = ImportNetwork(
    vpc_id="vpc-0123456789abcdef0",
    subnets=("subnet-0123456789abcdef0",),
    base_security_group="sg-0123456789abcdef0",
)
ANOTHER = replace(IMPORTED, vpc_id="vpc-0123456789abcdef1")
CLOSED = replace(CREATED, egress=EgressMode.ENDPOINTS_ONLY)
LARGE, LARGER = "100.64.0.0/16", "100.65.0.0/16"
WIDE = replace(CREATED, secondary_cidrs=(LARGE,))


@pytest.mark.parametrize(
    ("published", "wanted"),
    [
        (CREATED, CREATED),
        (CREATED, replace(CREATED, max_azs=3)),
        (CREATED, replace(CREATED, max_azs=6, nat_gateways=3)),
        (CREATED, CLOSED),
        (CLOSED, CREATED),
        (CLOSED, replace(CLOSED, public_subnet_cidr_mask=20)),
        (CREATED, replace(CREATED, endpoints={"bedrock": True}, enable_dns_support=False)),
        (
            NAMED,
            replace(NAMED, availability_zones=(*NAMED.availability_zones, "eu-west-1c"), max_azs=3),
        ),
        (WIDE, replace(WIDE, secondary_cidrs=(LARGE, LARGER))),
        (replace(WIDE, secondary_cidrs=(LARGE, LARGER)), WIDE),
        (WIDE, replace(WIDE, max_azs=3, egress=EgressMode.ENDPOINTS_ONLY)),
        (IMPORTED, replace(IMPORTED, subnets=("subnet-0123456789abcdef9",))),
    ],
)
def test_a_change_that_replaces_nothing_is_taken(published: Network, wanted: Network) -> None:
    assert [*refusals(published, wanted, studio=True)] == []


@pytest.mark.parametrize(
    ("published", "wanted", "key", "reason"),
    [
        (CREATED, replace(CREATED, vpc_cidr="10.1.0.0/16"), "vpc_cidr", "VPC would be replaced"),
        (
            CREATED,
            replace(CREATED, private_subnet_cidr_mask=25),
            "vpc_private_subnet_cidr_mask",
            "private subnet 1, 10.0.0.0/24, becomes 10.0.0.0/25",
        ),
        (
            CREATED,
            replace(CREATED, public_subnet_cidr_mask=25),
            "vpc_public_subnet_cidr_mask",
            "public subnet 1, 10.0.6.0/26, becomes 10.0.6.0/25",
        ),
        (replace(CREATED, max_azs=3), CREATED, "vpc_max_azs", "3 zones become 2"),
        (CREATED, NAMED, "availability_zones", "only AWS knows"),
        (
            CREATED,
            WIDE,
            "secondary_cidrs",
            "private subnet 1, 10.0.0.0/24, becomes 100.64.0.0/24",
        ),
        (WIDE, CREATED, "secondary_cidrs", "private subnets lie in the secondary ranges"),
        (
            WIDE,
            replace(WIDE, secondary_cidrs=(LARGER, LARGE)),
            "secondary_cidrs",
            "append ranges at the end",
        ),
        (
            NAMED,
            replace(NAMED, availability_zones=("eu-west-1b", "eu-west-1a")),
            "availability_zones",
            "zone 1, 'eu-west-1a', becomes 'eu-west-1b'",
        ),
        (CREATED, IMPORTED, "vpc_id", "would be deleted"),
        (IMPORTED, CREATED, "vpc_cidr", "Studio domain"),
        (IMPORTED, ANOTHER, "vpc_id", "Studio domain"),
    ],
)
def test_a_change_that_replaces_something_is_refused(
    published: Network, wanted: Network, key: str, reason: str
) -> None:
    (refusal,) = refusals(published, wanted, studio=True)
    assert refusal.key == key
    assert reason in str(refusal)


def test_a_subnet_in_the_range_of_one_that_is_about_to_go_is_refused() -> None:
    small = CreateNetwork(vpc_cidr="10.0.0.0/22", max_azs=3)
    wanted = replace(small, max_azs=4, egress=EgressMode.ENDPOINTS_ONLY)
    (refusal,) = refusals(small, wanted, studio=False)
    assert "private subnet 4, 10.0.3.0/24, is added" in str(refusal)
    assert "public subnet 1, 10.0.3.0/26, is there" in str(refusal)


@pytest.mark.parametrize("wanted", [CREATED, ANOTHER])
def test_a_stage_without_studio_may_leave_an_imported_network(wanted: Network) -> None:
    assert [*refusals(IMPORTED, wanted, studio=False)] == []


INFRA = """\
cdk_infra_app_config:
  network:
    default_create_network:
      vpc_private_subnet_cidr_mask: {mask}
"""


@pytest.fixture
def checked(tmp_path: Path) -> Callable[[str], None]:
    """A function that checks a configuration against what was kept in `tmp_path`."""

    def run(infra: str, app: str = ONE_SET) -> None:
        for name, text in (("app.yml", app), ("infra.yml", infra)):
            (tmp_path / name).write_text(text)
        sources = load_sources(tmp_path / "app.yml", tmp_path / "infra.yml")
        check_published(sources, tmp_path / "published")

    return run


@pytest.fixture
def published(tmp_path: Path) -> Path:
    contents = {CDK_APP_CONFIG: ONE_SET, CDK_INFRA_APP_CONFIG: INFRA.format(mask=24)}
    keep("business-unit-1", contents, tmp_path / "published")
    return tmp_path / "published"


def test_all_refused_changes_are_reported_with_their_lines(checked, published: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        checked(INFRA.format(mask=25))
    assert {problem.line for problem in caught.value.problems} == {4}
    assert len(caught.value.problems) == 3
    assert "stage 'dev' of set 'business-unit-1'" in str(caught.value)
    assert "--replace-networks" in caught.value.hint


def test_the_same_configuration_again_is_no_change(checked, published: Path) -> None:
    checked(INFRA.format(mask=24))


def test_where_nothing_was_published_everything_is_allowed(checked) -> None:
    checked(INFRA.format(mask=25))


def test_a_stage_in_another_account_is_a_new_one(checked, published: Path) -> None:
    checked(INFRA.format(mask=25), re_accounts(ONE_SET))


def re_accounts(text: str) -> str:
    """The same set in accounts that end with 9."""
    import re

    return re.sub(r"(\d{11})\d", r"\g<1>9", text)


def test_after_a_teardown_nothing_is_published(checked, published: Path) -> None:
    forget(published)
    checked(INFRA.format(mask=25))


def test_what_this_version_cannot_read_is_not_compared(checked, published: Path) -> None:
    (published / "business-unit-1" / "cdk-infra-app.yml").write_text("key_of_tomorrow: 1\n")
    checked(INFRA.format(mask=25))
