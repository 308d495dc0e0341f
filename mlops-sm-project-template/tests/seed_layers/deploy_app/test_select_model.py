"""Which version is deployed: the one that the pipeline names."""

import json
from pathlib import Path

import pytest

from deploy_app import select_model
from deploy_app.errors import DeployError
from deploy_app.select_model import chosen
from deploy_app.settings import Settings, load_settings, role_of

FILE = Path(__file__).with_name("settings.yml")
NAMED = "arn:aws:sagemaker:eu-west-1:111122223333:model-package/group/7"


def settings(version: str = "none") -> Settings:
    loaded = load_settings({"DEPLOY_SETTINGS": str(FILE)})
    return loaded.model_copy(update={"model_package_arn": version})


def selected(
    version: str, missing: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> dict[str, str]:
    monkeypatch.chdir(folder)
    monkeypatch.setattr(select_model, "load_settings", lambda: settings(version))
    monkeypatch.setattr(select_model, "fetch", lambda _settings: missing)
    assert select_model.main() == 0
    found: dict[str, str] = json.loads((folder / "model.json").read_text())
    return found


@pytest.mark.parametrize(
    ("version", "missing", "expected"),
    [
        (NAMED, "", NAMED),
        ("none", "", "none"),
        # What a deployment needs besides is not there yet.
        (NAMED, "there is no definition", "none"),
    ],
)
def test_the_version_of_the_pipeline_is_taken_as_it_is(
    version: str,
    missing: str,
    expected: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = selected(version, missing, tmp_path, monkeypatch)
    assert found == {"model_package_arn": expected}
    assert ("nothing is deployed" in capsys.readouterr().out) is (expected == "none")


def test_a_missing_choice_says_how_to_make_it(tmp_path: Path) -> None:
    with pytest.raises(DeployError, match="python -m deploy_app.select_model"):
        chosen(tmp_path / "model.json")


def test_missing_and_wrong_settings_are_named_all_at_once() -> None:
    with pytest.raises(DeployError) as raised:
        load_settings({"PROJECT_NAME": "Churn", "PROJECT_ID": "p-1", "DEV_ACCOUNT": "12"})
    for name in ("PROJECT_NAME", "DEV_ACCOUNT", "PROD_ACCOUNT", "ARTIFACT_BUCKET"):
        assert name in str(raised.value)
    assert "PROJECT_ID" not in str(raised.value)


def test_a_version_is_an_arn_or_none() -> None:
    environment = {name.upper(): v for name, v in settings().model_dump().items() if v}
    with pytest.raises(DeployError, match="MODEL_PACKAGE_ARN"):
        load_settings({**environment, "MODEL_PACKAGE_ARN": "latest"})


def test_the_environment_of_the_pipeline_is_enough() -> None:
    loaded = settings()
    environment = {name.upper(): value for name, value in loaded.model_dump().items() if value}
    assert load_settings(environment) == loaded


def test_a_namespace_goes_in_front_of_parameters() -> None:
    assert settings().parameter("preprod", "/vpc/id") == "/bu1/vpc/id"
    assert settings().parameter("prod", "/vpc/id") == "/vpc/id"


OWN = {"stages": "lab=dev,live-eu=prod", "lab_account": "1" * 12, "live_eu_account": "2" * 12}


def of_own_stages(**more: str) -> dict[str, str]:
    """The environment of a project whose stages have other names."""
    named = {**settings().model_dump(), **OWN, **more}
    return {name.upper(): value for name, value in named.items() if value}


def test_stages_may_have_names_of_their_own() -> None:
    loaded = load_settings(of_own_stages(live_eu_parameter_namespace="eu"))
    assert loaded.roles == {"lab": "dev", "live-eu": "prod"}
    assert loaded.dev_account == loaded.account("lab") == "1" * 12
    assert loaded.account("live-eu") == "2" * 12
    assert loaded.parameter("live-eu", "/vpc/id") == "/eu/vpc/id"
    assert role_of("live-eu", of_own_stages()) == role_of("prod", {}) == "prod"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"live_eu_account": ""}, "LIVE_EU_ACCOUNT: an account has 12 digits"),
        ({"stages": "lab=dev,live-eu=production"}, "STAGES: "),
        ({"stages": "live-eu=prod"}, "STAGES: "),
    ],
)
def test_stages_that_are_not_complete_are_named(more: dict[str, str], said: str) -> None:
    with pytest.raises(DeployError, match=said):
        load_settings(of_own_stages(**more))
