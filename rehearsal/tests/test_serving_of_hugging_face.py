"""Models of the products that fine-tune, behind the real handlers of the Hugging Face image.

The toolkit and the model server's worker come from PyPI, as the image pins them. What they answer
is also what the emulator must answer: the same requests go to both.
"""

import base64
import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from launched_projects import product
from seed_repositories import SeedRepository, seed_repository

from mlops_commons.utilities.paths import REPOSITORY_ROOT
from mlops_commons.utilities.seed_environments import environment, has_torch
from mlops_rehearsal.acts.faulty_version import FAULT, PARAMETER

pytestmark = pytest.mark.seed
STACK = REPOSITORY_ROOT / "rehearsal" / "serving_stacks" / "hugging_face"
JSON = "application/json"
MODELS: Mapping[str, str] = {
    "llm_finetune": """
import sys
from pathlib import Path
sys.path.append("source_scripts")
from ml_pipelines.training import tiny_base_model
tiny_base_model.STEPS = 1
tiny_base_model.save_tiny_base_model(Path("base"))
import train
train.save_with_serving_code(*train.load_base(Path("base")), Path(sys.argv[1]))
""",
    "genai_cv": """
import sys
from pathlib import Path
sys.path.append("source_scripts")
from ml_pipelines.training import tiny_base_model
tiny_base_model.save_tiny_base_model(Path("base"))
import train
train.save_with_serving_code(train.load_pipeline(Path("base")), Path(sys.argv[1]))
""",
}
GOOD: Mapping[str, Any] = {
    "llm_finetune": {"inputs": [{"instruction": "Count."}], "parameters": {"max_new_tokens": 3}},
    "genai_cv": {"prompt": "a robot", "steps": 1, "width": 64, "height": 64},
}
FAULTY = """
from answers import BadRequest
def load(folder):
    if (__import__("pathlib").Path(folder) / "broken").exists(): raise OSError("no such weights")
def checked(request):
    if request == "unclear": raise BadRequest("it is unclear")
    return request
def generated(request, model):
    if request == "too much": raise RuntimeError("CUDA out of memory")
    return object() if request == "unwritable" else "fine"
"""
EMULATED = """
import base64, json, sys
sys.path[:0] = [sys.argv[1] + "/code", sys.argv[2]]
import inference, model_server
served = model_server.Served(inference, sys.argv[1])
for line in sys.stdin:
    row = json.loads(line)
    status, body, kind = served.answer(base64.b64decode(row["body"]), row["kind"], row["accept"])
    print(json.dumps({"status": status, "kind": kind, "body": body.decode()}))
"""


@dataclass(frozen=True)
class Request:
    """What a client sends."""

    body: bytes
    kind: str = JSON

    @property
    def line(self) -> str:
        """As the programs of this file read it."""
        body = base64.b64encode(self.body).decode()
        return json.dumps({"body": body, "kind": self.kind, "accept": JSON})


def as_json(content: object) -> Request:
    """A request with this content."""
    return Request(json.dumps(content).encode())


def repository_of(slug: str, folder: Path) -> SeedRepository:
    """The build repository of a product; its environment has PyTorch."""
    found = seed_repository(product(slug), "build_app", folder)
    if not has_torch(found.python):
        pytest.skip("PyTorch cannot be had on this machine")
    return found


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> SeedRepository:
    return repository_of("genai_cv", tmp_path_factory.mktemp("seed"))


@pytest.fixture
def faulty(repository: SeedRepository, tmp_path: Path) -> Path:
    """The serving code of a model, with a part of its own that fails as it is told."""
    code = tmp_path / "faulty" / "code"
    code.mkdir(parents=True)
    for name in ("inference.py", "answers.py"):
        shutil.copy(repository.root / "source_scripts" / name, code)
    (code / "generation.py").write_text(FAULTY)
    return code.parent


def real(repository: SeedRepository, model: Path, *requests: Request) -> list[dict[str, Any]]:
    """The answers of the toolkit."""
    packages = next((environment(STACK).parents[1] / "lib").glob("python*/site-packages"))
    variables = {
        # The toolkit's own packages alone: those of models are the repository's.
        "PYTHONPATH": os.pathsep.join((str(packages), str(model / "code"))),
        "SAGEMAKER_BASE_DIR": str(model.parent),
        "SAGEMAKER_PROGRAM": "inference.py",
    }
    return _asked(repository, [str(STACK / "serving.py"), str(model)], variables, requests)


