"""The whole app through its public door: real cdk, real files, no credentials."""

import os
import re
import time
from pathlib import Path
from typing import Any

import pytest
from checkouts import Assembly

from mlops_commons.config import load_config
from mlops_commons.utilities.paths import SAMPLE
from mlops_commons.utilities.shares import Share, absorb
from mlops_infra.application import build_app

pytestmark = pytest.mark.app

TWO_SETS = """\
cdk_app_config:
  app_prefix: mlops
  pipeline: {account: "101010101010", region: eu-west-1}
  deployments:
    - set_name: retail  # accounts 2020
      tags: {CostCenter: "4711"}
      stages:
        - {stage_name: dev, account: "202020202021"}
        - {stage_name: preprod, account: "202020202022", region: eu-central-1}
        - {stage_name: prod, account: "202020202023"}
    - set_name: credit
      stages:
        - {stage_name: dev, account: "303030303031"}
        - {stage_name: preprod, account: "303030303032", enabled: false}
        - stage_name: prod
          account: "303030303033"
          manual_approval: false
          manual_approval_reason: the change board approves merges
    - set_name: sleeping
      enabled: false
      stages: [{stage_name: dev, account: "404040404041"}]
"""
ONE_OF_TWO = re.sub(r"    - set_name: credit\n(?:        ? .*\n|      .*\n)*", "", TWO_SETS)

IMPORT_EVERYWHERE = """\
cdk_infra_app_config:
  network:
    deployments:
      - set_name: business-unit-1
        stages:
""" + "".join(
    f"""\
          - stage_name: {stage}
            import_network:
              vpc_id: vpc-0123456789abcdef{index}
              subnets: [subnet-0123456789abcde{index}0, subnet-0123456789abcde{index}1]
              base_security_group: sg-0123456789abcdef{index}
"""
    for index, stage in enumerate(("dev", "preprod", "prod"))
)
ENDPOINTS_ONLY = """\
cdk_infra_app_config:
  network:
    default_create_network:
      egress: endpoints-only
"""


