"""Values of the right form that AWS does not take are refused here, up to the limit taken."""

import gzip
import json
import re
from pathlib import Path
from typing import Any

import botocore
import pytest
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER
from changed_configuration import DEFAULT_NETWORK, STAGE, Change, problems

from mlops_commons.config.checks import accounts
from mlops_commons.utilities.toolkit import Toolkit

pytestmark = pytest.mark.pure


def shape(service: str, name: str) -> dict[str, Any]:
    """What botocore knows of a service's parameter."""
    folder = Path(botocore.__file__).parent / "data" / service
    (newest,) = sorted(folder.iterdir())[-1].glob("service-2.json*")
    content = newest.read_bytes()
    text = gzip.decompress(content) if newest.suffix == ".gz" else content
    found: dict[str, Any] = json.loads(text)["shapes"][name]
    return found


def schema(kind: str) -> dict[str, Any]:
    """What CloudFormation's registry knows of a type's properties."""
    found: Any = PROVIDER_SCHEMA_MANAGER.get_resource_schema("eu-west-1", kind).schema
    properties: dict[str, Any] = found["properties"]
    return properties


def tags(number: int) -> dict[str, str]:
    return {f"key{index}": "value" for index in range(number)}


GOVERNANCE: tuple[str, ...] = ("pipeline", "region")
PROD = (*STAGE, 2)


@pytest.mark.parametrize(
    ("governance", "stages", "named"),
    [
        ("eu-west-1", {2: "cn-north-1"}, ["prod"]),
        ("eu-west-1", {0: "us-gov-west-1", 1: "us-gov-west-1"}, ["dev", "preprod"]),
        ("us-gov-west-1", {0: "eu-west-1"}, ["dev"]),
        ("eu-west-1", {2: "us-east-1"}, []),
        ("us-gov-west-1", {}, []),
    ],
)
def test_no_stage_is_in_another_partition_than_governance(
    tmp_path: Path, governance: str, stages: dict[int, str], named: list[str]
) -> None:
    changes: list[Change] = [(GOVERNANCE, governance)]
    changes += [((*STAGE, index, "region"), region) for index, region in stages.items()]
    found = [p for p in problems(tmp_path, changes) if "no role is assumed across" in p]
    assert len(found) == len(named)
    for problem, stage in zip(found, named, strict=True):
        assert f"stage '{stage}' of set 'business-unit-1'" in problem
        assert problem.startswith("deployments[0].stages[")


def test_a_product_takes_as_many_tags_as_service_catalog_does(tmp_path: Path) -> None:
    assert accounts.PRODUCT.most == shape("servicecatalog", "AddTags")["max"]
    assert schema("AWS::ServiceCatalog::CloudFormationProduct")["Tags"]["maxItems"] == 20
    assert problems(tmp_path, [(("tags",), tags(16))]) == []
    (found,) = problems(tmp_path, [(("tags",), tags(17))])
    assert found.startswith("deployments[0].stages[0]")
    assert "stage 'dev' of set 'business-unit-1' has 17 tags in all" in found
    assert "Service Catalog (projects are enabled) takes 20, of which 4 are our own" in found


def test_a_set_without_projects_has_room_for_the_tags_of_subnets(tmp_path: Path) -> None:
    without: Change = (("projects", "enabled"), False)
    assert problems(tmp_path, [without, (("tags",), tags(44))]) == []
    found = problems(tmp_path, [without, (("tags",), tags(45))])
    assert len(found) == 3
    assert all("a created subnet takes 50, of which 6 are our own" in p for p in found)


def test_only_the_stage_with_the_portfolio_has_the_limit_of_its_products(tmp_path: Path) -> None:
    assert problems(tmp_path, [((*PROD, "tags"), tags(44))]) == []


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("aws:x", "1", "belong to AWS"),
        ("Aws:x", "1", "belong to AWS"),
        ("a<b", "1", "only letters, digits"),
        ("a", "1*", "only letters, digits"),
        ("", "x", "one character at least"),
        ("k" * 129, "x", "128 characters at most"),
        ("a=b", "x", "the first '='"),
    ],
)
@pytest.mark.parametrize(
    "where", [("org", "bootstrap"), ("pipeline", "bootstrap"), (*STAGE, 0, "bootstrap")]
)
def test_tags_of_a_bootstrap_have_the_form_of_tags(
    tmp_path: Path, where: tuple[str | int, ...], key: str, value: str, said: str
) -> None:
    (found,) = problems(tmp_path, [((*where, "toolkit_tags"), {key: value})])
    assert "toolkit_tags" in found and said in found


def test_tags_of_a_bootstrap_are_no_more_than_a_stack_takes(tmp_path: Path) -> None:
    assert shape("cloudformation", "Tags")["max"] == accounts.BOOTSTRAP.most
    path = ("org", "bootstrap", "toolkit_tags")
    assert problems(tmp_path, [(path, tags(49))]) == []
    found = problems(tmp_path, [(path, tags(50))])
    assert len(found) == 4
    assert "the bootstrap gets 50 tags" in found[0] and "write 49 at most" in found[0]
    (double,) = problems(tmp_path, [(path, {"Cost": "1", "cost": "2"})])
    assert "are one key for IAM" in double


def test_a_tag_has_a_key(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, [(("tags",), {"": "x"})])
    assert "one character at least" in found


@pytest.mark.parametrize(
    "qualifier", ["acme", "a1-b2", "a--b", "0123456789", "ACME", "a_b", "-a", "a-", "a" * 11]
)
def test_a_qualifier_is_one_with_which_bucket_and_repository_can_be_made(
    tmp_path: Path, qualifier: str
) -> None:
    """The names as the CDK's own template has them; it refuses more than ten characters, and its
    CLI takes what begins with a hyphen for an option."""
    bucket = Toolkit(qualifier=qualifier).assets_prefix + "222222222222-eu-west-1"
    repository = f"cdk-{qualifier}-container-assets-222222222222-eu-west-1"
    taken = (
        not qualifier.startswith("-")
        and bool(re.fullmatch(schema("AWS::S3::Bucket")["BucketName"]["pattern"], bucket))
        and bool(re.fullmatch(shape("ecr", "RepositoryName")["pattern"], repository))
        and len(qualifier) <= 10
    )
    found = problems(tmp_path, [(("org", "bootstrap", "qualifier"), qualifier)])
    assert (found == []) == taken
    assert not found or "not a qualifier of the CDK's bootstrap" in found[0]


@pytest.mark.parametrize(
    ("network", "said"),
    [
        ({"vpc_private_subnet_cidr_mask": 27}, ""),
        ({"vpc_private_subnet_cidr_mask": 28}, "has 14 interface endpoints"),
        ({"vpc_private_subnet_cidr_mask": 28, "vpc_max_azs": 1}, "one in 1 of them"),
        (
            {"vpc_cidr": "10.0.0.0/28", "vpc_max_azs": 1, "vpc_private_subnet_cidr_mask": 28}
            | {"egress": "endpoints-only"},
            "a private subnet /28 has 11 addresses",
        ),
    ],
)
def test_endpoints_leave_addresses_for_what_runs(
    tmp_path: Path, network: dict[str, Any], said: str
) -> None:
    """Of 16 addresses, AWS keeps 5; of 32 as many."""
    found = problems(
        tmp_path,
        [(("projects", "package_index"), "https://index.example.com/simple")],
        [((*DEFAULT_NETWORK, key), value) for key, value in network.items()],
    )
    assert bool(found) == bool(said)
    assert not found or said in found[0]
    # Without Studio there are three of them, which leaves room.
    assert not any("'preprod'" in problem for problem in found)
