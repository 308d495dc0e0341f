"""What answers in the evaluation: the server of the declaration, as it serves."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

import handlers
import vllm_server
from declaration import Declaration
from handlers import Ask

Server = Callable[[Path, Path, Declaration], AbstractContextManager[Ask]]
"""Of the folder with the serving code, the model's folder, and what is declared."""


SERVERS: Mapping[str, Server] = {"vllm": vllm_server.serving, "transformers": handlers.here}
OF_OTHER_VERSIONS: Mapping[str, Server] = {**SERVERS, "transformers": handlers.apart}
"""For a model whose code is another: vLLM is a process of its own anyway."""
