"""What serves: vLLM with this project's requests around it, or the handlers."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import vllm_requests
import vllm_server
from prompts import CHAT, format_prompt
from tasks import problems
from vllm_requests import ProjectRequests

from ml_pipelines import declared, serving
from ml_pipelines.settings import EXAMPLE

ROW = {"instruction": "Count.", "context": "CREATE TABLE a (b INTEGER)"}
JSON = "application/json"
Answered = tuple[int, Any]


class Inner:
    """Stands for vLLM; it remembers what it was asked."""

    def __init__(self, status: int = 200) -> None:
        self.status = status
        self.asked: list[tuple[str, Any]] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message["body"], message["more_body"]
        length = dict(scope["headers"]).get(b"content-length")
        assert length is None or int(length) == len(body)
        self.asked.append((scope["path"], json.loads(body or b"null")))
        choices = [{"index": 1, "text": " two ### and more"}, {"index": 0, "text": "one"}]
        answer = json.dumps({"choices": choices} if self.status == 200 else "too long").encode()
        await send({"type": "http.response.start", "status": self.status, "headers": []})
        await send({"type": "http.response.body", "body": answer[:5], "more_body": True})
        await send({"type": "http.response.body", "body": answer[5:]})


def asked(inner: Inner, body: bytes, kind: str = JSON, path: str = "/invocations") -> Answered:
    """Status and content of an answer; the body comes in two parts."""
    parts = [
        {"type": "http.request", "body": body[3:], "more_body": False},
        {"type": "http.request", "body": body[:3], "more_body": True},
    ]
    sent: list[Mapping[str, Any]] = []

    async def receive() -> Any:
        return parts.pop()

    async def send(message: Mapping[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "headers": [
            (b"content-type", kind.encode()),
            *([(b"content-length", str(len(body)).encode())] if path == "/invocations" else []),
        ],
    }
    asyncio.run(ProjectRequests(inner)(scope, receive, send))
    content = b"".join(message.get("body", b"") for message in sent)
    return sent[0]["status"], json.loads(content)


def test_a_request_of_the_project_is_one_completion_of_all_its_prompts() -> None:
    inner = Inner()
    body = json.dumps({"inputs": [ROW, ROW], "parameters": {"max_new_tokens": 9}}).encode()
    assert asked(inner, body) == (200, {"outputs": ["one", "two"]})
    ((path, completion),) = inner.asked
    prompt = format_prompt(ROW["instruction"], ROW["context"])
    assert path == "/v1/completions"
    assert completion == {
        "prompt": [prompt, prompt],
        "max_tokens": 9,
        "temperature": 0,
        "stop": ["###"],
    }


@pytest.mark.parametrize("name", ["messages", "prompt"])
def test_openai_s_requests_go_to_vllm_as_they_are(name: str) -> None:
    inner, request = Inner(), {name: "x", "stream": True}
    assert asked(inner, json.dumps(request).encode())[0] == 200
    assert inner.asked == [("/invocations", request)]


@pytest.mark.parametrize(
    ("body", "kind", "words"),
    [
        (b"{", JSON, "no JSON"),
        (b"[]", JSON, "'inputs' must be"),
        (b'{"inputs": [{}]}', JSON, "'inputs[0]'"),
        (b'{"inputs": [{"instruction": "a"}], "parameters": 1}', JSON, "'parameters'"),
        (b"<a/>", "application/xml", "application/xml"),
    ],
)
def test_a_mistake_of_a_client_does_not_reach_vllm(body: bytes, kind: str, words: str) -> None:
    inner = Inner()
    status, answer = asked(inner, body, kind)
    assert (status, inner.asked) == (400, [])
    assert words in answer["error"]


@pytest.mark.parametrize("status", [400, 500])
def test_what_vllm_refuses_is_refused_with_its_words(status: int) -> None:
    body = json.dumps({"inputs": [ROW]}).encode()
    assert asked(Inner(status), body) == (status, {"error": '"too long"'})


def test_what_is_no_request_for_an_answer_passes() -> None:
    inner = Inner()
    asked(inner, b'{"a": 1}', path="/v1/completions")
    assert inner.asked == [("/v1/completions", {"a": 1})]


@pytest.mark.parametrize("context", ["CREATE TABLE a (b INTEGER)", "  ", ""])
def test_a_chat_becomes_the_prompt_of_the_training(context: str) -> None:
    jinja2 = pytest.importorskip("jinja2")
    system = [{"role": "system", "content": context}] if context else []
    messages = [
        {"role": "user", "content": "earlier"},
        {"role": "assistant", "content": "said"},
        *system,
        {"role": "user", "content": " Count. "},
    ]
    text = jinja2.Template(CHAT).render(messages=messages, add_generation_prompt=True)
    assert text == format_prompt("Count.", context)


def with_model(**values: Any) -> declared.Declaration:
    """This declaration with another server."""
    found = declared.read()
    return replace(found, model=replace(found.model, **values))


def test_the_endpoint_and_the_evaluation_have_the_same_options() -> None:
    found = with_model(server="vllm")
    container = serving.container(EXAMPLE, found)
    assert "/huggingface-vllm:" in container.image
    options = vllm_server.options(found)
    for name, value in options.items():
        assert container.environment[f"SM_VLLM_{name.upper().replace('-', '_')}"] == value
    assert options["load-format"] == "safetensors"
    assert container.environment["PYTHONPATH"] == "/opt/ml/model/code"
    module, _, kind = options["middleware"].rpartition(".")
    assert (module, kind) == (vllm_requests.__name__, ProjectRequests.__name__)
    assert module + ".py" in (Path(vllm_server.__file__).with_name("train.py")).read_text()


@pytest.mark.parametrize(("machine", "gpus"), [("ml.g5.xlarge", 1), ("ml.g5.12xlarge", 4)])
def test_a_model_is_split_over_the_gpus_of_its_machine(machine: str, gpus: int) -> None:
    found = declared.read()
    found = replace(found, machines=replace(found.machines, inference=machine))
    assert vllm_server.options(found)["tensor-parallel-size"] == str(gpus)


@pytest.mark.parametrize("machine", ["ml.m5.xlarge", "ml.inf2.xlarge"])
def test_vllm_is_never_served_without_a_gpu(machine: str) -> None:
    found = with_model(server="vllm")
    ((where, words),) = problems(
        replace(found, machines=replace(found.machines, inference=machine))
    )
    assert where == ("machines", "inference")
    assert f"{machine} has no GPU of NVIDIA" in words
    assert not [*problems(found)]


def test_the_handlers_are_served_by_their_own_image() -> None:
    container = serving.container(EXAMPLE, with_model(server="transformers"))
    assert "/huggingface-pytorch-inference:" in container.image
    assert container.environment["SAGEMAKER_PROGRAM"] == "inference.py"


def test_a_laptop_without_vllm_says_who_answers_instead(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(serving.importlib.util, "find_spec", lambda name: None)
    assert serving.local_arguments(with_model(server="vllm")) == ("--server", "transformers")
    assert "vLLM is not installed here" in capsys.readouterr().err
    assert serving.local_arguments(with_model(server="transformers")) == ()
    monkeypatch.setattr(serving.importlib.util, "find_spec", lambda name: object())
    assert serving.local_arguments(with_model(server="vllm")) == ()


SERVER = """
import http.server, json, sys
options = dict(zip(sys.argv[1::2], sys.argv[2::2]))
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(500 if b"broken" in body else 200); self.end_headers()
        self.wfile.write(json.dumps([options, body.decode()]).encode())
