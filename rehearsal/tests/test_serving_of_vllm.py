"""The language model behind the real server of vLLM, with the options of the version.

vLLM comes from PyPI, in the release of AWS's image and built for CPUs. What it answers is also what
the emulator must answer: the same requests go to both. The evaluation runs with it once, as its job
does in the image that serves.
"""

import json
import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from launched_projects import product
from seed_repositories import SeedRepository, seed_repository

from ministack_aws.sagemaker import containers, serving_images
from mlops_commons.utilities.paths import REPOSITORY_ROOT
from mlops_commons.utilities.seed_environments import environment, has_torch
from mlops_rehearsal.acts.faulty_version import PARAMETER, VLLM_FAULT, VLLM_REQUESTS

pytestmark = pytest.mark.seed
STACK = REPOSITORY_ROOT / "rehearsal" / "serving_stacks" / "vllm"
SLUG, JSON = "llm_finetune", "application/json"
START_SECONDS, ANSWER_SECONDS = 300, 120
TRAINED = """
import sys
from pathlib import Path
sys.path.append("source_scripts")
from ml_pipelines.training import tiny_base_model
tiny_base_model.save_tiny_base_model(Path("base"))
import train
train.save_with_serving_code(*train.load_base(Path("base")), Path("model"))
"""
REGISTERED = """
import json
from ml_pipelines.discovery import get_pipeline
from ml_pipelines.settings import EXAMPLE
steps = json.loads(get_pipeline("training", EXAMPLE).definition())["Steps"]
register = steps[-1]["Arguments"]["IfSteps"][-1]["Arguments"]
print(json.dumps(register["InferenceSpecification"]["Containers"][0]))
"""
ON_A_CPU = {
    # What a CPU needs besides: no minutes of compiling, and a gigabyte for keys and values.
    "SM_VLLM_ENFORCE_EAGER": "true",
    "VLLM_CPU_KVCACHE_SPACE": "1",
    "VLLM_CPU_OMP_THREADS_BIND": "nobind",
}
CONTEXT = "CREATE TABLE customers (id INTEGER, name TEXT, city TEXT, joined DATE)"
ROW = {"instruction": "How many customers are there?", "context": CONTEXT}
GOOD: Mapping[str, Any] = {"inputs": [ROW, ROW], "parameters": {"max_new_tokens": 24}}
CHAT: Mapping[str, Any] = {
    "model": "model",
    "messages": [
        {"role": "system", "content": ROW["context"]},
        {"role": "user", "content": ROW["instruction"]},
    ],
    "max_tokens": 24,
    "temperature": 0,
    "stop": ["###"],
}


