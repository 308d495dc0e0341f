"""The emulator's own paths, which only its starter may call."""

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from mlops_commons.utilities.errors import PlatformError
from mlops_rehearsal.emulator.loopback import opener

SECONDS: Final = 30


@dataclass(frozen=True)
class OwnCalls:
    """How the paths below `/_registry/` of one emulator are reached."""

    endpoint: str
    certificate: Path
    token: str

    def ask(self, path: str, content: Mapping[str, object], *, hint: str) -> Any:
        """What a path answers to this content.

        Raises:
            PlatformError: it refuses, or nothing answers; `hint` is what to look at then.
        """
        request = urllib.request.Request(
            f"{self.endpoint}/_registry/{path}",
            data=json.dumps(content).encode(),
            headers={"X-Registry-Token": self.token},
            method="POST",
        )
        try:
            with opener(self.certificate).open(request, timeout=SECONDS) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            message = json.load(error).get("message", str(error))
            raise PlatformError(message, hint=hint) from error
        except OSError as error:
            raise PlatformError(f"the emulator does not answer: {error}", hint=hint) from error
