"""Every example of the documentation loads, and means what it says."""

import json
import re
from dataclasses import dataclass, replace
from pathlib import Path

import jsonschema
import pytest
import yaml

from mlops_commons.config import (
    CreateNetwork,
    ImportNetwork,
    PlatformConfig,
    load_config,
    placeholder_accounts,
)
from mlops_commons.config.explaining.schema import SCHEMAS, schema_text
from mlops_commons.config.model import CdkAppFile
from mlops_commons.stage import Approvers, EndpointRules, Projects, ProtectedBranches, Separation
from mlops_commons.utilities.paths import CDK_APP_CONFIG, CDK_INFRA_APP_CONFIG, SAMPLE
from mlops_commons.utilities.paths import EXAMPLES as SHIPPED_EXAMPLES

pytestmark = pytest.mark.pure

MANDATORY = """\
cdk_app_config:
  pipeline: {{account: "111111111111", region: eu-west-1}}
  deployments:
    - set_name: business-unit-1
      stages:
        - {{stage_name: dev, account: {dev}}}
        - {{stage_name: preprod, account: "333333333333"{more}}}
        - {{stage_name: prod, account: "444444444444"}}
"""


@dataclass(frozen=True)
class Example:
    """A text, and one value that it must lead to, read by a path of attributes."""

    name: str
    text: str
    path: str
    value: object


def example(
    name: str, path: str, value: object, *, dev: str = '"222222222222"', more: str = ""
) -> Example:
    return Example(name, MANDATORY.format(dev=dev, more=more), path, value)


FOLDERS = sorted(file.parent for file in SHIPPED_EXAMPLES.glob(f"*/{CDK_APP_CONFIG.name}"))
SHIPPED = sorted(SHIPPED_EXAMPLES.glob("*/*.yml"))
STAGE = "deployments[0].stages[{}]"
EXAMPLES = (
    example("mandatory keys only", "app_prefix", "mlops-cdk"),
    example("default repository", "pipeline.code_commit.infra.repo_name", "mlops-infra"),
    example("default branch", "pipeline.code_commit.project_template.branch_name", "main"),
    example(
        "profile after inheritance",
        STAGE.format(1) + ".bootstrap.aws_profile",
        "cdk_333333333333_eu-west-1",
    ),
    example(
        "null optional keys",
        STAGE.format(1) + ".region",
        "eu-west-1",
        more=", region: , bootstrap: {aws_profile: , execution_policy_arn: ~}, tags: null",
    ),
    example(
        "unquoted with a leading zero",
        STAGE.format(0) + ".account",
        "012345670123",
        dev="012345670123",
    ),
    example("padded account", STAGE.format(0) + ".account", "222222222222", dev='" 222222222222 "'),
    example(
        "upper case region",
        STAGE.format(1) + ".region",
        "eu-west-2",
        more=", region: ' EU-WEST-2 '",
    ),
    example(
        "a region of another continent",
        STAGE.format(1) + ".region",
        "us-west-2",
        more=", region: us-west-2",
    ),
    example("approval by default", STAGE.format(1) + ".manual_approval", True),
    example("no approval before dev", STAGE.format(0) + ".manual_approval", False),
    example(
        "approval switched off",
        STAGE.format(1) + ".manual_approval",
        False,
        more=", manual_approval: false",
    ),
    example("protected by default", "deployments[0].projects.protected_branches.deploy", True),
    example("the lead approves by default", "deployments[0].projects.approvers.role_arns", ()),
    example("data kept by default", STAGE.format(2) + ".removal_policy", "retain"),
    example(
        "bootstrap with the default policy",
        STAGE.format(1) + ".bootstrap.execution_policy_filepath.name",
        "execution_policy_333333333333_eu-west-1.json",
    ),
    example(
        "bootstrap with an ARN",
        STAGE.format(1) + ".bootstrap.execution_policy_arn",
        "arn:aws:iam::333333333333:policy/cdk",
        more=", bootstrap: {execution_policy_arn: 'arn:aws:iam::333333333333:policy/cdk'}",
    ),
    example(
        "bootstrap with a file",
        STAGE.format(1) + ".bootstrap.execution_policy_filepath.name",
        "own.json",
        more=", bootstrap: {execution_policy_filepath: own.json}",
    ),
    example(
        "a policy file beside the configuration's folder",
        STAGE.format(1) + ".bootstrap.execution_policy_filepath.parent.name",
        "policies",
        more=", bootstrap: {execution_policy_filepath: policies/own.json}",
    ),
    example(
        "upper case removal policy",
        STAGE.format(1) + ".removal_policy",
        "destroy",
        more=", removal_policy: DESTROY",
    ),
    example(
        "namespace without slashes",
        STAGE.format(1) + ".parameter_namespace",
        "bu1",
        more=", parameter_namespace: /bu1/",
    ),
)


