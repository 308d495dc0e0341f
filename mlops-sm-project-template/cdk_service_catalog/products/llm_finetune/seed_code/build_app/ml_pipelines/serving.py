"""What serves texts: vLLM's own server, or the handlers of this repository."""

import importlib.util
import sys
from collections.abc import Callable, Mapping

from ml_pipelines.declared import Declaration  # isort: skip
from vllm_server import variables

from ml_pipelines.hugging_face import Container, handlers, image
from ml_pipelines.settings import Settings

VLLM = {"version": "0.29.0"}
"""Of Hugging Face's image of vLLM, which is in every region of the image that trains. AWS's own,
`vllm`, has the same server and contract, and is neither in China nor in GovCloud (the registries of
the SDK in the lock)."""


def container(settings: Settings, found: Declaration) -> Container:
    """The image and the variables of what the declaration chooses."""
    return SERVERS[found.model.server](settings, found)


def local_arguments(found: Declaration) -> tuple[str, ...]:
    """Arguments of the evaluation on this machine, which may have no vLLM. It is told, and the
    report names the server that has answered."""
    if found.model.server != "vllm" or importlib.util.find_spec("vllm"):
        return ()
    print(
        "vLLM is not installed here: transformers answers instead, as model.server: transformers "
        "would; in AWS vLLM does",
        file=sys.stderr,
    )
    return ("--server", "transformers")


def _vllm(settings: Settings, found: Declaration) -> Container:
    name = found.machines.inference
    return Container(
        image=image(settings, "huggingface-vllm", "inference", name, VLLM),
        environment=variables(found),
    )


SERVERS: Mapping[str, Callable[[Settings, Declaration], Container]] = {
    "vllm": _vllm,
    "transformers": handlers,
}
