"""Physical names: within limits, and never the same for two things."""

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mlops_commons.organization import RoleNames
from mlops_commons.utilities import names

pytestmark = pytest.mark.pure

set_names = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,80}", fullmatch=True)
regions = st.sampled_from(["eu-west-1", "ap-southeast-1", "us-gov-east-1", "cn-northwest-1"])


def artifact_bucket(set_name: str, region: str = "eu-west-1") -> str:
    return names.artifact_bucket("mlops", "infra", set_name, account="1" * 12, region=region)


@given(set_name=set_names, region=regions)
def test_a_bucket_name_is_always_allowed(set_name: str, region: str) -> None:
    assert names.BUCKET.violation(artifact_bucket(set_name, region)) == ""


@given(first=set_names, second=set_names)
def test_two_sets_never_share_a_bucket(first: str, second: str) -> None:
    assume(first != second)
    assert artifact_bucket(first) != artifact_bucket(second)


@given(stem=st.text("abcdefgh-", min_size=23, max_size=23), first=set_names, second=set_names)
def test_sets_with_the_same_first_23_letters_do_not_collide(
    stem: str, first: str, second: str
) -> None:
    assume(first != second)
    assert artifact_bucket(f"a{stem}{first}") != artifact_bucket(f"a{stem}{second}")


@given(set_name=set_names, region=regions)
def test_names_of_roles_and_functions_are_always_allowed_and_never_the_same(
    set_name: str, region: str
) -> None:
    place = ("mlops", set_name, "PreProd", region)
    roles = (names.project_deploy_role(*place), names.project_cloudformation_role(*place))
    functions = [names.gate_function("mlops", set_name, p, region) for p in ("choose", "verify")]
    assert [v for v in map(names.ROLE.violation, roles) if v] == []
    assert [v for v in map(names.FUNCTION.violation, functions) if v] == []
    assert len({*roles, *functions}) == 4


@given(name=st.text(min_size=1, max_size=200), maximum=st.integers(10, 128))
def test_a_shortened_name_fits_and_a_short_one_is_untouched(name: str, maximum: int) -> None:
    short = names.shorten(name, maximum)
    assert len(short) <= maximum
    assert short == name or len(name) > maximum


def test_no_room_for_the_hash_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot shorten to 9"):
        names.shorten("a-long-name", 9)


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (
            artifact_bucket("business-unit-1"),
            "mlops-infra-pipeline-business-unit-1-111111111111-euw1",
        ),
        (names.source_stack("infra", "bu"), "ml-infra-cc-repo-bu"),
        (names.source_stack("infra", "bu", "connection"), "ml-infra-connection-bu"),
        (names.source_stack("infra", "bu", "s3"), "ml-infra-archive-bu"),
        (names.pipeline_stack("infra", "bu"), "ml-infra-deploy-pipeline-bu"),
        (names.repository("mlops-infra", "bu"), "mlops-infra_bu"),
        (names.pipeline("mlops", "infra", "feature/x", "bu"), "mlops-infra-feature-x-bu"),
        (names.core_stack("dev", "mlops-infra"), "dev-mlops-infra"),
        (names.core_stack("dev", "mlops-infra", "/team/a/"), "team-a-dev-mlops-infra"),
        (names.aws_profile("1" * 12, "eu-west-1"), "cdk_111111111111_eu-west-1"),
        (names.region_code("ap-southeast-1"), "apse1"),
        (names.region_code("us-gov-east-1"), "usge1"),
        (
            names.project_deploy_role("mlops", "bu", "PreProd", "eu-west-1"),
            "mlops-bu-preprod-project-deploy-euw1",
        ),
        (
            names.project_cloudformation_role("mlops", "bu", "prod", "eu-west-1"),
            "mlops-bu-prod-project-cfn-euw1",
        ),
        (names.gate_function("mlops", "bu", "verify", "eu-west-1"), "mlops-bu-gate-verify-euw1"),
        (names.user_profile("ds", "ana"), "ds-ana"),
        (names.user_profile("", "ana"), "ana"),
    ],
)
def test_names_are_those_of_the_documentation(made: str, expected: str) -> None:
    assert made == expected


@pytest.mark.parametrize("rule", [v for v in vars(names).values() if isinstance(v, names.NameRule)])
def test_a_rule_says_which_name_breaks_it_and_by_how_much(rule: names.NameRule) -> None:
    assert f"{rule.maximum + 3} characters long, 3 over" in rule.violation("a" * (rule.maximum + 3))
    assert re.search("does not match", rule.violation("ä b"))


@pytest.mark.parametrize("prefix", ["", "acme-"])
def test_a_role_below_a_path_has_a_name_that_iam_takes(prefix: str) -> None:
    """With a path and without a prefix, too: CloudFormation would not shorten what is named."""
    roles = RoleNames(path="/platform/", name_prefix=prefix)
    stem = f"{prefix}ml-infra-deploy-pipeline-retail-DeliveryPipelineBuildSynthCdkBuildProjectRole"
    made = {roles.name(f"{stem}{end}") for end in ("37A07976-euw1", "7DA563A9-euw1")}
    assert len(made) == 2
    assert all(len(name) <= 64 and name.startswith(prefix) for name in made)
    assert roles.name("deployer") == f"{prefix}deployer"
