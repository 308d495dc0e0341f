"""`costs refresh` signs in, asks page by page, and leaves a file that `costs` takes."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from typer.testing import CliRunner

from mlops_commons.cli.application import application
from mlops_commons.costs.prices import load_prices
from mlops_commons.utilities.errors import PlatformError

pytestmark = pytest.mark.pure

NAT = {
    "product": {"attributes": {"usagetype": "EUC1-NatGateway-Hours"}},
    "terms": {
        "OnDemand": {
            "a": {"priceDimensions": {"b": {"beginRange": "0", "pricePerUnit": {"USD": "0.052"}}}}
        }
    },
}


class PriceList(BaseHTTPRequestHandler):
    """Answers as the API does: the price of a NAT gateway on the second page, nothing else."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        assert self.headers["X-Amz-Target"] == "AWSPriceListService.GetProducts"
        assert "Credential=AKIDEXAMPLE" in self.headers["Authorization"]
        usage = next(f["Value"] for f in asked["Filters"] if f["Field"] == "usagetype")
        answer: dict[str, Any] = {"FormatVersion": "aws_v1", "PriceList": []}
        if usage == "NatGateway-Hours" and "NextToken" not in asked:
            answer["NextToken"] = "more"
        elif usage == "NatGateway-Hours":
            answer["PriceList"] = [json.dumps(NAT)]
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def price_list(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    keys = "aws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = secret\n"
    (tmp_path / "config").write_text(f"[profile asks]\nregion = eu-west-1\n{keys}")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    with HTTPServer(("127.0.0.1", 0), PriceList) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_PRICING", f"http://127.0.0.1:{server.server_port}")
        Thread(target=server.serve_forever, daemon=True).start()
        yield
        server.shutdown()


def call(*arguments: str) -> Any:
    return CliRunner().invoke(application, ["costs", "refresh", *arguments])


@pytest.mark.usefixtures("price_list")
def test_what_aws_answers_is_kept_and_what_it_lacks_is_named(tmp_path: Path) -> None:
    file = tmp_path / "prices.json"
    done = call("--region", "eu-central-1", "--profile", "asks", "--file", str(file))
    assert done.exit_code == 0, done.exception
    assert "1 prices of eu-central-1 written" in done.stdout
    assert "endpoint_hour" in done.stdout
    found = load_prices(file)
    assert (found.of("nat_hour").usd, found.of("nat_hour").region) == (0.052, "eu-central-1")
    assert found.of("endpoint_hour") == load_prices().of("endpoint_hour")


@pytest.mark.usefixtures("price_list")
def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    done = call("--region", "eu-central-1", "--profile", "asks", "--file", str(tmp_path))
    assert isinstance(done.exception, PlatformError)
    assert str(tmp_path) in str(done.exception)


def test_a_profile_that_is_not_there_is_a_message(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    done = call("--profile", "nobody")
    assert isinstance(done.exception, PlatformError)
    assert "nobody" in str(done.exception)
