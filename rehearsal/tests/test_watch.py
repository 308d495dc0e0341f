"""The live page: for whoever has its address, on this machine, and only to look."""

import http.client
import json
import re
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from contrast import READABLE, contrast, themes
from sample_report import action

from mlops_commons.config import load_config
from mlops_commons.utilities.paths import CDK_APP_CONFIG, CDK_INFRA_APP_CONFIG
from mlops_rehearsal.acts.table import ACTS
from mlops_rehearsal.emulator.server import Emulator
from mlops_rehearsal.watch import server
from mlops_rehearsal.watch.scene import LINES, Scene
from mlops_rehearsal.watch.server import LivePage
from mlops_rehearsal.world.approvals import Approval
from mlops_rehearsal.world.evidence import Evidence, Played
from mlops_rehearsal.world.recorded import ActionStatus
from mlops_rehearsal.world.world import World

pytestmark = pytest.mark.pure

WRITTEN = Path(server.__file__).parent
PIPELINE = "mlops-infra-main-business-unit-1"


@pytest.fixture
def world(tmp_path: Path) -> World:
    config = load_config(CDK_APP_CONFIG, CDK_INFRA_APP_CONFIG)
    return World(
        config=config,
        emulator=Emulator(config.pipeline.region),
        checkout=tmp_path,
        folder=tmp_path,
        set_name="",
        approve=lambda name: Approval.APPROVED,
        say=lambda text: None,
    )


@pytest.fixture
def scene(world: World) -> Scene:
    found = Scene(ACTS)
    found.enter(world)
    return found


@pytest.fixture
def page(scene: Scene) -> Iterator[LivePage]:
    with LivePage(scene) as found:
        yield found


def asked(
    url: str, *, path: str | None = None, method: str = "GET", **headers: str
) -> http.client.HTTPResponse:
    place = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(str(place.hostname), place.port or 0, timeout=10)
    connection.request(method, place.path if path is None else path, headers=headers)
    return connection.getresponse()


def news(response: http.client.HTTPResponse) -> Iterator[tuple[str, dict[str, Any]]]:
    """The events of a stream: name and data."""
    name = "message"
    for line in response:
        text = line.decode().rstrip("\n")
        if text.startswith("event: "):
            name = text.removeprefix("event: ")
        if text.startswith("data: "):
            yield name, json.loads(text.removeprefix("data: "))
            name = "message"


def done(number: int) -> Played:
    shown = (Evidence("pushes", ({"a": "b"},)),)
    return Played(number=number, name="x", title="X", seconds=2.0, evidence=shown)


def test_who_has_the_address_sees_the_page_and_nothing_else_is_loaded(page: LivePage) -> None:
    answer = asked(page.url)
    assert answer.status == 200
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert (answer.headers["Referrer-Policy"], answer.headers["Cache-Control"]) == (
        *("no-referrer", "no-store"),
    )
    text = answer.read().decode()
    for name in re.findall(r'(?:href|src)="([^"]*)"', text):
        assert asked(page.url + name).status == 200
    assert "https:" not in text


@pytest.mark.parametrize(
    "path", ["/", "", "/events", "/x/", "/x/events", "//events", "/../events", "/page.html"]
)
def test_who_does_not_know_the_token_sees_nothing(page: LivePage, path: str) -> None:
    answer = asked(page.url, path=path or "/")
    assert answer.status == 404
    assert b"Acts" not in answer.read()


@pytest.mark.parametrize("name", ["scene.py", "../cli.py", "%2e%2e/cli.py", "page.html"])
def test_the_token_opens_no_other_file(page: LivePage, name: str) -> None:
    assert asked(page.url, path=urllib.parse.urlsplit(page.url).path + name).status == 404


def test_a_page_from_elsewhere_whose_name_resolves_here_sees_nothing(page: LivePage) -> None:
    port = urllib.parse.urlsplit(page.url).port
    assert asked(page.url, Host=f"rebound.example:{port}").status == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_nobody_can_change_anything(page: LivePage, method: str) -> None:
    assert asked(page.url, method=method).status == 501


