"""The AI controls as rules of cfn-guard say of each fixture what the table itself says."""

import json
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from ai_resources import BREAKS, FINE, changed, single_instance_bias, template

from mlops_commons.ai_controls.findings import ACKNOWLEDGED
from mlops_commons.ai_controls.guard import Operation, guard_rules
from mlops_rehearsal.scanners.cfn_guard import program

pytestmark = pytest.mark.scanners


@pytest.fixture(scope="module")
def guard(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What cfn-guard finds broken in each of several documents, by the rules for an operation."""
    folder = tmp_path_factory.mktemp("guard")
    command = program(folder)

    def broken(
        documents: Mapping[str, Any], operation: Operation = Operation.STACK
    ) -> dict[str, set[str]]:
        data = folder / f"{operation}-{len(list(folder.iterdir()))}"
        data.mkdir()
        (data / "rules.guard").write_text(guard_rules(operation))
        (data / "documents").mkdir()
        for name, document in documents.items():
            (data / "documents" / f"{name}.json").write_text(json.dumps(document))
        done = subprocess.run(
            [
                *(str(command), "validate", "--rules", str(data / "rules.guard")),
                *("--data", str(data / "documents"), "--structured"),
                *("--show-summary", "none", "--output-format", "json"),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode in (0, 19), done.stderr
        return {
            Path(report["name"]).stem: {
                rule["Rule"]["name"].removesuffix("_holds").replace("_", ".")
                for rule in report["not_compliant"]
            }
            for report in json.loads(done.stdout)
        }

    return broken


@cache
def documents() -> dict[str, tuple[set[str], Any]]:
    """Each fixture with the controls that it breaks."""
    found: dict[str, tuple[set[str], Any]] = {"right": (set(), template())}
    for number, (control, resource, path, value) in enumerate(BREAKS):
        found[f"break{number}"] = (
            {control},
            template(**{resource: changed(resource, path, value)}),
        )
    for number, (resource, path, value) in enumerate(FINE):
        found[f"fine{number}"] = (set(), template(**{resource: changed(resource, path, value)}))
    found["single"] = (set(), template(Bias=single_instance_bias()))
    return found


def test_guard_says_of_each_template_what_the_table_says(guard: Any) -> None:
    found = guard({name: document for name, (_, document) in documents().items()})
    assert found == {name: wanted for name, (wanted, _) in documents().items()}


def test_guard_says_the_same_of_single_resources_as_hooks_see_them(guard: Any) -> None:
    def as_resources(document: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "Resources": {
                name: {"ResourceType": r["Type"], "ResourceProperties": r["Properties"]}
                for name, r in document["Resources"].items()
            }
        }

    seen = {name: as_resources(document) for name, (_, document) in documents().items()}
    found = guard(seen, Operation.RESOURCE)
    assert found == {name: wanted for name, (wanted, _) in documents().items()}


def test_an_acknowledgement_in_a_template_reaches_the_hook(guard: Any) -> None:
    document = template(Model=changed("Model", "EnableNetworkIsolation", None))
    known = json.loads(json.dumps(document))
    known["Resources"]["Model"]["Metadata"] = {ACKNOWLEDGED: {"SageMaker.5": "a reason"}}
    found = guard({"open": document, "known": known})
    assert found == {"open": {"SageMaker.5"}, "known": set()}
