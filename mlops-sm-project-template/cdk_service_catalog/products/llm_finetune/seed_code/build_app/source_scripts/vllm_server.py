"""vLLM's server: how it is set up, wherever it runs, and one on this machine for the evaluation.

The image turns each variable SM_VLLM_<NAME> into the option --<name> of vLLM's own server
(aws/deep-learning-containers, scripts/docker/huggingface/vllm/sagemaker_entrypoint.sh). The
evaluation starts the same program in the same image with the same options.
"""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from declaration import Declaration
from handlers import Ask
from machines import USABLE, machine

SERVER = "vllm.entrypoints.openai.api_server"
MODEL = "/opt/ml/model"
START_SECONDS = 1800
ANSWER_SECONDS = 600
POLL_SECONDS = 0.5


def options(found: Declaration) -> dict[str, str]:
    """The options of the server, without the model's folder.

    `generation-config` keeps settings for sampling out that a base model may bring, and
    `load-format` weights in other formats: they are pickles, which run code.
    """
    known = machine(found.machines.inference)
    return {
        "served-model-name": "model",
        "load-format": "safetensors",
        "generation-config": "vllm",
        "max-model-len": str(found.model.context_tokens),
        "max-num-seqs": str(found.model.concurrent_requests),
        "gpu-memory-utilization": str(USABLE),
        "tensor-parallel-size": str(max(1, known.gpus) if known else 1),
        "middleware": "vllm_requests.ProjectRequests",
    }


def variables(found: Declaration) -> dict[str, str]:
    """The environment of the container that serves.

    The image's own layer of optimisations is off: it takes half of the machine's memory for a
    cache, which the table of machines does not count with.
    """
    named = {
        f"SM_VLLM_{name.upper().replace('-', '_')}": value for name, value in options(found).items()
    }
    return {
        "SM_VLLM_MODEL": MODEL,
        **named,
        "PYTHONPATH": f"{MODEL}/code",
        "HF_ENABLE_OPTIMIZATIONS": "0",
        "HF_HUB_OFFLINE": "1",
        "TRANSFORMERS_OFFLINE": "1",
        "VLLM_NO_USAGE_STATS": "1",
        # Nothing can be installed in an isolated container.
        "STANDARD_AUTO_INSTALL_REQ": "false",
    }


@contextmanager
def serving(code: Path, model: Path, found: Declaration) -> Iterator[Ask]:
    """A server of a model's folder on this machine, which ends with the block.

    Args:
        code: the folder with the serving code.

    Raises:
        SystemExit: it ends before it answers, or an answer is an error. Its log is the job's.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    where = {"model": str(model), "host": "127.0.0.1", "port": str(port)}
    given = [
        part for name, value in {**where, **options(found)}.items() for part in (f"--{name}", value)
    ]
    process = subprocess.Popen(
        [sys.executable, "-m", SERVER, *given], env=_environment(variables(found), code)
    )
    try:
        _wait(process, port)
        yield lambda body: _asked(port, body)
    finally:
        process.terminate()
        process.wait(timeout=60)


def _environment(named: Mapping[str, str], code: Path) -> dict[str, str]:
    paths = [str(code), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, **named, "PYTHONPATH": os.pathsep.join(paths)}


def _wait(process: "subprocess.Popen[bytes]", port: int) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if process.poll() is not None:
            raise SystemExit(
                f"vLLM has ended with exit code {process.returncode} before it could answer: its "
                "reason is the last error above. A GPU that is too small, or that vLLM cannot use, "
                "is one: see 'Machines' in README.md"
            )
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/ping", timeout=5):
                return
        except OSError:
            time.sleep(POLL_SECONDS)
    raise SystemExit(f"vLLM has not answered within {START_SECONDS} seconds")


def _asked(port: int, body: str) -> str:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/invocations",
        data=body.encode(),
        headers={"Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as answer:
            return str(answer.read().decode())
    except urllib.error.HTTPError as error:
        raise SystemExit(f"vLLM has answered {error.code}: {error.read().decode()}") from None