def loaded(folder: Path, app: str, infra: str = "") -> PlatformConfig:
    (folder / "cdk-app.yml").write_text(app)
    if infra:
        (folder / "cdk-infra-app.yml").write_text(infra)
    return load_config(folder / "cdk-app.yml", folder / "cdk-infra-app.yml")


def value_at(config: PlatformConfig, path: str) -> object:
    value: object = config
    for part in path.replace("[", ".[").split("."):
        value = value[int(part[1:-1])] if part[0] == "[" else getattr(value, part)  # type: ignore[index]
    return value


@pytest.mark.parametrize("row", EXAMPLES, ids=lambda row: row.name)
def test_an_example_means_what_it_says(tmp_path: Path, row: Example) -> None:
    assert value_at(loaded(tmp_path, row.text), row.path) == row.value


def test_the_configuration_of_this_checkout_loads() -> None:
    assert load_config().enabled_deployments


def test_a_region_for_a_whole_set_and_one_per_stage(tmp_path: Path) -> None:
    text = MANDATORY.format(dev='"222222222222"', more=", region: eu-west-3").replace(
        "      stages:", "      default_region: eu-central-1\n      stages:"
    )
    stages = loaded(tmp_path, text).deployments[0].stages
    assert [stage.region for stage in stages] == ["eu-central-1", "eu-west-3", "eu-central-1"]


def test_disabled_sets_and_stages_are_not_delivered(tmp_path: Path) -> None:
    text = MANDATORY.format(dev='"222222222222"', more=", enabled: false")
    text += '    - {set_name: asleep, enabled: false, stages: [{stage_name: dev, account: "555555555555"}]}\n'
    config = loaded(tmp_path, text)
    (deployment,) = config.enabled_deployments
    assert [stage.stage_name for stage in deployment.enabled_stages] == ["dev", "prod"]


def test_stages_are_delivered_in_the_order_of_the_file(tmp_path: Path) -> None:
    lines = MANDATORY.format(dev='"222222222222"', more="").splitlines()
    lines.insert(7, '        - {stage_name: shadow, account: "666666666666", role: preprod}')
    (deployment,) = loaded(tmp_path, "\n".join(lines)).enabled_deployments
    assert [s.stage_name for s in deployment.enabled_stages] == ["dev", "preprod", "shadow", "prod"]


def test_tags_of_a_stage_win_over_those_of_the_set_and_the_platform(tmp_path: Path) -> None:
    text = MANDATORY.format(dev='"222222222222"', more=", tags: {a: stage}")
    text = text.replace("  pipeline:", "  tags: {a: platform, b: platform}\n  pipeline:")
    config = loaded(tmp_path, text)
    assert config.deployments[0].stages[1].tags == {"a": "stage", "b": "platform"}
    assert config.deployments[0].tags == config.tags == {"a": "platform", "b": "platform"}


