"""The template app through its public door: real cdk, real files, no credentials."""

import json
import os
import re
import shutil
import time
from pathlib import Path
from typing import Any

import pytest
from checkouts import Assembly
from launched_projects import ALL_PRODUCTS

from cdk_service_catalog.application import build_app
from mlops_commons.config import load_config
from mlops_commons.utilities.paths import SAMPLE
from mlops_commons.utilities.shares import Share, absorb

pytestmark = pytest.mark.app

EXAMPLES = Path(__file__).parents[1] / "products"
TWO_SETS = """\
cdk_app_config:
  app_prefix: mlops
  portfolio: {personas: [lead_data_scientist, ml_engineer],
              role_arns: ["arn:aws:iam::202020202021:role/architect"]}
  pipeline: {account: "101010101010", region: eu-west-1}
  deployments:
    - set_name: retail
      projects: {mlflow: true}
      stages:
        - {stage_name: dev, account: "202020202021", parameter_namespace: retail,
           removal_policy: destroy}
        - {stage_name: preprod, account: "202020202022", parameter_namespace: pre}
        - {stage_name: prod, account: "202020202023"}
    - set_name: credit
      stages:
        - {stage_name: dev, account: "303030303031"}
        - {stage_name: preprod, account: "303030303032", enabled: false}
"""
LEFT_OUT = """\
    - set_name: abroad
      stages:
        - {stage_name: dev, account: "404040404041"}
        - {stage_name: prod, account: "404040404042", region: eu-central-1}
"""


