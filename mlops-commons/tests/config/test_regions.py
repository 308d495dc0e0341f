"""What regions lack is said of the configuration alone, for each set on its own."""

from pathlib import Path

import pytest

from mlops_commons.config.loader import load_config, load_sources
from mlops_commons.config.notes import notes
from mlops_commons.config.projects_of_sets import obstacles, sets_with_projects
from mlops_commons.config.sources import Sources
from mlops_commons.contract import StageRole
from mlops_commons.region_extraction import SERVICES
from mlops_commons.region_services import SAME_AS, region_services, service_of
from mlops_commons.utilities.errors import ConfigError
from mlops_commons.vpc_endpoints import VPC_ENDPOINTS

pytestmark = pytest.mark.pure

CODEARTIFACT = (
    "ap-northeast-1 ap-south-1 ap-southeast-1 ap-southeast-2 eu-central-1 eu-north-1 eu-south-1 "
    "eu-west-1 eu-west-2 eu-west-3 us-east-1 us-east-2 us-west-2"
)
"""AWS General Reference, "AWS CodeArtifact endpoints and quotas"."""


def sources(
    folder: Path,
    *sets: str,
    governance: str = "eu-west-1",
    infra: str = "",
    projects: str = "{}",
) -> Sources:
    """Sets, each with stages in regions: `dev=eu-west-1 prod=eu-central-1`."""
    text, account = (
        f"cdk_app_config:\n  pipeline: {{account: '100000000001', region: {governance}}}\n",
        200000000000,
    )
    text += f"  projects: {projects}\n  deployments:\n"
    for number, stages in enumerate(sets):
        text += f"    - set_name: set-{number}\n      stages:\n"
        for name, region in (stage.split("=") for stage in stages.split()):
            account += 1
            role = "" if name in set(StageRole) else ", role: preprod"
            place = f"account: '{account}', region: {region}{role}"
            text += f"        - {{stage_name: {name}, {place}}}\n"
    (folder / "app.yml").write_text(text)
    (folder / "infra.yml").write_text(infra)
    return load_sources(folder / "app.yml", folder / "infra.yml")


def defaults(text: str) -> str:
    return f"cdk_infra_app_config: {{network: {{default_create_network: {{{text}}}}}}}\n"


