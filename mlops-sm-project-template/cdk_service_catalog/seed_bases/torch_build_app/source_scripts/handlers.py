"""Asks a model as the Hugging Face image's server does: by the handlers in the model's own code.

In this process for the model of this training and its base model. In a process of its own for
another version, whose modules have the same names: `handlers.py CODE MODEL` answers each line.
"""

import gc
import importlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

Ask = Callable[[str], str]
"""The answer to the body of a request."""


@contextmanager
def here(code: Path, model: Path, found: Any = None) -> Iterator[Ask]:
    """The handlers in this process.

    Args:
        code: the folder with the serving code.
        found: as of other servers; these need no declaration.
    """
    sys.path.insert(0, str(code))
    inference = importlib.import_module("inference")
    loaded = inference.model_fn(str(model))

    def ask(body: str) -> str:
        request = inference.input_fn(body, inference.CONTENT_TYPE)
        answer = inference.predict_fn(request, loaded)
        return str(inference.output_fn(answer, inference.CONTENT_TYPE))

    try:
        yield ask
    finally:
        loaded = None
        freed()


def freed() -> None:
    """Give the memory of models that nobody holds back: two at once may be more than a GPU has."""
    gc.collect()
    torch = sys.modules.get("torch")
    if torch:
        torch.cuda.empty_cache()


@contextmanager
def apart(code: Path, model: Path, found: Any = None) -> Iterator[Ask]:
    """The same in a process of its own, which ends with the block. Its log is the job's.

    Raises:
        SystemExit: it ends before it has answered.
    """
    freed()
    process = subprocess.Popen(
        [sys.executable, __file__, str(code), str(model)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    asked, answered = process.stdin, process.stdout
    assert asked and answered

    def ask(body: str) -> str:
        with suppress(BrokenPipeError):
            asked.write(json.dumps(body) + "\n")
            asked.flush()
        line = answered.readline()
        if not line:
            raise SystemExit(
                f"its own code has ended with exit code {process.wait()}; the reason is the last "
                "error above"
            )
        return str(json.loads(line))

    try:
        yield ask
    finally:
        process.kill()
        process.communicate()


def main() -> None:
    """Answer what stands in each line of the input with a line, until there is none."""
    code, model = map(Path, sys.argv[1:])
    # What libraries print is no answer.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    # In place of this file's folder, where modules of the same names are those of this training.
    sys.path.pop(0)
    with here(code, model) as ask:
        for line in sys.stdin:
            answers.write(json.dumps(ask(json.loads(line))) + "\n")
            answers.flush()


if __name__ == "__main__":
    main()
