"""What every pipeline is built of: settings, sources, and where encryption keys go."""

from pathlib import Path

import pytest

from ml_pipelines.jobs import takes_volume_key
from ml_pipelines.local_pipeline import LocalGate
from ml_pipelines.settings import EXAMPLE, VARIABLES, Settings, SettingsError
from ml_pipelines.sources import Sources


def test_settings_are_what_the_build_gives() -> None:
    given = {name: f"<{name}>" for name in VARIABLES.values()}
    given |= {
        "SUBNET_IDS": "subnet-a, subnet-b",
        "SECURITY_GROUP_IDS": "sg-a",
        "IMAGE_DIGEST": "abc",
    }
    settings = Settings.from_environment(given)
    assert settings.kms_key_arn == "<ARTIFACT_BUCKET_KMS_ID>"
    assert settings.subnet_ids == ("subnet-a", "subnet-b")
    assert settings.security_group_ids == ("sg-a",)
    assert (settings.image_digest, settings.ecr_repository_uri) == ("abc", "")


def test_missing_settings_are_named_all_at_once() -> None:
    with pytest.raises(SettingsError) as raised:
        Settings.from_environment({"AWS_REGION": "eu-west-1", "SUBNET_IDS": " , "})
    for name in ("SAGEMAKER_PROJECT_NAME", "ARTIFACT_BUCKET", "SUBNET_IDS"):
        assert name in str(raised.value)
    assert "AWS_REGION" not in str(raised.value)


def _repository(folder: Path, script: str = "print()\n") -> Path:
    for name, text in {"source_scripts/train.py": script, "data/rows.csv": "1,2\n"}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def test_sources_lie_under_a_hash_of_their_content(tmp_path: Path) -> None:
    sources = Sources(EXAMPLE, _repository(tmp_path))
    place = f"sources/{sources.digest}"
    keys = [upload.key for upload in sources.uploads()]
    assert keys == [f"{place}/source_scripts/train.py", f"{place}/data/rows.csv"]
    assert sources.uri("data") == f"s3://{EXAMPLE.artifact_bucket}/{place}/data"
    with pytest.raises(FileNotFoundError, match="no 'nowhere'"):
        sources.uri("nowhere")


def test_a_changed_script_has_another_place_and_an_editors_file_changes_nothing(
    tmp_path: Path,
) -> None:
    before = Sources(EXAMPLE, _repository(tmp_path)).digest
    for name in (".DS_Store", "__pycache__/train.pyc", ".ruff_cache/content"):
        (tmp_path / "source_scripts" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "source_scripts" / name).write_text("left behind")
    assert Sources(EXAMPLE, tmp_path).digest == before
    assert Sources(EXAMPLE, _repository(tmp_path, "print('changed')\n")).digest != before


@pytest.mark.parametrize(
    ("instance_type", "takes"),
    [
        *(("ml.m5.xlarge", True), ("ml.t3.medium", True), ("ml.c6i.large", True)),
        *(("ml.p3.2xlarge", True), ("ml.g5.2xlarge", False), ("ml.g4dn.xlarge", False)),
        *(("ml.p6-b200.48xlarge", False), ("ml.trn1.32xlarge", False), ("ml.i4i.large", False)),
        *(("ml.m5d.large", False), ("ml.c6gd.large", False), ("ml.p4d.24xlarge", False)),
    ],
)
def test_only_instances_without_local_storage_take_a_volume_key(
    instance_type: str, takes: bool
) -> None:
    assert takes_volume_key(instance_type) is takes


@pytest.mark.parametrize(
    ("at_most", "value", "passes"),
    [
        *((True, 0.9, True), (True, 1.0, True), (True, 1.1, False)),
        *((False, 0.9, False), (False, 1.0, True), (False, 1.1, True)),
        *((True, float("nan"), False), (False, float("nan"), False)),
    ],
)
def test_a_gate_lets_through_only_what_reaches_its_limit(
    at_most: bool, value: float, passes: bool
) -> None:
    gate = LocalGate(option="--limit", metric="metric", limit=1.0, at_most=at_most)
    assert gate.passes(value, 1.0) is passes