def refused(*arguments: object, **more: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        sources(*arguments, **more)  # type: ignore[arg-type]
    return [problem.message for problem in caught.value.problems]


def test_the_data_says_what_aws_says_of_one_service() -> None:
    assert region_services()["codeartifact"] == set(CODEARTIFACT.split())


def test_every_service_that_is_asked_for_is_known() -> None:
    assert set(SERVICES) == set(region_services())
    assert set(SAME_AS) <= {row.key for row in VPC_ENDPOINTS}
    unknown = {row.key for row in VPC_ENDPOINTS if not service_of(row)}
    assert unknown == {"s3", "sts", "sagemaker_metrics"}


def test_governance_needs_codecommit_and_stages_do_not(tmp_path: Path) -> None:
    (found,) = refused(tmp_path, "dev=eu-west-1", governance="eu-central-2")
    assert found.startswith("eu-central-2 lacks what the governance account is made of: codecommit")
    sources(tmp_path, "dev=eu-west-1 test=eu-central-2")


def test_a_region_without_sagemaker_is_refused_for_a_stage(tmp_path: Path) -> None:
    found = refused(tmp_path, "dev=eu-west-1 prod=sa-west-1")
    assert any("sa-west-1 lacks what the stage is made of" in message for message in found)


def test_an_endpoint_that_a_region_lacks_names_its_switch(tmp_path: Path) -> None:
    (found,) = refused(
        tmp_path, "dev=ca-central-1", infra=defaults("endpoints: {codeartifact_api: true}")
    )
    assert "ca-central-1" in found
    assert "switch it off: codeartifact_api: false" in found
    sources(tmp_path, "dev=eu-west-1", infra=defaults("endpoints: {codeartifact_api: true}"))


def test_northern_california_has_two_zones_unless_they_are_named(tmp_path: Path) -> None:
    (found,) = refused(tmp_path, "dev=us-west-1")
    assert "is to have 3 zones, but accounts have 2 in us-west-1; set vpc_max_azs: 2" in found
    sources(tmp_path, "dev=us-west-1", infra=defaults("vpc_max_azs: 2"))
    zones = "availability_zones: [us-west-1a, us-west-1b, us-west-1c]"
    sources(tmp_path, "dev=us-west-1", infra=defaults(zones))


def test_a_set_in_several_regions_has_no_projects_and_stops_no_other(tmp_path: Path) -> None:
    found = sources(
        tmp_path,
        "dev=eu-west-1 preprod=eu-west-2 prod=eu-central-1",
        "dev=eu-west-1 preprod=eu-west-1 prod=eu-west-1",
    )
    first, second = found.config.enabled_deployments
    assert [o.stage_name for o in obstacles(found.config, first)] == ["preprod"]
    assert obstacles(found.config, second) == ()
    assert sets_with_projects(found.config) == (second,)
    (note,) = notes(found)
    assert note.line == 8
    assert "no projects" in note.message
    assert "preprod in eu-west-2, prod in eu-central-1" in note.message


def test_builds_without_internet_are_asked_for_their_index(tmp_path: Path) -> None:
    found = notes(
        sources(
            tmp_path,
            "dev=eu-west-1 preprod=eu-west-1 prod=eu-west-1",
            infra=defaults("egress: endpoints-only"),
        )
    )
    assert [note.line for note in found] == [7]
    assert "reach no public package index; name one" in found[0].message


def test_projects_need_codecommit_and_service_catalog_in_dev(tmp_path: Path) -> None:
    stages = "dev=eu-central-2 preprod=eu-central-2 prod=eu-central-2"
    off = defaults("endpoints: {codecommit: false, git_codecommit: false}")
    found = notes(sources(tmp_path, stages, infra=off))
    assert "eu-central-2 lacks what projects of set 'set-0' need: codecommit" in found[0].message


def test_a_set_with_dev_alone_says_that_nothing_is_promoted(tmp_path: Path) -> None:
    (note,) = notes(sources(tmp_path, "dev=eu-west-1"))
    assert "no stage after dev" in note.message
    assert notes(sources(tmp_path, "dev=eu-west-1 prod=eu-west-1")) == ()
    assert notes(sources(tmp_path, "dev=eu-west-1", projects="{enabled: false}")) == ()


def test_an_mlflow_app_needs_a_region_that_has_them(tmp_path: Path) -> None:
    infra = "cdk_infra_app_config: {sagemaker: {mlflow: true}}\n"
    sources(tmp_path, "dev=eu-west-1 prod=eu-south-1", infra=infra)
    found = refused(tmp_path, "dev=eu-south-1", infra=infra)
    assert found == [
        "eu-south-1 lacks what the stage is made of: sagemaker_mlflow_apps; take another region, "
        "or leave the MLflow App out, mlflow: false in cdk-infra-app.yml"
    ]


def test_a_closed_network_reaches_its_mlflow_app_through_an_endpoint(tmp_path: Path) -> None:
    closed = "network: {default_create_network: {egress: endpoints-only%s}}"
    infra = f"cdk_infra_app_config: {{sagemaker: {{mlflow: true}}, {closed}}}\n"
    (found,) = refused(tmp_path, "dev=eu-west-1 prod=eu-west-1", infra=infra % "")
    assert "switch it on: sagemaker_mlflow: true" in found
    sources(tmp_path, "dev=eu-west-1", infra=infra % ", endpoints: {sagemaker_mlflow: true}")


def test_builds_track_runs_where_dev_has_an_mlflow_app(tmp_path: Path) -> None:
    stages = "dev=eu-west-1 preprod=eu-west-1 prod=eu-west-1"
    app = "cdk_infra_app_config: {sagemaker: {mlflow: true}}\n"
    none = "cdk_infra_app_config: {sagemaker: {deployments: [%s]}}\n"
    no_studio = none % "{set_name: set-0, stages: [{stage_name: dev, deploy_studio: false}]}"
    tracked = "{mlflow: true}"
    found = sources(tmp_path, stages, infra=app, projects=tracked)
    assert found.config.deployments[0].projects.mlflow
    assert not notes(found)
    assert "builds of projects do not" in notes(sources(tmp_path, stages, infra=app))[0].message
    (message,) = refused(tmp_path, stages, infra=none % "", projects=tracked)
    assert "its dev stage, which has none; write 'sagemaker.mlflow: true'" in message
    (message,) = refused(tmp_path, stages, infra=no_studio, projects=tracked)
    assert "as it has no Studio" in message


def test_a_portfolio_alone_believes_what_it_reads_of_mlflow(tmp_path: Path) -> None:
    (tmp_path / "cdk-app.yml").write_text(
        "cdk_app_config:\n"
        "  projects: {mlflow: true}\n"
        '  pipeline: {account: "101010101010", region: eu-west-1}\n'
        "  deployments:\n"
        "    - set_name: one\n"
        '      stages: [{stage_name: dev, account: "222222222222"}]\n'
    )
    delivered = tmp_path / "mlops-infra" / "config" / "cdk-infra-app.yml"
    (only,) = load_config(tmp_path / "cdk-app.yml", delivered).deployments
    assert only.projects.mlflow
