"""Models of the tabular products in the real servers of AWS's images for scikit-learn and XGBoost.

The server is sagemaker-containers from PyPI, as the images pin it; it installs the serving code at
its start and has no index to ask, as a container in network isolation. The jobs run with the
releases of the image, too.
"""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from launched_projects import product
from seed_repositories import SeedRepository, seed_repository
from tabular_servers import STACKS, container, emulated, environment_of_versions, invoke, trained

from mlops_commons.utilities.seed_environments import environment
from mlops_rehearsal.acts.faulty_version import FAULT, PARAMETER

pytestmark = pytest.mark.seed
ALGORITHMS = {"scikit_learn": "gradient-boosting", "xgboost": "xgboost"}


@pytest.fixture(scope="module", params=ALGORITHMS)
def stack(request: pytest.FixtureRequest) -> Path:
    """The folder of an image's server."""
    return STACKS / str(request.param)


@pytest.fixture(scope="module")
def repository(stack: Path, tmp_path_factory: pytest.TempPathFactory) -> SeedRepository:
    found = seed_repository(product("basic"), "build_app", tmp_path_factory.mktemp("seed"))
    file = found.root / "project.yml"
    plain = "algorithm: gradient-boosting"
    assert plain in file.read_text()
    file.write_text(file.read_text().replace(plain, f"algorithm: {ALGORITHMS[stack.name]}"))
    return found


@pytest.fixture(scope="module")
def model(repository: SeedRepository, stack: Path) -> Path:
    """The folder that SageMaker unpacks the registered archive to."""
    return trained(repository, stack)


@pytest.fixture(scope="module")
def registered(repository: SeedRepository) -> dict[str, str]:
    """The environment that the pipeline registers with a version."""
    return environment_of_versions(repository)


@pytest.fixture(scope="module")
def serving(
    stack: Path,
    model: Path,
    registered: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    with container(stack, model, registered, tmp_path_factory.mktemp("container")) as (url, log):
        assert invoke(url, b"", "text/csv", "text/csv")[0] == 400, log.read_text()
        yield url


def test_an_answer_has_the_type_that_was_asked_for(
    serving: str, repository: SeedRepository
) -> None:
    # Model Monitor captures what has no known type as Base64 and then compares nothing.
    body = (repository.root / "request.csv").read_bytes()
    status, kind, text = invoke(serving, body, "text/csv", "text/csv")
    assert (status, kind.partition(";")[0], len(text.split())) == (200, "text/csv", 2)
    body = (repository.root / "request.json").read_bytes()
    status, kind, text = invoke(serving, body, "application/json", "application/json")
    assert (status, kind) == (200, "application/json")
    assert len(json.loads(text)["predictions"]) == 2


@pytest.mark.parametrize(
    ("body", "kind", "words"),
    [(b"M,0.5", "text/csv", "needed"), (b"<a/>", "application/xml", "is not known")],
)
def test_a_client_s_mistake_is_the_client_s(
    serving: str, body: bytes, kind: str, words: str
) -> None:
    status, _, text = invoke(serving, body, kind, "text/csv")
    assert status == 400
    assert words in text


def test_a_model_that_fails_is_the_model_s(
    stack: Path,
    model: Path,
    registered: dict[str, str],
    repository: SeedRepository,
    tmp_path: Path,
) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(model, broken)
    code = broken / "code" / "models.py"
    code.write_text(code.read_text().replace("found = self.scores(rows)", "found = None"))
    body = (repository.root / "request.csv").read_bytes()
    with container(stack, broken, registered, tmp_path) as (url, _):
        assert invoke(url, body, "text/csv", "text/csv")[0] == 500


def test_the_fault_that_a_rehearsal_plants_is_a_failure_of_the_model(
    stack: Path,
    model: Path,
    registered: dict[str, str],
    repository: SeedRepository,
    tmp_path: Path,
) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(model, broken)
    code = broken / "code" / "inference.py"
    code.write_text(code.read_text() + FAULT)
    body = (repository.root / "request.csv").read_bytes()
    kinds = ("text/csv", f"text/csv{PARAMETER}")
    for served in (container(stack, broken, registered, tmp_path), emulated(repository, broken)):
        with served as (url, _):
            assert [invoke(url, body, kind, "text/csv")[0] for kind in kinds] == [200, 500]


OWN = """
  algorithm: own
  file: source_scripts/shells.py
  name: shells
  hyperparameters: {trees: 10, seed: 7}
"""
SHELLS = """
from sklearn.ensemble import RandomForestRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from helpers.numbers import doubled


def shells(hyperparameters):
    forest = RandomForestRegressor(hyperparameters["trees"], random_state=hyperparameters["seed"])
    return make_pipeline(FunctionTransformer(doubled), forest)
"""


def test_an_own_model_is_served_with_the_folders_that_it_imports(tmp_path: Path) -> None:
    stack = STACKS / "scikit_learn"
    repository = seed_repository(product("basic"), "build_app", tmp_path / "seed")
    file = repository.root / "project.yml"
    before, _, after = file.read_text().partition("model:\n")
    file.write_text(f"{before}model:{OWN}gate:\n{after.partition('gate:' + chr(10))[2]}")
    scripts = repository.root / "source_scripts"
    (scripts / "helpers").mkdir()
    (scripts / "shells.py").write_text(SHELLS)
    (scripts / "helpers" / "numbers.py").write_text("def doubled(values):\n    return values * 2\n")
    model = trained(repository, stack)
    body = (repository.root / "request.csv").read_bytes()
    with container(stack, model, environment_of_versions(repository), tmp_path) as (url, log):
        status, _, text = invoke(url, body, "text/csv", "text/csv")
        assert status == 200, log.read_text()
        assert len(text.split()) == 2


DAYS = """
import json
import pandas as pd
from written import days
iso, german = ["9999-12-31", "1583-01-01", "2023-12-31", "none"], ["31.12.9999", "1.1.1583", "x"]
read = [days(pd.Series(iso)), days(pd.Series(german), "%d.%m.%Y")]
print(json.dumps([[None if pd.isna(day) else day for day in found] for found in read]))
"""


def test_days_that_no_nanoseconds_reach_are_the_same_in_image_and_repository(
    stack: Path, model: Path, repository: SeedRepository
) -> None:
    """The pandas of an image may be older than that of the repository, as 2 is than 3."""
    said = [
        subprocess.run(
            [str(python), "-c", DAYS],
            cwd=model / "code",
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for python in (environment(stack), repository.python)
    ]
    days = [[2932896.0, -141349.0, 19722.0, None], [2932896.0, -141349.0, None]]
    assert [json.loads(text) for text in said] == [days, days]


def test_without_its_variables_the_server_would_ask_an_index(
    stack: Path, model: Path, registered: dict[str, str], tmp_path: Path
) -> None:
    # The control of this file: the stack does what no isolated container can.
    bare = {name: value for name, value in registered.items() if not name.startswith("PIP_")}
    with container(stack, model, bare, tmp_path) as (_, log):
        assert "InstallModuleError" in log.read_text()
