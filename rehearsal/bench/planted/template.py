"""What a planted fault of a template is, and who notices it."""

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mlops_commons.assembly.validators import findings_in
from mlops_rehearsal.behaviour.score import findings
from mlops_rehearsal.behaviour.stack import Stack

REGION = "eu-west-1"


@dataclass(frozen=True, kw_only=True)
class TemplateFault:
    """A fault in what a source file makes, planted in the template that it makes.

    Attributes:
        template: its name, as `bench/mutants.py` prints it.
        resource: how the logical id begins; the first such resource that has
            the text gets the fault.
        before: a text of the resource as JSON; `after` stands in its place, wherever it is.
        says: a regular expression of what a check or a validator says.
        schema: AWS's own validators find it, no check of ours.
    """

    name: str
    template: str
    resource: str
    before: str
    after: str
    says: str
    schema: bool = False

    def planted(self, template: Mapping[str, Any]) -> dict[str, Any]:
        """The template with the fault in it."""
        resources = template["Resources"]
        texts = {
            name: json.dumps(found, ensure_ascii=False)
            for name, found in resources.items()
            if name.startswith(self.resource)
        }
        having = [name for name, text in texts.items() if self.before in text]
        assert having, f"{self.name}: no {self.resource} has {self.before}"
        key = having[0]
        faulty = json.loads(texts[key].replace(self.before, self.after))
        return {**template, "Resources": {**resources, key: faulty}}


def said_of(fault: TemplateFault, stack: Stack) -> str:
    """What the checks say of a template with a fault."""
    faulty = replace(stack, template=fault.planted(stack.template))
    return "\n".join(text for _, text in findings(faulty))


def said_by_validators(
    faults: Sequence[TemplateFault], templates: Mapping[str, Stack]
) -> Iterator[str]:
    """What cfn-lint and cloudformation-validate say, of all in one run."""
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / f"{number}.template.json" for number in range(len(faults))]
        for fault, file in zip(faults, files, strict=True):
            planted = fault.planted(templates[fault.template].template)
            file.write_text(json.dumps(planted, indent=1), encoding="utf-8")
        found = findings_in({REGION: files}) if files else []
        for file in files:
            yield "\n".join(f"{f.place}: {f.message}" for f in found if f.file == file)