def resources(template: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [r["Properties"] for r in template["Resources"].values() if r["Type"] == kind]


def products(assembly: Assembly) -> dict[str, dict[str, Any]]:
    """The product templates of the only set, by name."""
    return {
        template["Description"]: template
        for name, template in assembly.templates().items()
        if name.endswith(".product.template.json")
    }


def test_the_pipeline_delivers_to_dev_only(sample_assembly: Assembly) -> None:
    templates = sample_assembly.templates()
    (pipeline,) = resources(
        templates["ml-template-deploy-pipeline-business-unit-1.template.json"],
        "AWS::CodePipeline::Pipeline",
    )
    assert [stage["Name"] for stage in pipeline["Stages"]] == [
        *("Source", "Build", "UpdatePipeline", "Assets", "dev")
    ]
    (repository,) = resources(
        templates["ml-template-cc-repo-business-unit-1.template.json"],
        "AWS::CodeCommit::Repository",
    )
    assert repository["RepositoryName"] == "mlops-sm-project-template_business-unit-1"


def test_every_product_is_in_the_portfolio_and_visible_in_studio(sample_assembly: Assembly) -> None:
    portfolio = sample_assembly.stage("business-unit-1", "dev")
    listed = resources(portfolio, "AWS::ServiceCatalog::CloudFormationProduct")
    assert sorted(p["Name"] for p in listed) == sorted(p.definition.name for p in ALL_PRODUCTS)
    assert len(listed) >= 5
    for product in listed:
        assert {"Key": "sagemaker:studio-visibility", "Value": "true"} in product["Tags"]
    for kind in ("PortfolioProductAssociation", "LaunchRoleConstraint"):
        assert len(resources(portfolio, f"AWS::ServiceCatalog::{kind}")) == len(listed)


def test_a_products_version_is_the_one_of_its_definition(sample_assembly: Assembly) -> None:
    portfolio = sample_assembly.stage("business-unit-1", "dev")
    found = {
        product["Name"]: [version["Name"] for version in product["ProvisioningArtifactParameters"]]
        for product in resources(portfolio, "AWS::ServiceCatalog::CloudFormationProduct")
    }
    assert found == {p.definition.name: [p.definition.version] for p in ALL_PRODUCTS}


def test_the_lead_alone_may_launch_products(sample_assembly: Assembly) -> None:
    portfolio = sample_assembly.stage("business-unit-1", "dev")
    (association,) = resources(portfolio, "AWS::ServiceCatalog::PortfolioPrincipalAssociation")
    parameter = portfolio["Parameters"][association["PrincipalARN"]["Ref"]]
    assert parameter["Default"] == "/mlops/role/lead"


@pytest.fixture(scope="module")
def two_sets(make_checkout: Any) -> Assembly:
    assembly: Assembly = make_checkout(cdk_app=TWO_SETS).synth()
    return assembly


def test_the_configuration_says_who_may_launch(two_sets: Assembly) -> None:
    portfolio = two_sets.stage("retail", "dev")
    associations = resources(portfolio, "AWS::ServiceCatalog::PortfolioPrincipalAssociation")
    parameters = portfolio["Parameters"]
    named = [
        parameters[a["PrincipalARN"]["Ref"]]["Default"]
        if isinstance(a["PrincipalARN"], dict)
        else a["PrincipalARN"]
        for a in associations
    ]
    assert sorted(named) == [
        "/retail/mlops/role/lead",
        "/retail/mlops/role/ml-engineer",
        "arn:aws:iam::202020202021:role/architect",
    ]


def project_parameters(assembly: Assembly, set_name: str) -> dict[str, Any]:
    folder = assembly.folder / f"assembly-ml-template-deploy-pipeline-{set_name}-dev"
    file = sorted(folder.glob("*.product.template.json"))[0]
    found: dict[str, Any] = json.loads(file.read_text())["Parameters"]
    return found


def test_a_project_proposes_the_accounts_and_namespaces_of_its_set(two_sets: Assembly) -> None:
    retail, credit = (project_parameters(two_sets, name) for name in ("retail", "credit"))
    assert retail["PreProdAccount"]["Default"] == "202020202022"
    assert retail["ProdAccount"]["Default"] == "202020202023"
    assert retail["VpcId"]["Default"] == "/retail/vpc/id"
    # Without a preprod of its own, a project of the set is not asked for one.
    assert "PreProdAccount" not in credit
    assert credit["VpcId"]["Default"] == "/vpc/id"


def test_builds_track_runs_by_what_the_delivered_repository_holds(two_sets: Assembly) -> None:
    retail, credit = (project_parameters(two_sets, name) for name in ("retail", "credit"))
    assert not list(two_sets.folder.parent.glob("**/cdk-infra-app.yml"))
    assert retail["MlflowApp"]["Default"] == "/retail/mlops/mlflow/arn"
    assert "MlflowApp" not in credit


def test_a_stage_that_may_be_destroyed_gives_projects_that_may(two_sets: Assembly) -> None:
    for set_name, policy in (("retail", "Delete"), ("credit", "RetainExceptOnCreate")):
        folder = two_sets.folder / f"assembly-ml-template-deploy-pipeline-{set_name}-dev"
        file = sorted(folder.glob("*.product.template.json"))[0]
        bucket = json.loads(file.read_text())["Resources"]["ArtifactBucket"]
        assert bucket["DeletionPolicy"] == policy


def test_a_set_with_stages_in_two_regions_has_no_projects_and_stops_no_other(
    make_checkout: Any,
) -> None:
    apart = TWO_SETS.replace(
        'account: "202020202022", ', 'account: "202020202022", region: eu-central-1, '
    )
    checkout = make_checkout(cdk_app=apart)
    done = checkout.cdk("synth", "-q", "--no-lookups")
    assert done.returncode == 0, done.stderr
    assert "preprod in eu-central-1" in done.stderr
    assert "cdk-app.yml" in done.stderr
    made = {file.name for file in (checkout.directory / "cdk.out").glob("assembly-*")}
    assert made == {"assembly-ml-template-deploy-pipeline-credit-dev"}


def test_a_second_synth_is_byte_identical(sample: Any, sample_assembly: Assembly) -> None:
    later = time.time() + 86_400
    for file in sample.root.rglob("*"):
        if file.is_file() and "cdk.out" not in file.parts:
            os.utime(file, (later, later))
    assert sample.synth_again("../../again").content() == sample_assembly.content()


def test_the_snapshot_synthesises_the_same_templates(
    make_checkout: Any, sample_assembly: Assembly
) -> None:
    (repository,) = sample_assembly.repositories()
    assert not [name for name in repository if name.startswith("mlops-infra/")]
    config = repository["mlops-commons/mlops_commons/config/cdk-app.yml"].decode()
    assert make_checkout(cdk_app=config).synth_again().content() == sample_assembly.content()


def test_a_changed_seed_file_changes_exactly_its_product(
    make_checkout: Any, sample_assembly: Assembly
) -> None:
    checkout = make_checkout()
    seed = checkout.directory / "cdk_service_catalog/products/byoc/seed_code/build_app"
    file = next(f for f in sorted(seed.rglob("*.py")))
    file.write_text(file.read_text() + "\n# a change\n")
    before, after = products(sample_assembly), products(checkout.synth())
    changed = [name for name, template in after.items() if template != before[name]]
    assert changed == [p.definition.name for p in ALL_PRODUCTS if p.slug == "byoc"]


def test_a_product_added_to_the_folder_is_in_the_portfolio(make_checkout: Any) -> None:
    checkout = make_checkout()
    folder = checkout.directory / "cdk_service_catalog/products/forecasting"
    folder.mkdir()
    basic = (folder.parent / "basic" / "product.py").read_text()
    (folder / "product.py").write_text(re.sub(r'name="[^"]*"', 'name="Forecasting"', basic))
    assert "Forecasting" in products(checkout.synth())


def test_products_that_bring_constructs_are_offered_beside_the_others(make_checkout: Any) -> None:
    checkout = make_checkout()
    folder = checkout.directory / "cdk_service_catalog/products"
    shutil.copytree(EXAMPLES, folder, dirs_exist_ok=True)
    assembly = checkout.synth()
    assert {"Forecast with features", "Report"} < set(products(assembly))
    stage = assembly.folder / "assembly-ml-template-deploy-pipeline-business-unit-1-dev"
    published = set()
    for manifest in stage.glob("*.assets.json"):
        for entry in json.loads(manifest.read_text())["files"].values():
            assert (stage / entry["source"]["path"]).exists()
            published |= {place["objectKey"] for place in entry["destinations"].values()}
    portfolio = assembly.stage("business-unit-1", "dev")
    for product in resources(portfolio, "AWS::ServiceCatalog::CloudFormationProduct"):
        (version,) = product["ProvisioningArtifactParameters"]
        url = version["Info"]["LoadTemplateFromURL"]["Fn::Sub"]
        assert url.rpartition("/")[2] in published
    (copied,) = resources(portfolio, "Custom::CDKBucketDeployment")
    assert set(copied["SourceObjectKeys"]) <= published
    for template in products(assembly).values():
        for repository in resources(template, "AWS::CodeCommit::Repository"):
            assert repository["Code"]["S3"]["Key"] in copied["SourceObjectKeys"]


def test_bare_python_gives_the_templates_of_the_cdk_cli(
    sample_assembly: Assembly, tmp_path: Path
) -> None:
    sample = load_config(SAMPLE / "cdk-app.yml", SAMPLE / "cdk-infra-app.yml")
    build_app(sample, outdir=str(tmp_path)).synth()
    assert Assembly(tmp_path, "template").templates() == sample_assembly.templates()


def test_the_dev_stack_and_every_product_carry_the_tags(sample_assembly: Assembly) -> None:
    for template in products(sample_assembly).values():
        tags = {
            t["Key"]: t["Value"]
            for t in template["Resources"]["ArtifactBucket"]["Properties"]["Tags"]
        }
        assert tags["cdk-app"] == "mlops-template"
        assert tags["mlops:set"] == "business-unit-1"
        assert tags["sagemaker:project-id"] == {"Ref": "SageMakerProjectId"}
        assert tags["sagemaker:project-name"] == {"Ref": "SageMakerProjectName"}


def test_keys_can_only_be_made_because_they_carry_the_projects_tag(
    sample_assembly: Assembly,
) -> None:
    for template in products(sample_assembly).values():
        for key in resources(template, "AWS::KMS::Key"):
            assert "sagemaker:project-id" in [tag["Key"] for tag in key["Tags"]]


def test_every_seed_archive_is_in_the_assets_bucket_under_its_content(
    sample_assembly: Assembly,
) -> None:
    archives = set()
    for template in products(sample_assembly).values():
        for repository in resources(template, "AWS::CodeCommit::Repository"):
            location = repository["Code"]["S3"]
            assert location["Bucket"] == "mlops-sc-assets-business-unit-1-222222222222-euw1"
            archives.add(location["Key"].removesuffix(".zip"))
    staged = {
        file.name.removeprefix("asset.").removesuffix(".zip")
        for file in sample_assembly.folder.glob("asset.*")
    }
    assert archives <= staged


def test_two_processes_make_the_assembly_that_one_makes(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "cdk-app.yml").write_text(TWO_SETS.replace("mlflow: true", "") + LEFT_OUT)
    (tmp_path / "cdk-infra-app.yml").write_text("cdk_infra_app_config: {}\n")
    config = load_config(tmp_path / "cdk-app.yml", tmp_path / "cdk-infra-app.yml")
    shares = {"whole": Share(), **{str(number): Share(number, 3) for number in (1, 2, 3)}}
    for name, share in shares.items():
        build_app(config, outdir=str(tmp_path / name), share=share).synth()
    for name in ("2", "3"):
        absorb(tmp_path / "1", tmp_path / name)
    whole, merged = (Assembly(tmp_path / name, "template").content() for name in ("whole", "1"))
    assert merged == whole
    # The third set is left out, which the first process says for all.
    assert capfd.readouterr().err.count("left out") == 2
