"""The same-shape snapshot: everything that the app needs, nothing else."""

import subprocess
from pathlib import Path, PurePosixPath

import pytest

from mlops_commons.utilities.paths import APP_DIRECTORIES, REPOSITORY_ROOT
from mlops_commons.utilities.snapshot import ROOT_FILES, SHARED_DIRECTORIES, Snapshot, snapshot

pytestmark = pytest.mark.pure


def checkout(folder: Path) -> Path:
    for name, text in {
        "README.md": "readme",
        "mlops-multi-account.sh": "#!/bin/bash\n",
        "mlops-commons/mlops_commons/__init__.py": '"""Package."""\n',
        "mlops-infra/app.py": "print()\n",
        "mlops-infra/config/cdk-infra-app.yml": "all sets\n",
        "mlops-sm-project-template/app.py": "print()\n",
    }.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    (folder / "mlops-multi-account.sh").chmod(0o755)
    return folder


def names(content: Snapshot) -> set[str]:
    return {str(file) for file in content.files}


def test_it_holds_the_root_the_commons_and_the_own_app_only(tmp_path: Path) -> None:
    assert names(snapshot(checkout(tmp_path), "mlops-infra")) == {
        "README.md",
        "mlops-multi-account.sh",
        "mlops-commons/mlops_commons/__init__.py",
        "mlops-infra/app.py",
        "mlops-infra/config/cdk-infra-app.yml",
    }


@pytest.mark.parametrize(
    "stray",
    [
        ".env",
        "mlops-infra/.env",
        "mlops-infra/key.pem",
        "mlops-infra/cdk.out/manifest.json",
        "mlops-infra/.venv/lib/x.py",
        "mlops-infra/node_modules/a/index.json",
        "mlops-infra/mlops_infra/__pycache__/x.py",
        "mlops-infra/archive.zip",
        "mlops-infra/mlops_infra.egg-info/a.txt",
        "secrets.txt",
        "mlops-commons/mlops_commons/config/execution_policy_111122223333_us-gov-west-1.json",
    ],
)
def test_what_is_not_on_the_list_stays_on_the_laptop(tmp_path: Path, stray: str) -> None:
    root = checkout(tmp_path)
    before = snapshot(root, "mlops-infra").digest()
    (root / stray).parent.mkdir(parents=True, exist_ok=True)
    (root / stray).write_text("secret")
    after = snapshot(root, "mlops-infra")
    assert stray not in names(after)
    assert after.digest() == before


def test_a_link_out_of_the_repository_is_not_followed(tmp_path: Path) -> None:
    root = checkout(tmp_path / "root")
    (tmp_path / "outside.py").write_text("secret")
    (root / "mlops-infra" / "link.py").symlink_to(tmp_path / "outside.py")
    assert "mlops-infra/link.py" not in names(snapshot(root, "mlops-infra"))


def test_a_replacement_stands_in_for_a_file(tmp_path: Path) -> None:
    file = PurePosixPath("mlops-infra/config/cdk-infra-app.yml")
    content = snapshot(checkout(tmp_path / "root"), "mlops-infra", {file: "one set\n"})
    content.write(tmp_path / "copy")
    assert (tmp_path / "copy" / file).read_text() == "one set\n"


def test_a_snapshot_of_a_snapshot_is_the_same(tmp_path: Path) -> None:
    first = snapshot(checkout(tmp_path / "root"), "mlops-infra")
    first.write(tmp_path / "copy")
    second = snapshot(tmp_path / "copy", "mlops-infra")
    assert second.files == first.files
    assert second.digest() == first.digest()


def test_the_digest_sees_content_and_the_executable_bit_but_no_times(tmp_path: Path) -> None:
    root = checkout(tmp_path)
    before = snapshot(root, "mlops-infra").digest()
    (root / "README.md").touch()
    assert snapshot(root, "mlops-infra").digest() == before
    (root / "README.md").chmod(0o755)
    executable = snapshot(root, "mlops-infra").digest()
    (root / "README.md").write_text("changed")
    assert len({before, executable, snapshot(root, "mlops-infra").digest()}) == 3


@pytest.mark.parametrize("app_directory", list(APP_DIRECTORIES.values()))
def test_no_file_under_version_control_is_missing(app_directory: str) -> None:
    if not (REPOSITORY_ROOT / app_directory / "app.py").is_file():
        pytest.skip(f"this checkout has no {app_directory}")
    listed = subprocess.run(
        ["git", "ls-files"],  # noqa: S607 - the developer's own git
        cwd=REPOSITORY_ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    ours = (*SHARED_DIRECTORIES, app_directory)
    expected = {
        name
        for name in listed.stdout.splitlines()
        if ("/" not in name or name.split("/")[0] in ours) and (REPOSITORY_ROOT / name).is_file()
    }
    assert expected - names(snapshot(REPOSITORY_ROOT, app_directory)) == set()
    assert set(ROOT_FILES) >= {name for name in expected if "/" not in name}
