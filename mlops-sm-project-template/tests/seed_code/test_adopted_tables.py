"""Somebody with a table and a question trains a model of it and touches one file."""

import hashlib
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from foreign_tables import TABLES, ForeignTable
from launched_projects import product
from seed_repositories import SeedRepository, seed_repository

from mlops_commons.utilities.paths import REPOSITORY_ROOT

pytestmark = pytest.mark.seed


def contents(root: Path) -> dict[str, str]:
    """What lies where, without what Python leaves behind."""
    return {
        file.relative_to(root).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in root.rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }


def adopted(table: ForeignTable, slug: str, folder: Path) -> SeedRepository:
    """A project's repository after `adopt`."""
    repository = seed_repository(product(slug), "build_app", folder)
    before = contents(repository.root)
    file = table.put(folder)
    done = repository.run(
        *("-m", "ml_pipelines.adopt", str(file), "--label", table.label, *table.options)
    )
    assert done.returncode == 0, done.stderr
    after = contents(repository.root)
    changed = {name for name in after if before.get(name) != after[name]}
    assert changed == {"project.yml", f"data/{table.file}"}
    return repository


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.file)
def test_a_table_is_adopted_and_trained_and_passes_the_gate(
    table: ForeignTable, tmp_path: Path
) -> None:
    repository = adopted(table, "basic", tmp_path)
    declared = yaml.safe_load((repository.root / "project.yml").read_text())
    assert declared["task"] == table.task
    roles = (declared["data"].get(role) for role in ("identifier", "time", "label"))
    apart = {*declared["data"].get("ignored", ()), *filter(None, roles)}
    assert len(declared["data"]["columns"]) - len(apart) == table.features
    done = repository.run("-m", "ml_pipelines.run_locally")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_table_of_the_tutorial_is_adopted_and_passes_the_gate(tmp_path: Path) -> None:
    page = (REPOSITORY_ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
    (program,) = re.findall(r"python3 - flats[.]csv <<'EOF'\n(.*?)\nEOF\n", page, re.DOTALL)
    file = tmp_path / "flats.csv"
    subprocess.run([sys.executable, "-c", program, str(file)], check=True)
    repository = seed_repository(product("basic"), "build_app", tmp_path / "seed")
    done = repository.run("-m", "ml_pipelines.adopt", str(file), "--label", "price")
    assert done.returncode == 0, done.stdout + done.stderr
    declared = yaml.safe_load((repository.root / "project.yml").read_text())["data"]
    assert declared["identifier"] == "flat"  # as the page says
    done = repository.run("-m", "ml_pipelines.run_locally")
    assert done.returncode == 0, done.stdout + done.stderr


FOREST = """
from sklearn.ensemble import ExtraTrees{kind}


def forest(hyperparameters):
    return ExtraTrees{kind}(
        n_estimators=hyperparameters["trees"], random_state=hyperparameters["seed"]
    )
"""


@pytest.mark.parametrize(
    ("file", "kind"), [("prices.csv", "Regressor"), ("churn.csv.gz", "Classifier")]
)
def test_the_seed_s_own_tests_hold_for_a_model_of_somebody_s_own(
    file: str, kind: str, tmp_path: Path
) -> None:
    (table,) = [table for table in TABLES if table.file == file]
    repository = adopted(table, "basic", tmp_path)
    (repository.root / "source_scripts" / "forest.py").write_text(FOREST.format(kind=kind))
    declaration = repository.root / "project.yml"
    content = yaml.safe_load(declaration.read_text())
    content["model"] = {
        **{"algorithm": "own", "file": "source_scripts/forest.py", "name": "forest"},
        "hyperparameters": {"trees": 40, "seed": 7},
    }
    declaration.write_text(yaml.safe_dump(content, sort_keys=False))
    done = repository.run("-m", "ml_pipelines.run_locally")
    assert done.returncode == 0, done.stdout + done.stderr
    done = repository.run("-m", "pytest", "-q", "-p", "no:cacheprovider")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("file", "slug"), [("books.tsv", "batch_inference"), ("demand.csv", "byoc")]
)
def test_the_seed_s_own_tests_hold_for_another_table(file: str, slug: str, tmp_path: Path) -> None:
    (table,) = [table for table in TABLES if table.file == file]
    repository = adopted(table, slug, tmp_path)
    done = repository.run("-m", "pytest", "-q", "-p", "no:cacheprovider")
    assert done.returncode == 0, done.stdout + done.stderr
