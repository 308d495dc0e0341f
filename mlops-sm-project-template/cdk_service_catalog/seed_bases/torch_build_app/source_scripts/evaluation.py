"""What an evaluation makes of its scores: the report, what the version records, a page for people."""

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import curves
import facts
import numpy as np
import training_record
from approved import NONE, Approved, compared
from comparison import Loss, Scored, Slice, slices
from declaration import Declaration
from failures import leave
from model_card import model_card
from reports import grid

EVALUATION, REGISTRATION, PAGE = "evaluation.json", "registration.json", "report.html"


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """Everything that was measured.

    Attributes:
        rows: the scores of the test set, by the metric of the gate.
        values: of each row, its values of the fields of `gate.slices`.
        fingerprints: of each row.
        metrics: of the whole test set, by their names.
        shown: a row of the page for each row.
        server: what has answered.
        model: the model's folder.
        approved: the version that was compared, if one was.
    """

    found: Declaration
    rows: Scored
    values: Sequence[Mapping[str, str]]
    fingerprints: Sequence[str]
    metrics: Mapping[str, float]
    shown: Sequence[Mapping[str, Any]]
    server: str
    model: Path
    approved: Approved | None = None


def report(result: Evaluation) -> dict[str, Any]:
    """`evaluation.json`: first what an approval shows, whose text ends after 120 characters.

    Raises:
        SystemExit: the approved version cannot be compared, or a slice cannot be judged.
    """
    found, rows = result.found, result.rows
    trained = training_record.read(result.model).content
    lost, unseen = None, np.array([], dtype=int)
    if result.approved:
        unseen = result.approved.unseen(result.fingerprints)
        same = result.approved.base_model in ("", trained.get(training_record.BASE_MODEL))
        lost = compared(result.approved.version, unseen, rows, found, same_base=same)
    parts = slices(result.values, rows, unseen, found)
    return {
        "gate": {
            "score": result.metrics[found.gate.label],
            "improvement": rows.improvement,
            **_judged(lost, parts),
            "rows": len(rows),
        },
        "metrics": {name: {"value": value} for name, value in result.metrics.items()},
        "approved": _against(result, lost),
        "slices": [vars(each) for each in parts],
        "training": trained,
        "server": result.server,
    }


def _judged(lost: Loss | None, parts: Sequence[Slice]) -> dict[str, float]:
    """What the gate compares besides; nothing is lost where nothing was approved."""
    above = [part.improvement for part in parts if part.improvement is not None]
    result = {"lost": max(0.0, lost.most) if lost else 0.0}
    if above:
        result["slice_improvement"] = min(above)
        result["slice_lost"] = max(0.0, *(part.lost or 0.0 for part in parts), 0.0)
    return result


def _against(result: Evaluation, lost: Loss | None) -> dict[str, Any]:
    """With which version the model was compared, or why with none."""
    if result.approved is None or lost is None:
        why = "no version is approved"
        if not result.found.gate.compare_with_approved:
            why = "project.yml says so"
        return {"version": NONE, "why": why}
    return {"version": result.approved.version, **vars(lost)}


def verdict(found: Declaration, content: Mapping[str, Any]) -> list[str]:
    """The model in a few sentences, and why the declared gate refuses it, if it does."""
    gate, against = content["gate"], content["approved"]
    told = [
        f"{found.gate.label} {gate['score']:.4g} on {gate['rows']} rows, "
        f"{gate['score'] - gate['improvement']:.4g} with the base model"
    ]
    if against["version"] == NONE:
        told.append(f"compared with no other version: {against['why']}")
    else:
        told.append(
            f"{against['version']} has {against['value']:.4g} on the {against['rows']} rows that "
            f"neither has learnt, this model {against['own']:.4g}: {against['least']:.3f} to "
            f"{against['most']:.3f} is lost (95 % each)"
        )
    return [*told, *(f"refused: {words}" for words in _refusals(found, content))]


def _refusals(found: Declaration, content: Mapping[str, Any]) -> Iterator[str]:
    asked, gate, against = found.gate, content["gate"], content["approved"]
    if gate["improvement"] < asked.better_than_base_model:
        yield (
            f"{gate['improvement']:.3f} above the base model, and gate.better_than_base_model is "
            f"{asked.better_than_base_model}"
        )
    if asked.at_least is not None and gate["score"] < asked.at_least:
        yield f"{asked.label} {gate['score']:.4g}, and gate.at_least is {asked.at_least}"
    if asked.margin is not None and gate["lost"] > asked.margin:
        yield _lost(against, asked.margin)
    for part in content["slices"]:
        named = f"{part['column']}={part['value']}, {part['rows']} rows"
        if part["improvement"] is not None and part["improvement"] < 0:
            yield f"{named}: {-part['improvement']:.3f} worse than the base model"
        if asked.margin is not None and (part["lost"] or 0) > asked.margin:
            yield f"{named}: surely {part['lost']:.3f} is lost against the approved version"


def _lost(against: Mapping[str, Any], margin: float) -> str:
    if against["least"] > 0:
        return (
            "it answers worse than the approved version, by more than gate.worse_than_approved "
            f"({margin}) allows: see the rows that it has lost in {PAGE}"
        )
    return (
        f"{against['rows']} rows are too few to tell that at most {margin} is lost "
        "(gate.worse_than_approved): test with more, raise it, or declare "
        "compare_with_approved: false for one training"
    )


def arguments(description: str | None) -> argparse.ArgumentParser:
    """What the pipeline tells every evaluation."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--data-uri", default=NONE, help="where the data came from")
    parser.add_argument("--base-model-uri", default=NONE, help="where the base model came from")
    parser.add_argument("--approved-version", default=NONE, help="its ARN; its model is an input")
    parser.add_argument("--approved-sha256", default="", help="the hash of its archive")
    return parser


def registration(
    content: Mapping[str, Any], data: Mapping[str, Any], given: argparse.Namespace
) -> dict[str, str]:
    """What the version records besides what the pipeline knows."""
    training = content["training"]
    known = {
        "DataUri": given.data_uri,
        "DataSha256": data["data_sha256"],
        "Rows": data["rows"],
        "BaseModelUri": given.base_model_uri,
        "BaseModelSha256": training.get(training_record.BASE_MODEL, NONE),
        "Hyperparameters": training.get("hyperparameters", NONE),
        "Seeds": training.get("seeds", NONE),
        "Libraries": training.get("libraries", NONE),
        "Device": training.get("device", NONE),
        "Server": content["server"],
        "ComparedWith": content["approved"]["version"],
    }
    return {name: facts.words(value) for name, value in known.items()}


def write(
    result: Evaluation, given: argparse.Namespace, data: Mapping[str, Any], target: Path
) -> None:
    """Leave what the gate reads, what the version records, and what people read.

    Args:
        data: what `facts` knows of it.

    Raises:
        SystemExit: as of `report`.
    """
    found, content = result.found, report(result)
    told = verdict(found, content)
    said = "; ".join(told)
    card = model_card(found, said, content, data)
    recorded = {**registration(content, data, given), "ModelCard": card}
    title = f"Evaluation: {found.gate.label}"
    texts = {
        EVALUATION: json.dumps(content, indent=2),
        REGISTRATION: json.dumps(recorded, indent=2),
        PAGE: grid(title, result.shown, said=told, others={"Slices": content["slices"]}),
    }
    for name, text in texts.items():
        (target / name).write_text(text + "\n", encoding="utf-8")
    curves.hand_on(result.model, target)
    print(said)
    leave(said)
