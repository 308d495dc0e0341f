"""Stages of other names get what their roles get; a set without projects nothing of projects."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from checkouts import Assembly

from mlops_commons.config import load_config
from mlops_commons.utilities.paths import SAMPLE
from mlops_infra.application import build_app

pytestmark = pytest.mark.app

RENAMED = {"dev": "qla", "preprod": "quatest", "prod": "qliv"}
"""As long as the roles: how long statements are decides which policy has room for them."""
OF_PROJECTS = ("project-deploy", "project-cfn", "deployment-boundary", "/mlops/boundary/deployment")


def files(folder: Path) -> dict[str, str]:
    return {name: (folder / name).read_text() for name in ("cdk-app.yml", "cdk-infra-app.yml")}


def assembly(folder: Path, texts: Mapping[str, str]) -> Assembly:
    for name, text in texts.items():
        (folder / name).write_text(text)
    config = load_config(folder / "cdk-app.yml", folder / "cdk-infra-app.yml")
    build_app(config, outdir=str(folder / "cdk.out")).synth()
    return Assembly(folder / "cdk.out", "infra")


def renamed(texts: Mapping[str, str]) -> dict[str, str]:
    """The files with other names, and in the first one with what each stage is for."""
    found = dict(texts)
    for role, name in RENAMED.items():
        for file, text in found.items():
            key = f"\n          role: {role}" if file == "cdk-app.yml" else ""
            old = f"- stage_name: {role}"
            found[file] = text.replace(f"{old}\n", f"- stage_name: {name}{key}\n").replace(
                f"{old} #", f"- stage_name: {name}{key} #"
            )
    return found


def test_stages_of_other_names_get_the_templates_of_their_roles(tmp_path: Path) -> None:
    (tmp_path / "usual").mkdir()
    (tmp_path / "own").mkdir()
    usual = assembly(tmp_path / "usual", files(SAMPLE))
    own = assembly(tmp_path / "own", renamed(files(SAMPLE)))
    for role, name in RENAMED.items():
        text = json.dumps(own.stage("business-unit-1", name)).replace(name, role)
        assert json.loads(text) == usual.stage("business-unit-1", role), name


def test_a_set_without_projects_has_nothing_that_projects_deploy_with(tmp_path: Path) -> None:
    found = assembly(tmp_path, files(SAMPLE.with_name("two-stages")))
    with_projects = json.dumps(found.stage("retail", "prod"))
    without: dict[str, Any] = found.stage("research", "notebooks")
    text = json.dumps(without)
    assert all(name in with_projects for name in OF_PROJECTS)
    assert not any(name in text for name in OF_PROJECTS)
    kinds = {resource["Type"] for resource in without["Resources"].values()}
    assert "AWS::SageMaker::Domain" in kinds
    assert "AWS::CodeCommit::ApprovalRuleTemplate" not in kinds