http.server.HTTPServer(("127.0.0.1", int(options["--port"])), Handler).serve_forever()
"""


def played(folder: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """A program in place of vLLM's server."""
    (folder / "played_server.py").write_text(text)
    monkeypatch.setenv("PYTHONPATH", str(folder))
    monkeypatch.setattr(vllm_server, "SERVER", "played_server")


def test_the_evaluation_asks_a_server_on_this_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    played(tmp_path, monkeypatch, SERVER)
    found = declared.read()
    with vllm_server.serving(tmp_path / "code", tmp_path, found) as ask:
        options, body = json.loads(ask('{"inputs": []}'))
        assert body == '{"inputs": []}'
        assert options["--model"] == str(tmp_path)
        assert options["--host"] == "127.0.0.1"
        assert {f"--{name}" for name in vllm_server.options(found)} <= {*options}
        with pytest.raises(SystemExit, match="vLLM has answered 500"):
            ask("broken")


def test_a_server_that_ends_is_no_measurement(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As vLLM does on a machine whose GPU it cannot use: its builds for GPUs know no CPU.
    played(tmp_path, monkeypatch, "raise RuntimeError('Failed to infer device type')")
    with (
        pytest.raises(SystemExit, match="exit code 1 before it could answer"),
        vllm_server.serving(tmp_path, tmp_path, declared.read()),
    ):
        raise AssertionError("nothing answers")