def test_an_anchor_serves_several_stages(tmp_path: Path) -> None:
    text = MANDATORY.format(
        dev='"222222222222", bootstrap: &b {enabled: false}', more=", bootstrap: *b"
    )
    assert not loaded(tmp_path, text).deployments[0].stages[1].bootstrap.enabled


def test_an_empty_entry_of_a_list_counts_as_absent(tmp_path: Path) -> None:
    text = MANDATORY.format(dev='"222222222222"', more="").replace(
        "      stages:\n", "      stages:\n        -\n        - ~\n"
    )
    assert len(loaded(tmp_path, text).deployments[0].stages) == 3


def test_a_merge_key_gives_what_a_stage_does_not_name(tmp_path: Path) -> None:
    text = (
        MANDATORY.format(dev='&dev "222222222222", region: eu-west-2, tags: {a: b}', more="")
        .replace("{stage_name: dev", "&stage {stage_name: dev")
        .replace("&dev ", "")
    )
    text = text.replace("{stage_name: prod, ", "{<<: *stage, stage_name: prod, ")
    prod = loaded(tmp_path, text).deployments[0].stages[2]
    assert (prod.stage_name, prod.account, prod.region) == ("prod", "444444444444", "eu-west-2")


def test_of_several_merged_mappings_the_first_one_wins(tmp_path: Path) -> None:
    text = MANDATORY.format(
        dev='"222222222222", tags: &a {k: a, l: a}', more=", tags: &b {k: b, m: b}"
    ).replace('"444444444444"', '"444444444444", tags: {<<: [*a, *b], l: own}')
    tags = loaded(tmp_path, text).deployments[0].stages[2].tags
    assert tags == {"k": "a", "l": "own", "m": "b"}


