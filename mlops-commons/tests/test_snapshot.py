"""The same-shape snapshot: everything that the app needs, nothing else."""

import ast
import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest

from mlops_commons.config import load_config, placeholder_accounts
from mlops_commons.utilities.delivered_files import ROOT_FILES, SHARED_DIRECTORIES
from mlops_commons.utilities.delivered_pages import LINK, OWN_README, README
from mlops_commons.utilities.paths import (
    APP_DIRECTORIES,
    CDK_APP_CONFIG,
    CDK_INFRA_APP_CONFIG,
    REPOSITORY_ROOT,
    SAMPLE,
)
from mlops_commons.utilities.snapshot import Snapshot, snapshot
from mlops_commons.utilities.snapshot import (
    checkout as whole,
)

pytestmark = pytest.mark.pure

SEEDS = {"seed_bases", "seed_code"}
COMMONS = PurePosixPath("mlops-commons/mlops_commons")


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


def test_the_digest_sees_content_but_no_times_and_no_modes(tmp_path: Path) -> None:
    # A repository that CloudFormation has filled has lost the modes, and its pipeline must make
    # of it what a laptop makes.
    root = checkout(tmp_path)
    before = snapshot(root, "mlops-infra").digest()
    (root / "README.md").touch()
    (root / "README.md").chmod(0o755)
    assert snapshot(root, "mlops-infra").digest() == before
    (root / "README.md").write_text("changed")
    assert snapshot(root, "mlops-infra").digest() != before


def test_a_snapshot_that_keeps_modes_tells_them_apart(tmp_path: Path) -> None:
    root = checkout(tmp_path)
    plain = replace(snapshot(root, "mlops-infra"), keeps_modes=True)
    before = plain.digest()
    (root / "README.md").chmod(0o755)
    assert replace(plain).digest() != before


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
    ours = (".ci", *SHARED_DIRECTORIES, app_directory)
    expected = {
        name
        for name in listed.stdout.splitlines()
        if ("/" not in name or name.split("/")[0] in ours) and (REPOSITORY_ROOT / name).is_file()
    }
    assert expected - names(whole(REPOSITORY_ROOT, app_directory)) == set()
    assert set(ROOT_FILES) >= {name for name in expected if "/" not in name}


@pytest.mark.parametrize("app_directory", list(APP_DIRECTORIES.values()))
def test_nothing_in_it_imports_what_only_the_monorepo_has(app_directory: str) -> None:
    root, kept = REPOSITORY_ROOT, snapshot(REPOSITORY_ROOT, app_directory)
    left = set(whole(root, app_directory).files) - set(kept.files)
    absent = {module(file) for file in left if file.is_relative_to("mlops-commons/mlops_commons")}
    assert "mlops_commons.diagrams.svg" in absent
    found = {
        (str(file), name)
        for file in kept.files
        if file.suffix == ".py" and "seed" not in str(file)
        for name in imported(ast.parse(kept.read(file)))
        if name in absent
    }
    assert found == set()


@pytest.mark.parametrize("app_directory", list(APP_DIRECTORIES.values()))
def test_every_module_of_it_is_used_there(app_directory: str) -> None:
    kept = snapshot(REPOSITORY_ROOT, app_directory)
    code = [file for file in kept.files if file.suffix == ".py" and not SEEDS & set(file.parts)]
    of_commons = {module(file): file for file in code if file.is_relative_to(COMMONS)}
    used = {name for file in code for name in named_in(ast.parse(kept.read(file)))}
    unused = {
        name
        for name, file in of_commons.items()
        if file.name != "__init__.py" and "runtime" not in file.parts and name not in used
    }
    assert unused == {"mlops_commons.cli.__main__"}


@pytest.mark.parametrize("app_directory", list(APP_DIRECTORIES.values()))
def test_no_page_of_it_links_to_what_only_the_monorepo_has(app_directory: str) -> None:
    kept = snapshot(REPOSITORY_ROOT, app_directory)
    places = {place for file in kept.files for place in (file, *file.parents)}
    pages = [file for file in kept.files if file.suffix == ".md" and not SEEDS & set(file.parts)]
    dead = {
        (str(page), link["place"])
        for page in pages
        for link in LINK.finditer(kept.read(page).decode())
        if PurePosixPath(os.path.normpath(page.parent / link["place"])) not in places
    }
    assert dead == set()
    assert PurePosixPath("docs/troubleshooting.md") in pages


@pytest.mark.parametrize("app_directory", list(APP_DIRECTORIES.values()))
def test_every_page_that_its_code_names_is_there(app_directory: str) -> None:
    kept = snapshot(REPOSITORY_ROOT, app_directory)
    named = {
        PurePosixPath(page)
        for file in kept.files
        if file.suffix in {".py", ".sh", ".json"}
        and not (SEEDS | {"tests", "delivered_files.py"}) & set(file.parts)
        for page in re.findall(r"\bdocs/[a-z0-9/-]+\.md", kept.read(file).decode())
    }
    assert named - set(kept.files) - {OWN_README} == set()


@pytest.mark.parametrize("app_directory", list(APP_DIRECTORIES.values()))
def test_its_readme_is_about_the_repository_of_one_app(app_directory: str) -> None:
    kept = snapshot(REPOSITORY_ROOT, app_directory)
    own = (REPOSITORY_ROOT / OWN_README).read_text()
    found = kept.read(README).decode()
    assert found.splitlines()[0] == own.splitlines()[0]
    assert f"({OWN_README.parent.name}/troubleshooting.md)" in found
    assert OWN_README not in kept.files


@pytest.mark.parametrize("app_directory", list(APP_DIRECTORIES.values()))
def test_what_projects_get_is_the_same_there(app_directory: str) -> None:
    kept = snapshot(REPOSITORY_ROOT, app_directory)
    seeds = [file for file in kept.files if SEEDS & set(file.parts)]
    assert all(kept.read(file) == kept.sources[file].read_bytes() for file in seeds)
    assert bool(seeds) == (app_directory == "mlops-sm-project-template")


def named_in(tree: ast.Module) -> Iterator[str]:
    """What a module imports, and what it names in a text to import it later."""
    yield from imported(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
            yield f"mlops_commons.cli.{node.value}"


def module(file: PurePosixPath) -> str:
    parts = file.with_suffix("").parts[1:]
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


@pytest.mark.parametrize(
    ("app_directory", "files", "most_lines"),
    # Both derive the permissions of the roles that apply templates of projects; that of the
    # templates also has the gate.
    [("mlops-infra", 410, 36_000), ("mlops-sm-project-template", 415, 39_500)],
)
def test_it_stays_small_beside_the_code_of_new_projects(
    app_directory: str, files: int, most_lines: int
) -> None:
    content = snapshot(REPOSITORY_ROOT, app_directory)
    own = [file for file in content.files if not SEEDS & set(file.parts)]
    lines = sum(content.read(file).count(b"\n") for file in own if file.suffix == ".py")
    assert len(own) < files
    assert lines < most_lines


def test_the_shipped_configuration_is_the_sample() -> None:
    if not placeholder_accounts(load_config()):
        pytest.skip("somebody has filled it in")
    for file in (CDK_APP_CONFIG, CDK_INFRA_APP_CONFIG):
        # The first line names the schema, which is elsewhere from there.
        shipped, sample = file.read_text(), (SAMPLE / file.name).read_text()
        assert shipped.split("\n")[1:] == sample.split("\n")[1:]
