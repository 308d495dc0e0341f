"""What somebody had in a project of the reference system, carried over as the guide says.

That system's first template learns from a file without a header, in the order of UCI's Abalone,
with XGBoost's own names of hyperparameters, and is good enough below a mean squared error of 6.
"""

import csv
import io
import re
from pathlib import Path

import pytest
import yaml
from launched_projects import product
from seed_repositories import SeedRepository, seed_repository

from mlops_commons.utilities.paths import REPOSITORY_ROOT

pytestmark = pytest.mark.seed
GUIDE = REPOSITORY_ROOT / "docs" / "how-to" / "migrate-from-the-reference-system.md"
COLUMNS = "sex,length,diameter,height,whole_weight,shucked_weight,viscera_weight,shell_weight,rings"
OLD = {"num_round": 50, "max_depth": 5, "eta": 0.2}
"""Of the old pipeline, beside `gamma`, `min_child_weight` and `subsample`."""
COMPILED = """
from ml_pipelines.discovery import get_pipeline
from ml_pipelines.settings import EXAMPLE
get_pipeline("training", EXAMPLE)
"""
"""As the build does it."""
THEIR_MODEL = """
from helpers.shells import volumes
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler


def shells(hyperparameters):
    return make_pipeline(
        FunctionTransformer(volumes),
        StandardScaler(),
        GradientBoostingRegressor(
            n_estimators=hyperparameters["num_round"],
            max_depth=hyperparameters["max_depth"],
            learning_rate=hyperparameters["eta"],
            random_state=1,
        ),
    )
"""
THEIR_HELPER = """
import numpy as np


def volumes(numbers):
    return np.column_stack([numbers, np.prod(np.asarray(numbers)[:, :3], axis=1)])
"""


@pytest.fixture
def project(tmp_path: Path) -> SeedRepository:
    """A new project, which has adopted the old one's file."""
    repository = seed_repository(product("basic"), "build_app", tmp_path / "seed")
    rows = csv.DictReader(
        io.StringIO((repository.root / "data" / "abalone-generated.csv").read_text())
    )
    names = COLUMNS.split(",")
    file = tmp_path / "abalone-dataset.csv"
    with file.open("w", newline="") as text:
        csv.writer(text).writerows([row[name] for name in names] for row in rows)
    done = repository.run(
        *("-m", "ml_pipelines.adopt", str(file), "--label", "rings", "--columns", COLUMNS)
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return repository


def declare(repository: SeedRepository, **model: object) -> None:
    file = repository.root / "project.yml"
    content = yaml.safe_load(file.read_text())
    content["model"] = model
    content["gate"] = {"metric": "mse", "at_most": 6.0}
    file.write_text(yaml.safe_dump(content, sort_keys=False))


def trained(repository: SeedRepository) -> str:
    done = repository.run("-m", "ml_pipelines.run_locally")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_its_table_and_hyperparameters_are_declared_under_the_names_of_the_guide(
    project: SeedRepository,
) -> None:
    told = dict(re.findall(r"`(\w+)` is `([\w-]+)`", GUIDE.read_text(encoding="utf-8")))
    chosen = {told[name]: value for name, value in OLD.items() if name != "max_depth"}
    leaves = {told["max_depth"]: 2 ** OLD["max_depth"]}
    declare(project, algorithm="gradient-boosting", hyperparameters={**chosen, **leaves, "seed": 1})
    assert "mse" in trained(project)


def test_its_preprocessing_goes_with_the_model(project: SeedRepository) -> None:
    scripts = project.root / "source_scripts"
    (scripts / "helpers").mkdir()
    (scripts / "helpers" / "shells.py").write_text(THEIR_HELPER)
    (scripts / "shells.py").write_text(THEIR_MODEL)
    declare(
        project,
        algorithm="own",
        file="source_scripts/shells.py",
        name="shells",
        hyperparameters=OLD,
    )
    assert "mse" in trained(project)


def test_a_pipeline_of_its_sdk_is_told_by_the_module_that_is_gone(project: SeedRepository) -> None:
    (project.root / "ml_pipelines" / "training" / "pipeline.py").write_text(
        "from sagemaker.workflow.pipeline import Pipeline\n"
    )
    done = project.run("-c", COMPILED)
    assert done.returncode == 1
    assert "sagemaker.workflow" in done.stderr
    assert "migration guide" in done.stderr