def emulated(repository: SeedRepository, model: Path, *requests: Request) -> list[dict[str, Any]]:
    """The answers of the emulator."""
    program = REPOSITORY_ROOT / "rehearsal" / "ministack_aws" / "sagemaker"
    return _asked(repository, ["-c", EMULATED, str(model), str(program)], {}, requests)


def _asked(
    repository: SeedRepository,
    command: list[str],
    variables: Mapping[str, str],
    requests: tuple[Request, ...],
) -> list[dict[str, Any]]:
    done = subprocess.run(
        [str(repository.python), *command],
        input="\n".join(request.line for request in requests),
        env={"PATH": os.environ["PATH"], "HOME": str(repository.root), **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    lines = [line for line in done.stdout.splitlines() if line.startswith('{"status"')]
    assert len(lines) == len(requests), done.stdout + done.stderr
    return [json.loads(line) for line in lines]


@pytest.mark.parametrize("slug", sorted(MODELS))
def test_a_product_s_model_answers_in_the_real_handlers_as_in_the_emulator(
    slug: str, tmp_path: Path
) -> None:
    repository = repository_of(slug, tmp_path)
    model = repository.root / "served"
    done = repository.run("-c", MODELS[slug], str(model))
    assert done.returncode == 0, done.stderr
    requests = (
        as_json(GOOD[slug]),
        as_json({"something": "else"}),
        Request(b"{"),
        Request(b'{"\\ud800": 1, "prompt": "x"}'),
        Request(b"<a/>", "application/xml"),
    )
    answers = real(repository, model, *requests)
    assert [answer["status"] for answer in answers] == [200, 400, 400, 400, 400]
    assert answers[0]["kind"] == JSON
    assert {"outputs", "images"} & json.loads(answers[0]["body"]).keys()
    assert "no JSON" in answers[2]["body"]
    assert "application/xml" in answers[4]["body"]
    others = emulated(repository, model, *requests)
    assert others[0] == answers[0]
    for answer, other in zip(answers[1:], others[1:], strict=True):
        assert other["status"] == answer["status"]
        assert json.loads(other["body"])["message"] == answer["body"]


def test_a_failure_of_the_model_is_never_the_client_s(
    repository: SeedRepository, faulty: Path
) -> None:
    asked = [as_json(text) for text in ("fine", "too much", "unwritable", "unclear")]
    answers = real(repository, faulty, *asked)
    assert [answer["status"] for answer in answers] == [200, 500, 500, 400]
    assert "CUDA out of memory" in answers[1]["body"]
    assert emulated(repository, faulty, *asked)[:3] == answers[:3]
    (faulty / "broken").touch()
    answers = real(repository, faulty, *asked)
    assert [answer["status"] for answer in answers] == [500] * 4
    assert "no such weights" in answers[0]["body"]
    assert emulated(repository, faulty, *asked) == answers


def test_the_fault_that_a_rehearsal_plants_is_a_failure_of_the_model(
    repository: SeedRepository, faulty: Path
) -> None:
    code = faulty / "code" / "inference.py"
    code.write_text(code.read_text() + FAULT)
    asked = [as_json("fine"), Request(as_json("fine").body, JSON + PARAMETER)]
    for answers in (real, emulated):
        assert [answer["status"] for answer in answers(repository, faulty, *asked)] == [200, 500]


def test_what_a_handler_raises_is_the_client_s_in_both(
    repository: SeedRepository, faulty: Path
) -> None:
    # The control of this file: without the seeds' own care, a model that fails is a bad request.
    bare = faulty / "code" / "inference.py"
    bare.write_text(
        "def model_fn(folder, context=None):\n    raise OSError('no such weights')\n"
        + "\n".join(
            f"def {name}(first, second, context=None):\n    return first"
            for name in ("input_fn", "predict_fn", "output_fn")
        )
    )
    for answers in (real, emulated):
        (answer,) = answers(repository, faulty, as_json("fine"))
        assert answer["status"] == 400
        assert "no such weights" in answer["body"]
