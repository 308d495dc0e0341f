"""Values of the right form that AWS does not take are refused here, up to the limit taken."""

import gzip
import json
import re
from pathlib import Path
from typing import Any

import botocore
import pytest
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER
from changed_configuration import DEFAULT_NETWORK, STAGE, Change, loaded, problems

from mlops_commons.config.checks import accounts
from mlops_commons.config.notes import notes
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
    definitions = found.get("definitions", {})
    return {
        name: definitions.get(str(content.get("$ref", "")).rpartition("/")[2], content)
        for name, content in found["properties"].items()
    }


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
        ("x", "aws:1", "belong to AWS"),
        ("Cost ", "1", "a space at its end"),
        ("a<b", "1", "only letters, digits"),
        ("a", "1*", "only letters, digits"),
        ("", "x", "one character at least"),
        ("k" * 128, "x", "127 characters at most"),
        ("k", "x" * 256, "a value 255"),
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


SHAPES_OF_TAGS = {
    **dict.fromkeys(
        (
            *("cloudformation", "codecommit", "codepipeline", "events", "lambda", "logs"),
            *("sagemaker", "scheduler", "servicecatalog", "sns", "ssm"),
        ),
        ("TagKey", "TagValue"),
    ),
    "codebuild": ("KeyInput", "ValueInput"),
    "iam": ("tagKeyType", "tagValueType"),
    "kms": ("TagKeyType", "TagValueType"),
}
"""The services of what stacks tag, CloudFormation's own stacks among them."""


def test_tags_are_as_long_as_the_strictest_service_takes_them() -> None:
    keys, values = (
        [shape(service, names[index]) for service, names in SHAPES_OF_TAGS.items()]
        for index in (0, 1)
    )
    assert min(found["max"] for found in keys) == accounts.MOST_OF_A_KEY
    assert min(found["max"] for found in values) == accounts.MOST_OF_A_VALUE
    assert max(found.get("min", 0) for found in (*keys, *values)) == 1


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


def roles(number: int, account: str = "222222222222", name: str = "some-long-role-name") -> Any:
    return [f"arn:aws:iam::{account}:role/{name}-{index}" for index in range(number)]


REVIEWS = ("pipeline", "reviews")
APPROVERS = ("projects", "approvers", "role_arns")


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ([(APPROVERS, roles(60))], "projects.approvers.role_arns"),
        (
            [
                ((*REVIEWS, "authors"), roles(60)),
                ((*REVIEWS, "reviewers"), roles(1, name="other")),
            ],
            "pipeline.reviews.authors",
        ),
        # Every account has a statement of its own, with all roles in it.
        (
            [(APPROVERS, [arn for n in range(8) for arn in roles(1, f"{n}" * 12)])],
            "projects.approvers.role_arns",
        ),
    ],
)
def test_roles_who_enter_fit_into_a_trust_policy(
    tmp_path: Path, changes: list[Change], path: str
) -> None:
    (found,) = problems(tmp_path, changes)
    assert found.startswith(f"{path}: ")
    assert "and IAM takes 2048" in found


def test_as_many_roles_as_fit_are_taken(tmp_path: Path) -> None:
    assert problems(tmp_path, [(APPROVERS, roles(30))]) == []


def test_of_another_partition_nobody_enters(tmp_path: Path) -> None:
    foreign = "arn:aws-cn:iam::222222222222:role/x"
    own = "arn:aws:iam::222222222222:role/y"
    changes: list[Change] = [
        (APPROVERS, [own, foreign]),
        ((*REVIEWS, "authors"), [foreign]),
        ((*REVIEWS, "reviewers"), [own]),
        (("portfolio", "role_arns"), [own, foreign]),
    ]
    assert [problem.partition(": ")[0] for problem in sorted(problems(tmp_path, changes))] == [
        "pipeline.reviews.authors[0]",
        "portfolio.role_arns[1]",
        "projects.approvers.role_arns[1]",
    ]


def test_a_role_of_the_portfolio_stands_there_once(tmp_path: Path) -> None:
    own = "arn:aws:iam::222222222222:role/y"
    (found,) = problems(tmp_path, [(("portfolio", "role_arns"), [own, own])])
    assert found.startswith("portfolio.role_arns[1]: ") and "stands there twice" in found
    (found,) = problems(tmp_path, [(("portfolio", "personas"), ["ml_engineer", "ML_engineer"])])
    assert found == "portfolio.personas[1]: 'ml_engineer' stands there twice; remove one"