@dataclass(frozen=True)
class Server:
    """A running server."""

    port: int

    def answer(self, body: bytes | Mapping[str, Any], kind: str = JSON) -> tuple[int, Any]:
        """Status and content."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/invocations",
            data=content,
            headers={"Content-Type": kind},
        )
        try:
            with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode(errors="replace")


@contextmanager
def running(command: list[str], variables: Mapping[str, str], log: Path) -> Iterator[Server]:
    """A server until the end of the block; its port is the last word of the command."""
    port = int(command[command.index("--port") + 1])
    with log.open("wb") as written:
        process = subprocess.Popen(command, env=dict(variables), stdout=written, stderr=written)
        try:
            end = time.monotonic() + START_SECONDS
            while not _answers(port):
                assert process.poll() is None, log.read_text()[-4000:]
                assert time.monotonic() < end, log.read_text()[-4000:]
                time.sleep(0.5)
            yield Server(port)
        finally:
            process.terminate()
            process.wait(timeout=60)


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/ping", timeout=1):
            return True
    except OSError:
        return False


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture(scope="module")
def vllm() -> Path:
    """The Python of an environment with vLLM."""
    found = environment(STACK)
    if not has_torch(found):
        pytest.skip("PyTorch cannot be had on this machine")
    return found


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> SeedRepository:
    """The build repository with a model in `model`, whose answers are sure."""
    found = seed_repository(product(SLUG), "build_app", tmp_path_factory.mktemp("seed"))
    if not has_torch(found.python):
        pytest.skip("PyTorch cannot be had on this machine")
    done = found.run("-c", TRAINED)
    assert done.returncode == 0, done.stderr
    return found


@pytest.fixture(scope="module")
def container(repository: SeedRepository) -> Mapping[str, Any]:
    """The container of a version, as the pipeline registers it."""
    done = repository.run("-c", REGISTERED)
    assert done.returncode == 0, done.stderr
    found: Mapping[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def root_of(repository: SeedRepository, folder: Path, *, faulty: bool = False) -> Path:
    """What a container calls /opt/ml."""
    shutil.copytree(repository.root / "model", folder / "model")
    if faulty:
        code = folder / "model" / VLLM_REQUESTS
        code.write_text(code.read_text() + VLLM_FAULT)
    return folder


def real(
    python: Path, container: Mapping[str, Any], root: Path
) -> tuple[list[str], dict[str, str]]:
    """The command of the image, and its variables."""
    variables = {
        name: value.replace("/opt/ml", str(root))
        for name, value in {**container["Environment"], **ON_A_CPU}.items()
    }
    module = "vllm.entrypoints.openai.api_server"
    command = [str(python), "-m", module, "--port", str(free_port()), "--host", "127.0.0.1"]
    path = os.pathsep.join((str(python.parent), os.environ["PATH"]))
    environ = {"PATH": path, "HOME": str(root), **variables}
    return [*command, *serving_images.options(variables)], environ


def emulated(
    python: Path, container: Mapping[str, Any], root: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[list[str], dict[str, str]]:
    """The same, as the emulator plays it."""
    monkeypatch.setenv("MINISTACK_SAGEMAKER_PYTHON", str(python))
    image, variables = container["Image"], container["Environment"]
    return (
        serving_images.command(image, variables, root, free_port()),
        serving_images.environment(image, variables, root),
    )


REQUESTS: tuple[tuple[bytes | Mapping[str, Any], str], ...] = (
    (GOOD, JSON),
    (CHAT, JSON),
    ({"prompt": "### Context\nnone", "max_tokens": 4, "temperature": 0}, JSON),
    ({"something": "else"}, JSON),
    ({"inputs": []}, JSON),
    (b"{", JSON),
    (b'{"\\ud800": 1}', JSON),
    (b"<a/>", "application/xml"),
    ({**CHAT, "max_tokens": 100_000}, JSON),
    ({**CHAT, "model": "another"}, JSON),
    ({"inputs": [{"instruction": "word " * 3000}]}, JSON),
    (GOOD, JSON + PARAMETER),
)
STATUSES = [200, 200, 200, 400, 400, 400, 400, 400, 400, 200, 400, 200]


def texts(answer: Any) -> Any:
    """What a model has said, in either form."""
    if "outputs" in answer:
        return answer["outputs"]
    return [choice.get("text") or choice["message"]["content"] for choice in answer["choices"]]


def test_a_version_answers_in_the_real_vllm_as_in_the_emulator(
    vllm: Path,
    repository: SeedRepository,
    container: Mapping[str, Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert "/huggingface-vllm:0.29.0-transformers5.15.0-gpu-" in container["Image"]
    with running(
        *real(vllm, container, root_of(repository, tmp_path / "a")), tmp_path / "log"
    ) as s:
        answers = [s.answer(body, kind) for body, kind in REQUESTS]
    assert [status for status, _ in answers] == STATUSES, answers
    played = emulated(
        repository.python, container, root_of(repository, tmp_path / "b"), monkeypatch
    )
    with running(*played, tmp_path / "emulated.log") as s:
        others = [s.answer(body, kind) for body, kind in REQUESTS]
    assert [status for status, _ in others] == STATUSES, others
    for (status, one), (_, other) in zip(answers, others, strict=True):
        if status == 200:
            assert texts(one) == texts(other)
    # Asked as this project asks, and as OpenAI's clients do: the model hears the same.
    assert texts(answers[0][1])[0] == texts(answers[1][1])[0].strip() != ""
    assert "no JSON" in answers[5][1]


def test_a_failure_is_never_the_client_s_in_both(
    vllm: Path,
    repository: SeedRepository,
    container: Mapping[str, Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    roots = [root_of(repository, tmp_path / name, faulty=True) for name in ("a", "b")]
    commands = (
        real(vllm, container, roots[0]),
        emulated(repository.python, container, roots[1], monkeypatch),
    )
    for number, command in enumerate(commands):
        with running(*command, tmp_path / f"{number}.log") as server:
            assert server.answer(GOOD)[0] == 200
            assert server.answer(GOOD, JSON + PARAMETER)[0] == 500


def job_of(repository: SeedRepository, folder: Path) -> Path:
    """What the evaluation's container calls /opt/ml, with one row to test with."""
    root = folder / "opt" / "ml"
    job = root / "processing"
    for name in ("model", "base_model", "test", "facts", "code"):
        (job / name).mkdir(parents=True)
    facts = {"data_sha256": "0" * 64, "rows": {"train": 1, "test": 1}}
    (job / "facts" / "facts.json").write_text(json.dumps(facts))
    shutil.make_archive(str(job / "model" / "model"), "gztar", repository.root / "model")
    shutil.copytree(repository.root / "base", job / "base_model", dirs_exist_ok=True)
    row = {**ROW, "response": "SELECT COUNT(*) FROM customers", "group": "customers"}
    (job / "test" / "test.jsonl").write_text(json.dumps(row) + "\n")
    shutil.copytree(repository.root / "source_scripts", job / "code", dirs_exist_ok=True)
    shutil.copy(repository.root / "project.yml", job / "code")
    return root


def measured(root: Path) -> None:
    """See that vLLM has answered."""
    file = root / "processing" / "evaluation" / "evaluation.json"
    report = json.loads(file.read_text())
    assert report["server"] == "vllm"
    assert report["metrics"]["execution_accuracy"]["value"] == report["gate"]["score"]


EVALUATION = "/opt/ml/processing/code/evaluate.py"
SHORT = ["--max-new-tokens", "24"]


def test_the_evaluation_measures_with_vllm(
    vllm: Path, repository: SeedRepository, tmp_path: Path
) -> None:
    root = job_of(repository, tmp_path)
    done = subprocess.run(
        [str(vllm), EVALUATION.replace("/opt/ml", str(root)), *SHORT],
        env={
            "PATH": os.pathsep.join((str(vllm.parent), os.environ["PATH"])),
            "HOME": str(tmp_path),
            "ML_ROOT": str(root),
            **{name: value for name, value in ON_A_CPU.items() if name.startswith("VLLM")},
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    measured(root)


def test_an_isolated_job_of_the_emulator_measures_with_what_plays_vllm(
    repository: SeedRepository,
    container: Mapping[str, Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MINISTACK_SAGEMAKER_PYTHON", str(repository.python))
    root = job_of(repository, tmp_path)
    packages = serving_images.packages(container["Image"], root)
    containers.run(["python3", EVALUATION], SHORT, root, packages, isolated=True)
    measured(root)