def test_a_path_of_a_policy_file_starts_at_the_folder_above_the_configuration(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "mlops_commons" / "config"
    folder.mkdir(parents=True)
    more = ", bootstrap: {execution_policy_filepath: config/own.json}"
    stages = loaded(folder, MANDATORY.format(dev='"222222222222"', more=more)).deployments[0].stages
    assert stages[1].bootstrap.execution_policy_filepath == folder / "own.json"
    assert stages[0].bootstrap.execution_policy_filepath == (
        folder / "execution_policy_222222222222_eu-west-1.json"
    )


NETWORKS = """\
cdk_infra_app_config:
  network:
    default_create_network: {vpc_cidr: 10.8.0.0/16, vpc_add_kms_endpoint: false, endpoints: {sts: true}}
    deployments:
      - set_name: Business-Unit-1
        stages:
          - stage_name: dev
            create_network: {vpc_nat_gateways: 0, vpc_add_ecr_endpoint: false, endpoints: {ecr: true}}
          - stage_name: PROD
            create_network: {vpc_cidr: 10.9.0.0/16}
            import_network:
              vpc_id: vpc-0123456789abcdef0
              subnets: [subnet-0123456789abcdef0]
              base_security_group: sg-0123456789abcdef0
"""


def test_a_stage_inherits_what_its_network_does_not_name(tmp_path: Path) -> None:
    network = loaded(tmp_path, MANDATORY.format(dev='"222222222222"', more=""), NETWORKS).network(
        "business-unit-1", "dev"
    )
    assert isinstance(network, CreateNetwork)
    assert (network.vpc_cidr, network.nat_gateways, network.max_azs) == ("10.8.0.0/16", 0, 3)
    assert network.endpoints == {"kms": False, "sts": True, "ecr": True}


def test_an_import_wins_over_a_creation_and_names_match_in_any_case(tmp_path: Path) -> None:
    config = loaded(tmp_path, MANDATORY.format(dev='"222222222222"', more=""), NETWORKS)
    assert isinstance(config.network("business-unit-1", "prod"), ImportNetwork)


def test_without_a_way_out_there_is_no_nat_gateway(tmp_path: Path) -> None:
    infra = NETWORKS.replace("vpc_nat_gateways: 0", "egress: ENDPOINTS-ONLY")
    network = loaded(tmp_path, MANDATORY.format(dev='"222222222222"', more=""), infra).network(
        "business-unit-1", "dev"
    )
    assert isinstance(network, CreateNetwork)
    assert (network.egress, network.nat_gateways) == ("endpoints-only", 0)


def test_what_leaves_a_network_is_configured_for_created_and_imported_ones(tmp_path: Path) -> None:
    opened = (
        'trusted_accounts: ["555555555555"], trusted_organization: o-abcdefghij, '
        "custom_resources: true, package_publishing: true"
    )
    names = 'dns_firewall: ALERT, dns_allowed_domains: ["*.example.com", example.org]'
    infra = NETWORKS.replace("{vpc_nat_gateways: 0", f"{{{opened}, {names}").replace(
        "vpc-0123456789abcdef0\n",
        'vpc-0123456789abcdef0\n              trusted_accounts: ["666666666666"]\n',
    )
    config = loaded(tmp_path, MANDATORY.format(dev='"222222222222"', more=""), infra)
    created, imported = (config.network("business-unit-1", name) for name in ("dev", "prod"))
    assert isinstance(created, CreateNetwork)
    assert created.endpoint_rules == EndpointRules(
        trusted_accounts=("555555555555",),
        trusted_organization="o-abcdefghij",
        custom_resources=True,
        package_publishing=True,
    )
    assert created.dns_rules == "alert"
    assert created.dns_allowed_domains == ("*.example.com", "example.org")
    assert imported.endpoint_rules == EndpointRules(trusted_accounts=("666666666666",))


def test_an_import_that_nobody_has_filled_in_counts_as_absent(tmp_path: Path) -> None:
    infra = re.sub(r"(vpc_id|subnets|base_security_group): .*", r"\1:", NETWORKS)
    config = loaded(tmp_path, MANDATORY.format(dev='"222222222222"', more=""), infra)
    assert isinstance(config.network("business-unit-1", "prod"), CreateNetwork)


def test_studio_is_where_dev_is_unless_configured(tmp_path: Path) -> None:
    infra = """\
cdk_infra_app_config:
  sagemaker:
    profiles: {lead_data_scientists: {users: []}}
    deployments:
      - set_name: business-unit-1
        profiles: {data_scientists: {prefix: sci, users: [{user_profile_name: ana}]}}
        stages: [{stage_name: preprod, deploy_studio: true}, {stage_name: dev, deploy_studio: false}]
"""
    config = loaded(tmp_path, MANDATORY.format(dev='"222222222222"', more=""), infra)
    assert config.studio("business-unit-1", "dev") is None
    assert config.studio("business-unit-1", "prod") is None
    studio = config.studio("business-unit-1", "preprod")
    assert studio
    assert [(user.profile_name, user.persona) for user in studio.users] == [
        ("sci-ana", "data_scientist")
    ]


@pytest.mark.parametrize("account", ["012345670123", "'012345670123'", "222222222222"])
def test_the_schema_takes_account_ids_as_texts_and_as_numbers(account: str) -> None:
    schema = json.loads(schema_text(CdkAppFile))
    content = yaml.safe_load(MANDATORY.format(dev=account, more=", region: , tags: ~"))
    jsonschema.validate(content, schema)


@pytest.mark.parametrize(
    ("key", "value"), [("account", "2020"), ("acount", "2"), ("enabled", "perhaps")]
)
def test_the_schema_refuses_what_the_loader_refuses(key: str, value: str) -> None:
    schema = json.loads(schema_text(CdkAppFile))
    content = yaml.safe_load(MANDATORY.format(dev='"222222222222"', more=""))
    content["cdk_app_config"]["deployments"][0]["stages"][0][key] = value
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(content, schema)


@pytest.mark.parametrize("file", list(SCHEMAS), ids=lambda file: file.name)
def test_the_files_of_this_checkout_fit_their_schema(file: Path) -> None:
    if not file.parent.is_dir():
        pytest.skip("this checkout has no mlops-infra")
    own = file.with_name(file.name.replace(".schema.json", ".yml"))
    jsonschema.validate(yaml.safe_load(own.read_text()), json.loads(file.read_text()))


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: "/".join(file.parts[-2:]))
def test_a_shipped_file_points_editors_at_its_schema(file: Path) -> None:
    prefix, _, schema = file.read_text().splitlines()[0].partition("=")
    assert prefix == "# yaml-language-server: $schema"
    found = (file.parent / schema).resolve()
    assert found in SCHEMAS
    if found.parent.is_dir():
        jsonschema.validate(yaml.safe_load(file.read_text()), json.loads(found.read_text()))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_an_example_loads_and_waits_for_account_ids(folder: Path) -> None:
    config = load_config(folder / CDK_APP_CONFIG.name, folder / CDK_INFRA_APP_CONFIG.name)
    assert placeholder_accounts(config)