@pytest.mark.parametrize(
    "role",
    [
        "dev-mlops-infra-PersonasDataScientistRole7FB9FB83",
        "dev-mlops-infra-PersonasDataScientist*",
        "dev-mlops-infra-PersonasLeadDataScientistRole*",
        "dev-mlops-infra-*",
        "sagemaker-p-*",
        "sagemaker-churn-p-1a2b3c-execution",
        "*",
    ],
)
def test_no_role_in_which_notebooks_or_jobs_run_approves(tmp_path: Path, role: str) -> None:
    own, other = (f"arn:aws:iam::{digit * 12}:role/{role}" for digit in "29")
    (found,) = problems(tmp_path, [(APPROVERS, [other, own])])
    assert found.startswith(f"projects.approvers.role_arns[1]: '{own}' is a role of dev in which")


OF_SETS = "role/aws-reserved/sso.amazonaws.com/"
SUFFIX = "0123456789abcdef"


@pytest.mark.parametrize(
    ("role", "reason"),
    [
        # As the ARN of a session has it, without the path.
        (f"role/AWSReservedSSO_Approvers_{SUFFIX}", "it is called"),
        ("role/AWSReservedSSO_Approvers_*", "it is called"),
        (f"role/sso.amazonaws.com/AWSReservedSSO_Approvers_{SUFFIX}", "it is called"),
        (f"{OF_SETS}eu-west-1/awsreservedsso_Approvers_{SUFFIX}", "it is called"),
        (f"{OF_SETS}eu-west1/AWSReservedSSO_Approvers_{SUFFIX}", "did you mean 'eu-west-1'"),
        (f"{OF_SETS}cn-north-1/AWSReservedSSO_Approvers_{SUFFIX}", "no region of its partition"),
        # As the permission set is called.
        (f"{OF_SETS}eu-west-1/AWSReservedSSO_Approvers", "end its name"),
        (f"{OF_SETS}eu-west-1/AWSReservedSSO_Approvers_{SUFFIX}", ""),
        (f"{OF_SETS}eu-west-1/AWSReservedSSO_Approvers_*", ""),
        (f"{OF_SETS}AWSReservedSSO_Approvers_{SUFFIX}", ""),
        (f"{OF_SETS}us-east-1/AWSReservedSSO_Approvers_{SUFFIX}", ""),
        (f"{OF_SETS}*", ""),
    ],
)
def test_roles_of_permission_sets_are_called_as_identity_center_calls_them(
    tmp_path: Path, role: str, reason: str
) -> None:
    named = [f"arn:aws:iam::999999999999:{role}"]
    other = f"arn:aws:iam::888888888888:{OF_SETS}eu-west-1/AWSReservedSSO_Others_*"
    places: dict[str, list[Change]] = {
        "projects.approvers.role_arns[0]": [(APPROVERS, named)],
        "pipeline.reviews.authors[0]": [
            ((*REVIEWS, "authors"), named),
            ((*REVIEWS, "reviewers"), [other]),
        ],
        "portfolio.role_arns[0]": [] if "*" in role else [(("portfolio", "role_arns"), named)],
    }
    for where, changes in places.items():
        found = problems(tmp_path, changes)
        if reason and changes:
            (problem,) = found
            assert problem.startswith(f"{where}: '{named[0]}' is no role of Identity Center: ")
            assert reason in problem
        else:
            assert found == []


def test_a_name_with_a_random_end_approves(tmp_path: Path) -> None:
    assert not problems(tmp_path, [(APPROVERS, ["arn:aws:iam::222222222222:role/Approvers-*"])])


ADDRESSES: tuple[tuple[str, bool], ...] = (
    ("ml+ops@example.com", True),
    ("o'neil_2@ml.example.co.uk", True),
    ("ml@xn--mller-kva.example", True),
    ("jörg@example.com", False),
    ("ml@müller.example", False),
    ("ml@localhost", False),
    ("ml@192.0.2.1", False),
    ('"ml"@example.com', False),
    ("ml(team)@example.com", False),
    ("ml:ops@example.com", False),
    ("ml\\ops@example.com", False),
    ("ml[1]@example.com", False),
)


@pytest.mark.parametrize(("address", "taken"), ADDRESSES)
@pytest.mark.parametrize(
    "path",
    [
        ("pipeline", "notify"),
        ("portfolio", "support_email"),
        (*STAGE, 0, "costs", "budget", "email"),
    ],
    ids=lambda path: path[-1],
)
def test_an_address_is_one_that_a_mail_of_aws_reaches(
    tmp_path: Path, path: tuple[Any, ...], address: str, taken: bool
) -> None:
    """RFC 5321's dot-string, in the letters that botocore says Amazon SES takes."""
    assert "may only contain" in (said := str(shape("sesv2", "Destination"))) and "7-bit" in said
    changes: list[Change] = [(path, [address] if path[-1] == "notify" else address)]
    if path[-1] == "email":
        changes.append(((*path[:-1], "amount"), "5"))
    if taken:
        assert loaded(tmp_path, changes)
    else:
        (found,) = problems(tmp_path, changes)
        assert f"'{address}'" in found
        assert "is not an e-mail address such as ml@example.com" in found


