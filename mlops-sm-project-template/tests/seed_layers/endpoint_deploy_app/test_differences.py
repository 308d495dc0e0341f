"""A new version is held against the answers of the one before it."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from deploy_app.differences import Bounds, Pair, earlier, pairs, told
from deploy_app.errors import DeployError
from deploy_app.integration_test import _difference
from deploy_app.samples import Requests
from deploy_app.stage_config import IntegrationTest
from deploy_app.version_files import VersionFile

LIMITS = IntegrationTest(invocations=0, latency_milliseconds=1)


def before(*samples: dict[str, Any]) -> Requests:
    file = VersionFile("{}", "s3://b/registered/2/model.tar.gz/samples.json", own=False)
    return Requests("application/json", "text/csv", list(samples), file)


NUMBERS = before(
    {"body": "a", "minimum": 9.9, "maximum": 10.1}, {"body": "b", "minimum": 19.8, "maximum": 20.2}
)
CLASSES = before(*({"body": name, "equals": "low"} for name in "abcd"))


def answering(**answers: str) -> Any:
    return lambda sample: answers[sample["body"]]


@pytest.mark.parametrize(
    ("limit", "passed"), [(None, True), (2.0, True), (1.4, False), (0.0, False)]
)
def test_numbers_differ_by_their_mean(limit: float | None, passed: bool) -> None:
    limits = LIMITS.model_copy(update={"mean_difference": limit})
    (check,) = _difference(answering(a="12\n", b="19\n"), NUMBERS, limits)
    assert check.found.startswith("1.5 on average, 10.0% of them, in 2 rows")
    assert check.passed is passed


@pytest.mark.parametrize(("limit", "passed"), [(None, True), (0.25, True), (0.2, False)])
def test_classes_differ_by_the_share_that_has_changed(limit: float | None, passed: bool) -> None:
    limits = LIMITS.model_copy(update={"changed_share": limit, "mean_difference": 0.0})
    ask = answering(a="low\n", b='"low"\n', c="high\n", d="low\n")
    (check,) = _difference(ask, CLASSES, limits)
    assert check.found.startswith("25% of 4 rows")
    assert check.passed is passed


@pytest.mark.parametrize(("limit", "passed"), [(None, True), (0.5, True), (0.4, False)])
def test_classes_that_are_named_by_digits_are_classes(limit: float | None, passed: bool) -> None:
    digits = before({"body": "a", "equals": "0"}, {"body": "b", "equals": "1"})
    limits = LIMITS.model_copy(update={"changed_share": limit, "mean_difference": 0.0})
    (check,) = _difference(answering(a="1\n", b="1\n"), digits, limits)
    assert check.found.startswith("50% of 2 rows")
    assert check.passed is passed


def test_as_many_rows_are_asked_as_the_stage_s_file_says() -> None:
    asked: list[str] = []

    def ask(sample: Any) -> str:
        asked.append(sample["body"])
        return "10"

    _difference(ask, NUMBERS, LIMITS.model_copy(update={"samples": 1}))
    assert asked == ["a"]


def refusing(status: int) -> Any:
    def ask(sample: Any) -> str:
        error: Any = {"Error": {"Code": "ModelError"}, "OriginalStatusCode": status}
        raise ClientError(error, "InvokeEndpoint")

    return ask


def test_another_table_is_not_compared_and_stops_nothing() -> None:
    (check,) = _difference(refusing(400), NUMBERS, LIMITS.model_copy(update={"mean_difference": 0}))
    assert check.passed
    assert "this version does not take rows of the one before" in check.found
    with pytest.raises(ClientError):
        pairs(refusing(500), NUMBERS, None)


def test_a_number_that_becomes_a_text_has_changed() -> None:
    found, passed = told(
        [Pair("1.0", "high", is_number=True), Pair("2.0", "2.0", is_number=True)],
        Bounds(changed_share=0.4),
    )
    assert (found, passed) == ("50% of 2 rows (limit 0.4)", False)


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"PREVIOUS_DATA_URI": "none"},
        {"PREVIOUS_DATA_URI": "s3://b/1", "MODEL_DATA_URI": "s3://b/1"},
    ],
)
def test_a_first_version_is_compared_with_none(environment: dict[str, str]) -> None:
    assert earlier(environment) is None
    assert _difference(refusing(500), None, LIMITS) == []


def test_an_archive_that_brings_nothing_is_told_and_stops_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    place = {"PREVIOUS_DATA_URI": "s3://b/registered/1/model.tar.gz", "AWS_REGION": "eu-west-1"}
    monkeypatch.setattr("deploy_app.differences.packed", _unreadable)
    assert earlier(place) is None
    assert "not compared with the version before: cannot read samples" in capsys.readouterr().out


def _unreadable(*_: Any) -> str:
    raise DeployError("cannot read samples.json")