def test_until_it_is_edited_the_configuration_of_this_checkout_is_the_sample() -> None:
    files = (CDK_APP_CONFIG, CDK_INFRA_APP_CONFIG)
    own = load_config(*files)
    sample = load_config(*(SAMPLE / file.name for file in files))
    if meaning(own) != meaning(sample):
        pytest.skip("somebody has filled in the configuration")
    for file in (file for file in files if file.is_file()):
        # The first line points editors at the schema, which is nearer to one than to the other.
        shipped = file.read_text().partition("\n")[2]
        assert shipped == (SAMPLE / file.name).read_text().partition("\n")[2]


def meaning(config: PlatformConfig) -> object:
    """What a configuration says, without how it is written and where it lies."""
    stages = [
        replace(s.bootstrap, execution_policy_filepath=Path())
        for d in config.deployments
        for s in d.stages
    ]
    places = [(s.account, s.region, s.tags) for d in config.deployments for s in d.stages]
    return (config.app_prefix, config.portfolio, config.networks, config.studios, stages, places)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_an_example_is_explained(folder: Path) -> None:
    assert f"]({folder.name}/" in (SHIPPED_EXAMPLES / "README.md").read_text()


def test_the_sample_is_found_beside_the_models() -> None:
    assert CDK_APP_CONFIG.is_file()


def test_the_accounts_of_the_sample_are_known_as_placeholders(tmp_path: Path) -> None:
    text = MANDATORY.format(dev='"555555555555"', more=", enabled: false")
    assert placeholder_accounts(loaded(tmp_path, text)) == ("111111111111", "444444444444")


@pytest.mark.parametrize("account", ["000000000000", "123456789012"])
def test_accounts_of_emulators_and_of_documentation_are_nobodys(
    tmp_path: Path, account: str
) -> None:
    text = MANDATORY.format(dev=f'"{account}"', more=", enabled: false")
    assert account in placeholder_accounts(loaded(tmp_path, text))


def test_a_set_wins_over_the_default_of_projects_key_by_key(tmp_path: Path) -> None:
    app = """\
cdk_app_config:
  pipeline: {account: "111111111111", region: eu-west-1}
  projects:
    deploys: [AWS::Lambda::Function]
    role_actions: [dynamodb:GetItem]
    approvers: {role_arns: ["arn:aws:iam::222222222222:role/Approvers"], require_mfa: true}
    protected_branches: {build: true}
  deployments:
    - set_name: retail
      projects:
        deploys: []
        approvers: {require_mfa: false}
        separation: SET
      stages: [{stage_name: dev, account: "222222222222"}]
"""
    projects = loaded(tmp_path, app).deployments[0].projects
    assert projects == Projects(
        deploys=(),
        role_actions=("dynamodb:GetItem",),
        approvers=Approvers(role_arns=("arn:aws:iam::222222222222:role/Approvers",)),
        protected_branches=ProtectedBranches(deploy=True, build=True),
        separation=Separation.SET,
    )
