"""A clone of a project's repository has the sources that its versions record, wherever it was made."""

import subprocess
from pathlib import Path

import pytest
from launched_projects import product
from seed_repositories import SeedRepository, seed_repository

pytestmark = pytest.mark.seed

DIGEST = (
    "from ml_pipelines.sources import Sources; from ml_pipelines.settings import EXAMPLE; "
    "print(Sources(EXAMPLE).digest)"
)


def git(folder: Path, *arguments: str) -> None:
    person = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "core.autocrlf=false")
    subprocess.run(["git", *person, *arguments], cwd=folder, check=True, capture_output=True)


def digest(repository: SeedRepository) -> str:
    done = repository.run("-c", DIGEST)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_table_of_windows_is_the_same_in_a_clone(tmp_path: Path) -> None:
    repository = seed_repository(product("basic"), "build_app", tmp_path)
    table = repository.root / "data" / "windows.csv"
    table.write_bytes(b"a,b\r\n1,2\r\n")
    git(repository.root, "init", "-q")
    git(repository.root, "add", ".")
    git(repository.root, "commit", "-q", "-m", "a table")
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", str(repository.root), str(clone))
    assert (clone / "data" / "windows.csv").read_bytes() == table.read_bytes()
    assert digest(SeedRepository(clone, repository.python)) == digest(repository)


@pytest.mark.parametrize("slug", ["llm_finetune", "genai_cv"])
def test_a_base_model_beside_the_code_is_not_committed(slug: str, tmp_path: Path) -> None:
    """The guide has it fetched into `base-model/`: gigabytes, of which CodeCommit takes 2 a file."""
    root = tmp_path / slug
    product(slug).seeds["build_app"].write(root)
    assert "base-model" in (root / "README.md").read_text(encoding="utf-8")
    git(root, "init", "-q")
    (root / "base-model").mkdir()
    (root / "base-model" / "model.safetensors").write_bytes(b"weights")
    git(root, "add", ".")
    listed = subprocess.run(["git", "ls-files"], cwd=root, check=True, capture_output=True)
    assert b"README.md" in listed.stdout
    assert b"base-model" not in listed.stdout