def test_an_address_is_told_once(tmp_path: Path) -> None:
    told = ["a@example.com", "b@example.com", "A@example.com"]
    (found,) = problems(tmp_path, [(("pipeline", "notify"), told)])
    assert found == "pipeline.notify[2]: 'a@example.com' stands there twice; remove one"


@pytest.mark.parametrize(
    ("path", "value", "taken"),
    [
        (("portfolio", "role_arns"), ["arn:aws:iam::222222222222:role/x y"], False),
        (("portfolio", "role_arns"), ["arn:aws:iam::222222222222:role/x*"], False),
        (("portfolio", "role_arns"), ["arn:aws:iam::222222222222:role/a/b/x+=,.@-_"], True),
        (APPROVERS, ["arn:aws:iam::222222222222:role/a b"], False),
        (APPROVERS, ["arn:aws:iam::222222222222:role/a/"], False),
        (APPROVERS, ["arn:aws:iam::222222222222:role/aws-reserved/sso.amazonaws.com/A*"], True),
        (
            (*STAGE, 0, "bootstrap", "execution_policy_arn"),
            "arn:aws:iam::222222222222:policy/a b",
            False,
        ),
        (
            (*STAGE, 0, "bootstrap", "execution_policy_arn"),
            "arn:aws:iam::222222222222:policy/team/a-b",
            True,
        ),
    ],
)
def test_names_in_arns_are_those_that_iam_gives(
    tmp_path: Path, path: tuple[str | int, ...], value: Any, taken: bool
) -> None:
    """Names and paths by botocore's own patterns of them."""
    arn = value if isinstance(value, str) else value[0]
    *_, words = arn.split(":")
    _, *folders, name = words.split("/")
    allowed = re.fullmatch(shape("iam", "roleNameType")["pattern"], name.rstrip("*"))
    way = "".join(f"{folder}/" for folder in ("", *folders))
    fits = bool(allowed and re.fullmatch(shape("iam", "pathType")["pattern"], way))
    wildcard = name.endswith("*") and path != APPROVERS
    assert (fits and not wildcard) == taken
    assert (problems(tmp_path, [(path, value)]) == []) == taken


@pytest.mark.parametrize("length", [860, 1000])
def test_a_reason_fits_into_what_an_approval_shows(tmp_path: Path, length: int) -> None:
    assert shape("codepipeline", "ActionConfigurationValue")["max"] == 1000
    changes: list[Change] = [
        ((*PROD, "manual_approval"), False),
        ((*PROD, "manual_approval_reason"), "x" * length),
    ]
    found = problems(tmp_path, changes)
    assert bool(found) == (length == 1000)
    assert not found or found[0].startswith("deployments[0].stages[2].manual_approval_reason: ")


@pytest.mark.parametrize(
    ("infra", "said"),
    [
        ([("routes", 60)], ""),
        ([("routes", 110)], "network.default_create_network.transit_gateway.routes: 330 routes"),
        ([("routes", 40), ("users", 299)], "299 users in the Studio"),
        ([("users", 299)], ""),
    ],
)
def test_users_and_routes_fit_into_a_stack(
    tmp_path: Path, infra: list[tuple[str, int]], said: str
) -> None:
    """One route for each range and zone; resources of a stage's stack are 500 at most."""
    made: dict[str, Any] = {
        "routes": lambda count: (
            (*DEFAULT_NETWORK, "transit_gateway"),
            {
                "id": "tgw-12345678",
                "routes": [f"172.{16 + n // 256}.{n % 256}.0/24" for n in range(count)],
            },
        ),
        "users": lambda count: (
            ("sagemaker", "profiles"),
            {
                "data_scientists": {
                    "users": [{"user_profile_name": f"u{n}"} for n in range(count)]
                },
                "lead_data_scientists": {"users": []},
            },
        ),
    }
    found = problems(tmp_path, infra=[made[kind](count) for kind, count in infra])
    assert bool(found) == bool(said)
    assert not found or said in found[0]