def resources(template: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [r for r in template["Resources"].values() if r["Type"] == kind]


def pipeline_stages(template: dict[str, Any]) -> list[tuple[str, list[str]]]:
    (pipeline,) = resources(template, "AWS::CodePipeline::Pipeline")
    return [
        (stage["Name"], [action["Name"] for action in stage["Actions"]])
        for stage in pipeline["Properties"]["Stages"]
    ]


def test_the_sample_gives_a_repository_and_a_pipeline_with_approvals(sample_assembly: Any) -> None:
    templates = sample_assembly.templates()
    repository = templates["ml-infra-cc-repo-business-unit-1.template.json"]
    (found,) = resources(repository, "AWS::CodeCommit::Repository")
    assert found["Properties"]["RepositoryName"] == "mlops-infra_business-unit-1"
    stages = pipeline_stages(templates["ml-infra-deploy-pipeline-business-unit-1.template.json"])
    assert [name for name, _ in stages] == [
        *("Source", "Build", "UpdatePipeline", "Assets"),
        *("dev", "preprod", "prod"),
    ]
    approvals = {name: actions[0] for name, actions in stages if actions[0].startswith("approve")}
    assert approvals == {"preprod": "approve-preprod", "prod": "approve-prod"}


def test_no_context_is_missing_and_nothing_is_looked_up(sample_assembly: Any) -> None:
    for name, content in sample_assembly.content().items():
        if name.endswith("manifest.json"):
            assert b'"missing"' not in content, name


def test_cdk_ls_names_the_governance_stacks_and_the_stages(sample: Any) -> None:
    listed = sample.cdk("ls", "--no-lookups")
    assert listed.returncode == 0, listed.stderr
    assert "ml-infra-deploy-pipeline-business-unit-1/dev/mlops-infra" in listed.stdout
    assert "ml-infra-cc-repo-business-unit-1" in listed.stdout


def test_a_second_synth_is_byte_identical(sample: Any, sample_assembly: Any) -> None:
    later = time.time() + 86_400
    for file in sample.root.rglob("*"):
        if file.is_file() and "cdk.out" not in file.parts:
            os.utime(file, (later, later))
    assert sample.synth_again("../../again").content() == sample_assembly.content()


def test_the_snapshot_synthesises_the_same_templates(
    make_checkout: Any, sample_assembly: Any
) -> None:
    (repository,) = sample_assembly.repositories()
    from_snapshot = make_checkout(
        cdk_app=repository["mlops-commons/mlops_commons/config/cdk-app.yml"].decode(),
        infra=repository["mlops-infra/config/cdk-infra-app.yml"].decode(),
    )
    assert from_snapshot.synth_again().content() == sample_assembly.content()


@pytest.fixture(scope="module")
def two_sets(make_checkout: Any) -> Any:
    return make_checkout(cdk_app=TWO_SETS, infra="cdk_infra_app_config: {}\n").synth()


def test_each_enabled_set_has_a_pipeline_with_its_enabled_stages(two_sets: Any) -> None:
    found = {
        name: [stage for stage, _ in pipeline_stages(template)][4:]
        for name, template in two_sets.templates().items()
        if resources(template, "AWS::CodePipeline::Pipeline")
    }
    assert found == {
        "ml-infra-deploy-pipeline-credit.template.json": ["dev", "prod"],
        "ml-infra-deploy-pipeline-retail.template.json": ["dev", "preprod", "prod"],
    }


@pytest.mark.parametrize(
    "stack",
    [
        "ml-infra-cc-repo-retail",
        "ml-infra-deploy-pipeline-retail",
        "cross-region-stack-ml-infra-deploy-pipeline-retail_eu-central-1",
    ],
)
def test_what_all_stages_of_a_set_have_is_on_its_stacks_in_governance(
    two_sets: Any, stack: str
) -> None:
    template = two_sets.templates()[f"{stack}.template.json"]
    tagged = {
        resource["Type"]: {tag["Key"]: tag["Value"] for tag in resource["Properties"]["Tags"]}
        for resource in template["Resources"].values()
        if "Tags" in resource.get("Properties", {})
    }
    assert tagged
    for tags in tagged.values():
        assert tags.items() >= {"CostCenter": "4711", "cdk-app": "mlops-infra"}.items()
    if stack.startswith("cross-region"):
        assert {"AWS::KMS::Key", "AWS::S3::Bucket"} <= set(tagged)


def test_an_approval_can_be_switched_off_by_stage(two_sets: Any) -> None:
    template = two_sets.templates()["ml-infra-deploy-pipeline-credit.template.json"]
    actions = dict(pipeline_stages(template))["prod"]
    assert not [action for action in actions if action.startswith("approve")]


def test_a_sets_repository_does_not_know_the_accounts_of_another(two_sets: Any) -> None:
    repositories = two_sets.repositories()
    known = [
        {accounts for accounts in (b"2020", b"3030", b"4040") if accounts in config}
        for config in (r["mlops-commons/mlops_commons/config/cdk-app.yml"] for r in repositories)
    ]
    assert [len(accounts) for accounts in known] == [1, 1]


def test_one_set_synthesises_the_same_without_the_other(make_checkout: Any, two_sets: Any) -> None:
    alone = make_checkout(cdk_app=ONE_OF_TWO, infra="cdk_infra_app_config: {}\n").synth()
    templates = alone.templates()
    assert templates
    assert not [name for name in templates if "credit" in name]
    both = two_sets.templates()
    assert {name: both[name] for name in templates} == templates


def test_an_imported_network_everywhere_needs_no_lookup(make_checkout: Any) -> None:
    assembly = make_checkout(infra=IMPORT_EVERYWHERE).synth()
    for stage in ("dev", "preprod", "prod"):
        template = assembly.stage("business-unit-1", stage)
        assert not resources(template, "AWS::EC2::VPC")
        assert not resources(template, "AWS::EC2::VPCEndpoint")
        assert len(resources(template, "AWS::SSM::Parameter")) >= 3


def test_endpoints_only_has_no_way_out(make_checkout: Any) -> None:
    assembly = make_checkout(infra=ENDPOINTS_ONLY).synth()
    for stage in ("dev", "preprod", "prod"):
        template = assembly.stage("business-unit-1", stage)
        assert resources(template, "AWS::EC2::VPC")
        assert not resources(template, "AWS::EC2::NatGateway")
        assert not resources(template, "AWS::EC2::InternetGateway")
        routes = resources(template, "AWS::EC2::Route")
        assert not [r for r in routes if r["Properties"].get("DestinationCidrBlock") == "0.0.0.0/0"]


@pytest.mark.parametrize("stage", ["dev", "preprod", "prod"])
def test_the_tags_of_app_set_and_stage_reach_the_workload(sample_assembly: Any, stage: str) -> None:
    template = sample_assembly.stage("business-unit-1", stage)
    (vpc,) = resources(template, "AWS::EC2::VPC")
    tags = {tag["Key"]: tag["Value"] for tag in vpc["Properties"]["Tags"]}
    assert tags["cdk-app"] == "mlops-infra"
    assert tags["mlops:set"] == "business-unit-1"
    assert tags["mlops:stage"] == stage


def test_every_stack_says_what_it_is(sample_assembly: Any) -> None:
    for name, template in sample_assembly.templates().items():
        assert len(template.get("Description", "")) > 30, name


def test_a_broken_configuration_is_reported_without_a_traceback(make_checkout: Any) -> None:
    checkout = make_checkout(cdk_app=TWO_SETS.replace("202020202021", "2020"))
    done = checkout.cdk("synth", "-q", "--no-lookups")
    assert done.returncode != 0
    assert "cdk-app.yml:8" in done.stderr
    assert "Traceback" not in done.stderr


def test_bare_python_gives_the_templates_of_the_cdk_cli(
    sample_assembly: Any, tmp_path: Any
) -> None:
    sample = load_config(SAMPLE / "cdk-app.yml", SAMPLE / "cdk-infra-app.yml")
    build_app(sample, outdir=str(tmp_path)).synth()
    assert type(sample_assembly)(tmp_path, "infra").templates() == sample_assembly.templates()


def test_two_processes_make_the_assembly_that_one_makes(tmp_path: Path) -> None:
    (tmp_path / "cdk-app.yml").write_text(TWO_SETS)
    (tmp_path / "cdk-infra-app.yml").write_text("cdk_infra_app_config: {}\n")
    config = load_config(tmp_path / "cdk-app.yml", tmp_path / "cdk-infra-app.yml")
    shares = {"whole": Share(), "first": Share(1, 2), "second": Share(2, 2)}
    folders = {name: tmp_path / name for name in shares}
    for name, share in shares.items():
        build_app(config, outdir=str(folders[name]), share=share).synth()
    absorb(folders["first"], folders["second"])
    whole, merged = (Assembly(folders[name], "infra").content() for name in ("whole", "first"))
    assert merged == whole
    assert not folders["second"].exists()
