"""What comes as an artifact of a project's own code is read as hostile input."""

from typing import Any

import pytest
from hostile_templates import STAGES, assembly, good, zipped

from cdk_service_catalog.gate.runtime.settings import Refused
from cdk_service_catalog.gate.runtime.templates import file_of, pack, parse, read_assembly

pytestmark = pytest.mark.pure


def read(content: bytes) -> dict[str, Any]:
    return read_assembly(content, STAGES)


def test_the_three_templates_are_read_and_handed_on_as_they_were_understood() -> None:
    templates = read(assembly(**{"manifest.json": b"{}"}))
    assert templates == {stage: good() for stage in STAGES}
    assert read(pack(templates)) == templates


def test_an_assembly_without_templates_delivers_nothing() -> None:
    assert read(zipped(**{"README.txt": b"nothing"})) == {}
    assert read(pack({})) == {}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"no zip", "not a zip file"),
        (assembly(**{"nested.template.json": b"{}"}), "nested.template.json"),
        (assembly(**{"asset/other.template.yaml": b""}), "other.template.yaml"),
        (zipped(**{"dev.template.json": b"{}"}), "exactly dev.template.json"),
        (zipped(**{f"{number}.txt": b"" for number in range(1001)}), "1001 files"),
    ],
)
def test_another_assembly_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(Refused, match=message):
        read(content)


def test_a_zip_bomb_is_refused_before_it_is_read_whole() -> None:
    bomb = b'{"Description": "' + b"a" * 50_000_000 + b'"}'
    content = zipped(**{file_of(stage): bomb for stage in STAGES})
    assert len(content) < 1_000_000
    with pytest.raises(Refused, match="CloudFormation's limit"):
        read(content)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"Resources: {}", "not a JSON template"),
        (b"[]", "not a JSON object"),
        (b'{"Resources": {}, "Resources": {"x": {}}}', "'Resources' stands twice"),
        (b'{"a": NaN}', "NaN"),
        (b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "not a JSON template"),
        (b"\xff", "not a JSON template"),
        ('{"a": "\ue000Role.Arn\ue001"}'.encode(), "private use"),
    ],
)
def test_what_is_no_plain_template_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(Refused, match=message):
        parse(content, "dev.template.json")


def test_the_stages_of_the_set_are_the_templates_that_are_read() -> None:
    content = zipped(**{"lab.template.json": b"{}", "live-eu.template.json": b"{}"})
    assert read_assembly(content, ("lab", "live-eu")) == {"lab": {}, "live-eu": {}}
    with pytest.raises(Refused, match=r"exactly lab\.template\.json, uat\.template\.json"):
        read_assembly(content, ("lab", "uat"))
