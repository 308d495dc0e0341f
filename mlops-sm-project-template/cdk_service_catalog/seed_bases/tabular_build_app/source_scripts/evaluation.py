"""Everything that is found out about a model on the test set."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd
import training_record
from approved import NONE, Approved, approved_version, compared
from archives import unpack
from comparison import Loss, Slice, slices
from declaration import METRIC_GROUPS, Declaration, declaration
from importance import drawn, importance
from metrics import Evaluated, report
from scoring import score
from tables import read_folder
from train import evaluated

FEW = 200
"""With fewer rows, the interval of what is lost is wider than most margins."""


@dataclass(frozen=True)
class Evaluation:
    """Everything that is found out about a model.

    Attributes:
        importance: of each feature, the most important one first.
        report: what `evaluation.json` holds.
        model: the model's folder.
    """

    found: Declaration
    test: pd.DataFrame
    classes: tuple[str, ...]
    rows: Evaluated
    slices: list[Slice]
    importance: list[tuple[str, float]]
    report: dict[str, Any]
    model: Path


def evaluate(base: Path, version: str, sha256: str) -> Evaluation:
    """Measure the model, beside the baseline and the approved version.

    Raises:
        BadData: the rows are not there, or the approved version cannot be compared.
        CannotScore: the model's own serving code fails.
    """
    found = declaration()
    train, test = (read_folder(base / name, found.table.handed_on) for name in ("train", "test"))
    model = unpacked(base / "model")
    few = drawn(test, found)
    features = found.table.features
    scores, of_few, *shuffled = score(model, [test, test.iloc[few]], features, found.split.seed)
    rows = evaluated(scores.values, scores.classes, train, test, found)
    approved = None
    if found.gate.compare_with_approved:
        approved = approved_version(base / "approved", version, sha256, test, scores.classes)
    lost = None
    if approved:
        rows = replace(rows, approved=approved.scores)
        lost = compared(approved, rows, found)
    parts = slices(test, rows, found)
    measured = report(found, rows)
    group = METRIC_GROUPS[found.task]
    content = {
        # First what an approval shows: the gate's text ends after 120 characters.
        "gate": measured["gate"] | judged(lost, parts),
        group: measured[group],
        "approved": against(found, version, approved, lost),
        "slices": [vars(each) for each in parts],
        "training": training_record.read(model).content,
    }
    by_feature = {name: each.values for name, each in zip(features, shuffled, strict=True)}
    return Evaluation(
        found=found,
        test=test,
        classes=scores.classes,
        rows=rows,
        slices=parts,
        importance=importance(replace(rows.of(few), found=of_few.values), by_feature, found),
        report=content,
        model=model,
    )


def judged(lost: Loss | None, parts: list[Slice]) -> dict[str, float]:
    """What the gate compares besides the metric; nothing is lost where nothing was approved."""
    known = [part for part in parts if part.skill is not None]
    result = {"lost": max(0.0, lost.most) if lost else 0.0}
    if known:
        result["slice_skill"] = min(part.skill for part in known if part.skill is not None)
        result["slice_lost"] = max(0.0, *(part.lost or 0.0 for part in known), 0.0)
    return result


def against(
    found: Declaration, version: str, approved: Approved | None, lost: Loss | None
) -> dict[str, Any]:
    """With which version the model was compared, or why with none."""
    if approved is None or lost is None:
        why = "no version is approved" if version == NONE else "project.yml says so"
        return {"version": NONE, "why": why}
    return {"version": version, **vars(lost)}


def verdict(result: Evaluation) -> str:
    """The model in one line, for whoever reads the state of the job."""
    gate, metric = result.report["gate"], result.found.gate.metric
    own = result.report[METRIC_GROUPS[result.found.task]]
    with_whom = result.report["approved"]
    told = [
        f"{metric} {gate['value']:.4g} on {len(result.test)} rows, "
        f"{own[f'baseline_{metric}']['value']:.4g} without a model (skill {gate['skill']:.3f})"
    ]
    if with_whom["version"] == NONE:
        told.append(f"compared with no other version: {with_whom['why']}")
    else:
        told.append(
            f"{with_whom['version']} has {with_whom['value']:.4g} on {with_whom['rows']} rows: "
            f"{with_whom['least']:.3f} to {with_whom['most']:.3f} of the way is lost"
        )
        if with_whom["most"] > result.found.gate.worse_than_approved and with_whom["rows"] < FEW:
            told.append(
                f"{with_whom['rows']} rows are few to tell such a loss by: label more data, raise "
                "gate.worse_than_approved, or declare compare_with_approved: false for one training"
            )
    for part in result.slices:
        if part.skill is not None and part.skill < result.found.gate.better_than_baseline:
            told.append(f"{part.column}={part.value}: skill {part.skill:.3f} on {part.rows} rows")
    return "; ".join(told)


def unpacked(folder: Path) -> Path:
    """The model's folder; an archive in it is unpacked beside it first."""
    archive = folder / "model.tar.gz"
    if not archive.is_file():
        return folder
    target = folder / "unpacked"
    unpack(archive, target)
    return target
