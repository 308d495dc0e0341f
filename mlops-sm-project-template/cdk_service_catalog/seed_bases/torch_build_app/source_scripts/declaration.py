"""What this project fine-tunes, with which data: `project.yml`, as the jobs and the pipeline read it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

NAME = "project.yml"
GROUP = "group"
"""In `gate.slices`: what the split goes by, whatever field that is."""


@dataclass(frozen=True, kw_only=True)
class Data:
    """The rows that the model learns from.

    Attributes:
        file: a file or folder below `data/` of the repository.
        fields: how the rows call what the scripts call otherwise.
        group: a field whose value is in one part of the split only.
    """

    file: str
    fields: Mapping[str, str] = field(default_factory=dict)
    group: str = ""

    def slices(self, row: Mapping[str, Any], names: Sequence[str], group: str) -> dict[str, str]:
        """The values of a row by which it is judged on its own.

        Args:
            names: of fields; `group` is what the split goes by.

        Raises:
            ValueError: the row does not have one as a text.
        """
        found = {}
        for name in names:
            value = group if name == GROUP else row.get(name)
            if not isinstance(value, str) or not value:
                shown = self.fields.get(name, name)
                raise ValueError(f"'{shown}' is {value!r}, not a text, and gate.slices names it")
            found[name] = value
        return found

    def renamed(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """A row with the names that the scripts know."""
        names = {theirs: ours for ours, theirs in self.fields.items()}
        return {names.get(name, name): value for name, value in row.items()}


@dataclass(frozen=True, kw_only=True)
class Split:
    """How rows become train and test."""

    by: str = "group"
    test: float = 0.25
    seed: int = 42


@dataclass(frozen=True, kw_only=True)
class Machines:
    """Which instance types train, and which evaluate and serve.

    Attributes:
        spot: train on spare machines, which cost less and may be taken away.
        maximum_hours: a training that takes longer is stopped.
        cache_days: results of the same inputs that are not older are used again; 0 for never.
    """

    training: str = "ml.g5.2xlarge"
    inference: str = "ml.g5.xlarge"
    spot: bool = False
    maximum_hours: int = 24
    cache_days: int = 0


@dataclass(frozen=True, kw_only=True)
class Model:
    """What is fine-tuned.

    Attributes:
        base: the prefix of the base model, below `data/` of the artifact bucket.
        gigabytes: of its weights in 16 bits, so that the machines are checked; 0 if not known.
        judge: the prefix of a model that a metric needs.
        server: what serves a model of texts.
        context_tokens: of a prompt and its answer together, where vLLM serves.
        concurrent_requests: that vLLM works on at a time; others wait.
        resolution: of pictures, as the base model was trained with.
        hyperparameters: those of `source_scripts/train.py`; what is not named has its default.
    """

    base: str = "base-model/"
    gigabytes: float = 0
    judge: str = ""
    server: str = "vllm"
    context_tokens: int = 2048
    concurrent_requests: int = 16
    resolution: int = 1024
    hyperparameters: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Gate:
    """When a model is good enough to be registered.

    Attributes:
        better_than_base_model: by how much the metric must be greater than the base model's.
        at_least: an absolute bound on the metric.
        minimum_rows: fewer rows to test with prove nothing.
        compare_with_approved: also hold the model against the approved version.
        worse_than_approved: by how much the metric may be less than that version's.
        slices: fields; the rows with one value of them are judged on their own, too.
    """

    metric: str
    better_than_base_model: float = 0.05
    at_least: float | None = None
    minimum_rows: int = 30
    compare_with_approved: bool = True
    worse_than_approved: float = 0.05
    slices: Sequence[str] = ()

    @property
    def label(self) -> str:
        """The metric's name in the report: of `file:function`, the function."""
        return self.metric.rpartition(":")[2]

    @property
    def margin(self) -> float | None:
        """What may be lost against the approved version; None where nothing is compared."""
        return self.worse_than_approved if self.compare_with_approved else None


@dataclass(frozen=True, kw_only=True)
class Declaration:
    """All of `project.yml`; `purpose` says what the model is for."""

    data: Data
    task: str
    gate: Gate
    split: Split = field(default_factory=Split)
    model: Model = field(default_factory=Model)
    machines: Machines = field(default_factory=Machines)
    purpose: str = ""


def declaration_file() -> Path:
    """`project.yml` beside this file, as in a job and in a model, or one folder up."""
    here = Path(__file__).resolve().parent
    return here / NAME if (here / NAME).is_file() else here.parent / NAME


def declaration() -> Declaration:
    """What this project declares."""
    return declared(yaml.safe_load(declaration_file().read_text(encoding="utf-8")))


def declared(content: Mapping[str, Any]) -> Declaration:
    """The content of a file that has the form of the schema, with every default."""
    return Declaration(
        data=Data(**content["data"]),
        task=content["task"],
        gate=Gate(**content["gate"]),
        split=Split(**content.get("split", {})),
        model=Model(**content.get("model", {})),
        machines=Machines(**content.get("machines", {})),
        purpose=content.get("purpose", ""),
    )
