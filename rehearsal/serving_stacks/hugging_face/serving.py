"""The image's server without its frontend: what reads a request, runs the handlers and answers.

`python serving.py MODEL_FOLDER` loads the model as a worker of multi-model-server does, and answers
each line of its input, `{"body": ..., "kind": ..., "accept": ...}`, with a line: status, content
type, body. The handlers are those of the toolkit, as its server names them.
"""

import base64
import json
import struct
import sys
from typing import Any

import transformers.file_utils

# The last release on PyPI was made for transformers 4; the fifth knows no TensorFlow.
if not hasattr(transformers.file_utils, "is_tf_available"):
    transformers.file_utils.is_tf_available = lambda: False

from mms.model_loader import MmsModelLoader
from sagemaker_huggingface_inference_toolkit import handler_service


class Reader:
    """Reads what a worker sends to its frontend."""

    def __init__(self, content: bytes) -> None:
        self.content = bytes(content)

    def number(self) -> int:
        """Four bytes."""
        head, self.content = self.content[:4], self.content[4:]
        found: int = struct.unpack("!i", head)[0]
        return found

    def text(self) -> bytes:
        """A length and so many bytes."""
        size = self.number()
        head, self.content = self.content[:size], self.content[size:]
        return head


def decoded(message: bytes) -> dict[str, Any]:
    """Status, content type and body (mms.protocol.otf_message_handler.create_predict_response)."""
    reader = Reader(message)
    reader.number()
    reason = reader.text().decode()
    reader.text()
    kind = reader.text().decode()
    status = reader.number()
    reader.text()
    for _ in range(2 * reader.number()):
        reader.text()
    body = reader.text()
    # The frontend puts the reason in place of an answer that there is none of.
    text = reason if status >= 400 and body == b"error" else body.decode()
    return {"status": status, "kind": kind, "body": text}


def request(row: dict[str, str]) -> list[dict[str, Any]]:
    """A batch of one request, as the frontend sends it (mms.service.Service.predict)."""
    named = {"content-type": row["kind"], "accept": row["accept"]}
    headers = [{"name": key.encode(), "value": text.encode()} for key, text in named.items()]
    body = {"name": "body", "contentType": row["kind"], "value": base64.b64decode(row["body"])}
    return [{"requestId": b"1", "parameters": [body], "headers": headers}]


def main(folder: str) -> None:
    """Answer every line."""
    service = MmsModelLoader().load("model", folder, handler_service.__name__, None, 1)
    for line in sys.stdin:
        answer = decoded(service.predict(request(json.loads(line))))
        print(json.dumps(answer), file=sys.__stdout__, flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
