"""Models that answer with their name, as the archives that SageMaker takes."""

import io
import tarfile

TYPES = "which types"
"""A request whose answer is the type that is accepted."""
MODE = "which mode"
"""A request whose answer is whether the container scores a batch."""
INFERENCE = """
import os
def model_fn(folder): return None
def input_fn(body, content_type): return body.decode()
def predict_fn(data, model):
    if data == {mode!r}:
        return os.environ.get("SAGEMAKER_BATCH", "no batch")
    if {fails!r} and data == {fails!r}:
        raise ValueError("not this one")
    return accepted if data == {types!r} else {name!r}
accepted = object()
def output_fn(answer, accept): return accept if answer is accepted else answer
"""


def model_archive(name: str, *, fails: str = "") -> bytes:
    """A `model.tar.gz`; it fails for the request that is `fails`."""
    code = INFERENCE.format(name=name, fails=fails, types=TYPES, mode=MODE).encode()
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as archive:
        entry = tarfile.TarInfo("code/inference.py")
        entry.size = len(code)
        archive.addfile(entry, io.BytesIO(code))
    return content.getvalue()
