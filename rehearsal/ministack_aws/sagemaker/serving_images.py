"""What serves in a container, by its image: the handlers of a toolkit, or vLLM's own server."""

import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from ministack_aws.sagemaker import containers

VLLM: Final = re.compile(r"\.amazonaws\.com(?:\.cn)?/(?:huggingface-)?vllm[:@]")
PREFIX: Final = "SM_VLLM_"
BATCH: Final = "SAGEMAKER_BATCH"
"""Developer Guide, "Use Your Own Inference Code with Batch Transform": "always set to true when the
container runs in Batch Transform"."""
HERE: Final = Path(__file__).parent
MODULE: Final = ("vllm", "entrypoints", "openai", "api_server.py")


def has_vllm(image: str) -> bool:
    """Whether an image is one of those with vLLM."""
    return bool(VLLM.search(image))


def packages(image: str, root: Path) -> Mapping[str, str]:
    """Variables with which a container finds what its image has, made below its root."""
    if not has_vllm(image):
        return {}
    site = root / "image-packages"
    module = site.joinpath(*MODULE)
    module.parent.mkdir(parents=True, exist_ok=True)
    for folder in [*module.relative_to(site).parents][:-1]:
        (site / folder / "__init__.py").touch()
    shutil.copyfile(HERE / "vllm_server.py", module)
    return {"PYTHONPATH": str(site)}


def command(image: str, variables: Mapping[str, str], root: Path, port: int) -> list[str]:
    """The command that serves the model in a container's folder."""
    if not has_vllm(image):
        program = str(HERE / "model_server.py")
        return [containers.python(), program, str(root / "model"), str(port)]
    module = ".".join(MODULE).removesuffix(".py")
    inside = {
        name: value.replace(containers.OPT_ML, str(root)) for name, value in variables.items()
    }
    return [containers.python(), "-m", module, "--port", str(port), *options(inside)]


def options(variables: Mapping[str, str]) -> list[str]:
    """The options of vLLM that an image makes of its variables.

    Source: aws/deep-learning-containers, scripts/docker/huggingface/vllm/sagemaker_entrypoint.sh.
    """
    made: list[str] = []
    for name, value in sorted(variables.items()):
        if not name.startswith(PREFIX) or value.lower() == "false":
            continue
        made.append("--" + name.removeprefix(PREFIX).lower().replace("_", "-"))
        made += [] if value.lower() == "true" or not value else [value]
    return made


def environment(image: str, variables: Mapping[str, str], root: Path) -> dict[str, str]:
    """The variables of a container that serves, as this machine knows its folders."""
    inside = {
        name: value.replace(containers.OPT_ML, str(root)) for name, value in variables.items()
    }
    if not has_vllm(image):
        # The toolkits' own are for their servers, which are not run here.
        own = {name: inside[name] for name in (BATCH,) if name in inside}
        return containers.environment(root, **own)
    paths = [inside.get("PYTHONPATH", ""), *packages(image, root).values()]
    return containers.environment(root, **{**inside, "PYTHONPATH": os.pathsep.join(paths)})
