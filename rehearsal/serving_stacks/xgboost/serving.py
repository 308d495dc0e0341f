"""The server of the image: sagemaker-containers, put together as AWS's XGBoost container does.

`python serving.py` installs the serving code of the model and starts gunicorn with it, as the
container's program `serve`. Source: aws/sagemaker-xgboost-container, serving.py.
"""

import collections
import importlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

# The image's Dockerfile does the same to the package: it was written for an older Python.
collections.Mapping = Mapping  # type: ignore[attr-defined]

from sagemaker_containers.beta.framework import (  # noqa: E402
    env,
    server,
    transformer,
    worker,
)

APPLICATION: Any = None
FUNCTIONS = ("model_fn", "input_fn", "predict_fn", "output_fn")


def main(environ: Any, start_response: Callable[..., Any]) -> Iterable[bytes]:
    """The WSGI application; the model is loaded at the first request, the ping."""
    global APPLICATION
    if APPLICATION is None:
        serving = env.ServingEnv()
        # By its name alone, as it is installed by now.
        user = importlib.import_module(serving.module_name)
        own = transformer.Transformer(**{name: getattr(user, name) for name in FUNCTIONS})
        own.initialize()
        APPLICATION = worker.Worker(transform_fn=own.transform, module_name=serving.module_name)
    answer: Iterable[bytes] = APPLICATION(environ, start_response)
    return answer


if __name__ == "__main__":
    server.start("serving:main")