def test_every_page_is_on_loopback_and_has_a_token_of_its_own(scene: Scene) -> None:
    with LivePage(scene) as one, LivePage(scene) as other:
        places = [urllib.parse.urlsplit(page.url) for page in (one, other)]
    assert {place.hostname for place in places} == {"127.0.0.1"}
    tokens = [place.path.strip("/") for place in places]
    assert tokens[0] != tokens[1]
    # 24 bytes in base64: more than anybody can try.
    assert {len(token) for token in tokens} == {32}


def test_what_happens_is_told_when_it_happens_and_the_end_too(scene: Scene) -> None:
    with LivePage(scene) as page:
        heard = news(asked(f"{page.url}events"))
        _, first = next(heard)
        assert {act["state"] for act in first["scene"]["acts"]} == {"not reached"}
        scene.begins(ACTS[0])
        scene.say("an \x1b[31maccount\x1b[0m <b>")
        _, second = next(heard)
        assert second["scene"]["acts"][0]["state"] == "playing"
        assert second["scene"]["lines"] == ["an account <b>"]
        scene.ended(done(1))
        scene.end("13 acts played")
    rest = list(heard)
    assert rest[-2][1]["scene"]["ended"] == "13 acts played"
    assert rest[-2][1]["scene"]["acts"][0]["shows"] == "1 push"
    assert rest[-1][0] == "gone"


def test_a_page_that_nobody_watches_ends_with_the_rehearsal(scene: Scene) -> None:
    with LivePage(scene) as page:
        pass
    with pytest.raises(ConnectionRefusedError):
        asked(page.url)


def test_the_act_that_fails_is_shown_as_failed(scene: Scene) -> None:
    scene.begins(ACTS[3])
    scene.end("Act 4 failed because", failed=True)
    shown = scene.snapshot()
    assert (shown["acts"][3]["state"], shown["failed"]) == ("failed", True)


def test_actions_are_counted_where_they_deliver_to(world: World, scene: Scene) -> None:
    governance = world.config.pipeline.account
    of = {"pipeline": PIPELINE, "account": governance}
    world.actions.append(action("repo", stage="Source", provider="CodeCommit", **of))
    world.actions.append(action("Deploy", stage="dev", provider="CloudFormation", **of))
    failed = {"status": ActionStatus.FAILED, "result": "no\nmore"}
    world.actions.append(action("Deploy", stage="prod", **of, **failed))
    shown = scene.snapshot()
    assert {row["role"]: row["actions"] for row in shown["accounts"]} == {
        "governance": 1,
        "business-unit-1/dev": 1,
        "business-unit-1/preprod": 0,
        "business-unit-1/prod": 1,
    }
    assert [row["role"] for row in shown["accounts"] if row["failed"]] == ["business-unit-1/prod"]
    (run,) = shown["runs"]
    assert [row["status"] for row in run["actions"]] == ["succeeded", "succeeded", "failed"]
    assert run["actions"][-1]["result"] == "no"


def test_a_second_run_of_a_pipeline_is_another_run(world: World, scene: Scene) -> None:
    for _ in range(2):
        world.actions.append(action("repo", pipeline=PIPELINE, provider="CodeCommit"))
        world.actions.append(action("Synth", pipeline=PIPELINE))
    assert [len(run["actions"]) for run in scene.snapshot()["runs"]] == [2, 2]


def test_only_the_last_lines_are_kept(scene: Scene) -> None:
    for number in range(LINES + 5):
        scene.say(f"line {number}")
    assert scene.snapshot()["lines"][0] == "line 5"


def test_text_of_programs_never_becomes_markup_or_code() -> None:
    script = (WRITTEN / "watch.js").read_text(encoding="utf-8")
    for way in ("innerHTML", "outerHTML", "insertAdjacent", "document.write", "eval(", "Function("):
        assert way not in script
    markup = (WRITTEN / "page.html").read_text(encoding="utf-8")
    assert not re.search(r"\son\w+=|<style|javascript:", markup)


def test_text_can_be_read_in_light_and_dark() -> None:
    found = list(themes((WRITTEN / "watch.css").read_text(encoding="utf-8")))
    assert len(found) == 2
    for theme in found:
        for text in ("text", "muted", "good", "bad", "now", "emulated"):
            for ground in ("background", "panel"):
                assert contrast(theme[text], theme[ground]) >= READABLE, (text, ground, theme)