@pytest.mark.parametrize(
    ("domains", "said"),
    [
        ([f"{'.'.join(['a' * 60] * 4)}.example.com"], ""),
        ([f"{'.'.join(['a' * 60] * 5)}.com"], "has 308 characters"),
        (["a.example.com", "a.example.com"], "stands there twice"),
        (["a.example.com", "*.a.example.com"], ""),
    ],
)
def test_names_of_the_firewall_are_those_that_the_resolver_takes(
    tmp_path: Path, domains: list[str], said: str
) -> None:
    longest = shape("route53resolver", "FirewallDomainName")["max"]
    kinds = schema("AWS::Route53Resolver::FirewallDomainList")["Domains"]
    taken = max(map(len, domains)) <= longest and len(set(domains)) == len(domains)
    assert kinds["uniqueItems"] and taken == (not said)
    found = problems(tmp_path, infra=[((*DEFAULT_NETWORK, "dns_allowed_domains"), domains)])
    assert bool(found) == bool(said)
    assert not found or said in found[0]


@pytest.mark.parametrize(
    ("prefix", "taken"),
    [
        ("mlops", True),
        ("Ml--X", True),
        ("aws-ml", True),
        ("sagemakers", True),
        ("sagemaker", False),
        ("SageMaker-eu", False),
        ("cdk", False),
        ("xn--a", False),
        ("sthree-a", False),
    ],
)
def test_no_name_begins_like_those_of_others(tmp_path: Path, prefix: str, taken: bool) -> None:
    found = problems(tmp_path, [(("app_prefix",), prefix)])
    assert (found == []) == taken
    assert taken or any("cannot be the beginning of names" in problem for problem in found)


def accounts_of_others(number: int) -> list[str]:
    return [str(100000000000 + index) for index in range(number)]


@pytest.mark.parametrize(("number", "taken"), [(100, True), (1500, False)])
def test_trusted_accounts_fit_into_the_policies_of_endpoints(
    tmp_path: Path, number: int, taken: bool
) -> None:
    path = (*DEFAULT_NETWORK, "trusted_accounts")
    found = problems(tmp_path, infra=[(path, accounts_of_others(number))])
    assert (found == []) == taken
    assert taken or found[0].startswith("network.default_create_network.trusted_accounts: 1500")
    assert taken or "trusted_organization: o-..." in found[0]


def test_of_a_role_of_no_dev_account_is_said_that_no_portfolio_gets_it(tmp_path: Path) -> None:
    role_arns = [f"arn:aws:iam::{account}:role/x" for account in ("2" * 12, "9" * 12)]
    (note,) = notes(loaded(tmp_path, [(("portfolio", "role_arns"), role_arns)]))
    assert note.path == "portfolio.role_arns[1]" and note.line
    assert "is of no dev account, so no portfolio gets it; those of dev are 222222222222" in (
        note.message
    )


BUCKETS = ("sagemaker", "personas", "data_scientist")
POLICY = "arn:aws:iam::222222222222:policy/team"


@pytest.mark.parametrize(
    ("name", "taken"),
    [("acme.data", True), ("xn--abc", False), ("a..b", False), ("sthree-a", False)],
)
def test_a_bucket_of_others_has_a_name_that_s3_gives(
    tmp_path: Path, name: str, taken: bool
) -> None:
    """Amazon S3 User Guide, "General purpose bucket naming rules"."""
    archive = (("org", "flow_logs", "bucket_arn"), f"arn:aws:s3:::{name}/folder")
    assert (problems(tmp_path, [archive]) == []) == taken
    found = problems(tmp_path, infra=[((*BUCKETS, "data_buckets"), [{"name": name}])])
    assert (found == []) == taken


def test_a_policy_of_a_persona_stands_there_once(tmp_path: Path) -> None:
    assert schema("AWS::IAM::Role")["ManagedPolicyArns"]["uniqueItems"]
    further = {"policy_arns": [POLICY, POLICY], "actions": ["athena:GetQueryResults"]}
    (found,) = problems(tmp_path, infra=[(BUCKETS, further)])
    assert "policy_arns[1]" in found and "stands there twice" in found


@pytest.mark.parametrize(
    ("routes", "everything"),
    [
        (["0.0.0.0/1", "128.0.0.0/1"], True),
        (["0.0.0.0/2", "64.0.0.0/2", "128.0.0.0/1"], True),
        (["0.0.0.0/1", "192.0.0.0/2"], False),
    ],
)
def test_ranges_that_are_everything_together_are_everything(
    tmp_path: Path, routes: list[str], everything: bool
) -> None:
    gateway = {"id": "tgw-12345678", "routes": routes}
    found = problems(
        tmp_path,
        infra=[
            ((*DEFAULT_NETWORK, "vpc_cidr"), "172.16.0.0/16"),
            ((*DEFAULT_NETWORK, "transit_gateway"), gateway),
        ],
    )
    assert any("are everything together" in problem for problem in found) == everything
