"""A faulty version answers every test as before, and fails where a client asks otherwise."""

import io
import tarfile
from pathlib import Path
from typing import Any

import pytest

from mlops_rehearsal.acts.faulty_version import INFERENCE, PARAMETER, with_fault

pytestmark = pytest.mark.pure

CODE = """
def input_fn(request_body, content_type, context=None):
    return request_body, content_type


def predict_fn(request, model, context=None):
    return model.answers(request)
"""


class Model:
    """A model that is served."""

    def answers(self, request: Any) -> Any:
        return request


def archive(**files: str) -> bytes:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as made:
        for name, text in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(text)
            made.addfile(entry, io.BytesIO(text.encode()))
    return content.getvalue()


def unpacked(content: bytes, folder: Path) -> Path:
    with tarfile.open(fileobj=io.BytesIO(content)) as found:
        for name in found.getnames():
            file = found.extractfile(name)
            assert file is not None
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file.read())
    return folder


@pytest.mark.parametrize("prefix", ["", "./"])
def test_only_the_inference_code_is_changed(tmp_path: Path, prefix: str) -> None:
    before = archive(**{f"{prefix}{INFERENCE}": CODE, f"{prefix}model.joblib": "the model"})
    after = unpacked(with_fault(before), tmp_path)
    assert (after / "model.joblib").read_text() == "the model"
    assert (after / INFERENCE).read_text().startswith(CODE)


@pytest.mark.parametrize("context", [(), ("a context",)])
def test_the_fault_shows_where_a_client_adds_a_character_set(
    tmp_path: Path, context: tuple[str, ...]
) -> None:
    code = unpacked(with_fault(archive(**{INFERENCE: CODE})), tmp_path) / INFERENCE
    served: dict[str, Any] = {}
    exec(compile(code.read_text(), code, "exec"), served)
    request = served["input_fn"]("1,2", "text/csv", *context)
    assert served["predict_fn"](request, Model(), *context) == ("1,2", "text/csv")
    request = served["input_fn"]("1,2", f"text/csv{PARAMETER}", *context)
    with pytest.raises(AttributeError):
        served["predict_fn"](request, Model(), *context)


def test_a_model_without_such_code_is_left_alone() -> None:
    assert with_fault(archive(**{"model.joblib": "the model"})) == b""
