"""A report as data for programs: what the page shows, without logs."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from mlops_rehearsal.report import reach
from mlops_rehearsal.report.data import Report, ReportedAct
from mlops_rehearsal.report.first_screen import first_screen
from mlops_rehearsal.world.recorded import RecordedAction


def as_json(report: Report) -> dict[str, Any]:
    """Acts, actions, accounts, access, what the accounts held, and where all of it comes from."""
    observed = report.observed
    return {
        "emulated": True,
        "made": report.made.isoformat(),
        "first_screen": asdict(first_screen(report)),
        "provenance": asdict(report.provenance),
        "acts": [_act(act) for act in report.acts],
        "actions": [_action(action) for action in report.actions],
        "accounts": [account.as_json() for account in observed.accounts],
        "access": [access.as_json() for access in observed.access],
        "deployed": report.deployed.as_json(),
        "reach": reach.as_json(report.reach),
    }


def text(content: Mapping[str, Any]) -> str:
    """JSON that is the same text for the same content."""
    return json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _act(act: ReportedAct) -> dict[str, Any]:
    failed = {"message": act.message, "hint": act.hint} if act.message else {}
    return {
        "number": act.number,
        "name": act.name,
        "title": act.title,
        "state": act.state.value,
        "seconds": round(act.seconds, 1),
        "evidence": {found.kind: [dict(row) for row in found.rows] for found in act.evidence},
        **failed,
    }


def _action(action: RecordedAction) -> dict[str, Any]:
    shown = asdict(action)
    del shown["log"]
    return {**shown, "seconds": round(action.seconds, 1)}
