"""An assembly is used again only when nothing that synth reads has changed."""

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from mlops_commons.utilities import fingerprint as module
from mlops_commons.utilities.fingerprint import (
    assembly_digest,
    fingerprint,
    is_reusable,
    record,
    source_files,
)

pytestmark = pytest.mark.pure

SOURCES = (
    "package.json",
    "package-lock.json",
    "constraints.txt",
    "pyproject.toml",
    "README.md",
    "mlops-multi-account.sh",
    "docs/decisions/0001-a.md",
    "mlops-commons/pyproject.toml",
    "mlops-commons/mlops_commons/contract.py",
    "mlops-commons/mlops_commons/config/cdk-app.yml",
    "mlops-commons/tests/test_contract.py",
    "app/app.py",
    "app/cdk.json",
    "app/cdk.context.json",
    "app/config/cdk-infra-app.yml",
    "app/package/stack.py",
    "app/package/runtime/handler.py",
    "app/package/.hidden",
)
GENERATED = (
    ".git/HEAD",
    ".venv/bin/python",
    ".coverage",
    ".coverage.host.pid1.XAbCdEfG",
    ".ruff_cache/0",
    "node_modules/aws-cdk/package.json",
    "other-app/app.py",
    "app/cdk.out/manifest.json",
    "app/__pycache__/app.pyc",
    "app/package.egg-info/PKG-INFO",
    "app/own-environment/lib/module.py",
    "mlops-commons/tests/__pycache__/test_contract.pyc",
    "mlops-commons/mlops_commons/config/execution_policy_111122223333_eu-west-1.json",
)


class Repository:
    """A small checkout, and the fingerprint of its app."""

    def __init__(self, root: Path) -> None:
        self.root = root / "checkout"
        self.home = root / "home"
        self.home.mkdir()
        for name in (*SOURCES, *GENERATED, "app/own-environment/pyvenv.cfg"):
            self.write(name, "original")

    def write(self, name: str, text: str) -> None:
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def fingerprint(
        self, arguments: Sequence[str] = (), environment: Mapping[str, str] | None = None
    ) -> str:
        app = self.root / "app"
        return fingerprint(self.root, app, arguments, environment or {}, self.home)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path)


@pytest.mark.parametrize("name", SOURCES)
def test_changing_a_source_file_invalidates(name: str, repository: Repository) -> None:
    before = repository.fingerprint()
    repository.write(name, "changed!")  # of the same length
    assert repository.fingerprint() != before


@pytest.mark.parametrize("name", SOURCES)
def test_removing_a_source_file_invalidates(name: str, repository: Repository) -> None:
    before = repository.fingerprint()
    (repository.root / name).unlink()
    assert repository.fingerprint() != before


@pytest.mark.parametrize("name", GENERATED)
def test_what_tools_generate_does_not_count(name: str, repository: Repository) -> None:
    before = repository.fingerprint()
    repository.write(name, "changed!")
    assert repository.fingerprint() == before


def make_executable(repository: Repository) -> None:
    (repository.root / "mlops-multi-account.sh").chmod(0o755)


def add_a_file(repository: Repository) -> None:
    repository.write("app/package/new.py", "")


def rename_a_file(repository: Repository) -> None:
    (repository.root / "app/package/stack.py").rename(repository.root / "app/package/stack2.py")


def swap_contents(repository: Repository) -> None:
    repository.write("app/package/stack.py", "a")
    repository.write("app/app.py", "b")


def write_user_settings(repository: Repository) -> None:
    (repository.home / ".cdk.json").write_text('{"context": {"a": "b"}}')


@pytest.mark.parametrize(
    "change",
    [
        make_executable,
        add_a_file,
        rename_a_file,
        swap_contents,
        write_user_settings,
    ],
)
def test_other_changes_invalidate(
    change: Callable[[Repository], None], repository: Repository
) -> None:
    before = repository.fingerprint()
    change(repository)
    assert repository.fingerprint() != before


def test_a_link_to_a_folder_is_never_trusted(repository: Repository) -> None:
    (repository.root / "app/linked").symlink_to(repository.root / "other-app")
    assert repository.fingerprint() != repository.fingerprint()


@pytest.mark.parametrize("name", ["CDK_CONTEXT_JSON", "NODE_OPTIONS", "PYTHONPATH", "AWS_REGION"])
def test_changing_a_relevant_variable_invalidates(name: str, repository: Repository) -> None:
    before = repository.fingerprint()
    one = repository.fingerprint(environment={name: "1"})
    assert len({before, one, repository.fingerprint(environment={name: "2"})}) == 3


def test_other_variables_do_not_count(repository: Repository) -> None:
    assert repository.fingerprint(environment={"TERM": "xterm"}) == repository.fingerprint()


def test_changing_arguments_invalidates(repository: Repository) -> None:
    assert repository.fingerprint(["--strict"]) != repository.fingerprint(["--all"])


def test_another_python_invalidates(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = repository.fingerprint()
    monkeypatch.setattr(module.platform, "python_version", lambda: "3.99.0")
    assert repository.fingerprint() != before


def test_another_installed_package_invalidates(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module.sysconfig, "get_path", lambda _name: str(tmp_path))
    before = repository.fingerprint()
    (tmp_path / "aws_cdk_lib-9.9.9.dist-info").mkdir()
    assert repository.fingerprint() != before


def test_what_tools_write_is_no_source(repository: Repository) -> None:
    """A test run's files go while somebody copies the sources."""
    found = {str(file.relative_to(repository.root)) for file in source_files([repository.root])}
    generated = {*GENERATED} - {"other-app/app.py"}
    assert {*SOURCES} <= found
    assert found.isdisjoint(generated)


def test_touching_every_file_does_not_invalidate(repository: Repository) -> None:
    before = repository.fingerprint()
    for file in repository.root.rglob("*"):
        os.utime(file, (1, 1))
    assert repository.fingerprint() == before


@pytest.fixture
def assembly(tmp_path: Path) -> Path:
    directory = tmp_path / "cdk.out"
    (directory / "assembly-dev").mkdir(parents=True)
    for name in ("manifest.json", "assembly-dev/manifest.json", "assembly-dev/template.json"):
        (directory / name).write_text("original")
    record(directory, "inputs")
    return directory


def test_a_recorded_assembly_is_reusable_for_its_inputs_only(assembly: Path) -> None:
    assert is_reusable(assembly, "inputs")
    assert not is_reusable(assembly, "others")


def alter(assembly: Path) -> None:
    (assembly / "assembly-dev" / "template.json").write_text("altered!")


def remove_a_template(assembly: Path) -> None:
    (assembly / "assembly-dev" / "template.json").unlink()


def add_a_template(assembly: Path) -> None:
    (assembly / "new.template.json").write_text("{}")


def remove_the_record(assembly: Path) -> None:
    (assembly / ".fingerprint").unlink()


def truncate_the_record(assembly: Path) -> None:
    (assembly / ".fingerprint").write_text("inputs")


@pytest.mark.parametrize(
    "damage", [alter, remove_a_template, add_a_template, remove_the_record, truncate_the_record]
)
def test_an_altered_assembly_is_not_reused(damage: Callable[[Path], None], assembly: Path) -> None:
    damage(assembly)
    assert not is_reusable(assembly, "inputs")


def test_locks_of_the_cdk_do_not_alter_an_assembly(assembly: Path) -> None:
    before = assembly_digest(assembly)
    (assembly / "read.1.1.lock").write_text("1")
    assert assembly_digest(assembly) == before
