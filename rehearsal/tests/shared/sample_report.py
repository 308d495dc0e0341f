"""A report of a small rehearsal, as tests of its pages need it."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from mlops_rehearsal.report.data import (
    Access,
    Account,
    ActState,
    Observed,
    Program,
    Report,
    ReportedAct,
    Stack,
)
from mlops_rehearsal.world.evidence import Evidence
from mlops_rehearsal.world.recorded import ActionStatus, RecordedAction

LEAD = "arn:aws:iam::222200000001:role/Lead"
SCIENTIST = "arn:aws:iam::222200000001:role/Scientist"
METRICS = (
    '{"regression_metrics": {"mse": {"value": 4.25, "standard_deviation": 0.12345678901234567}}}'
)


def act(number: int, **changes: Any) -> ReportedAct:
    """An act of ten seconds."""
    return replace(
        ReportedAct(
            number=number,
            name=f"act-{number}",
            title=f"Act number {number}",
            state=ActState.PLAYED,
            start=10.0 * (number - 1),
            seconds=10.0,
        ),
        **changes,
    )


def action(name: str, **changes: Any) -> RecordedAction:
    """An action of a build that has succeeded."""
    return replace(
        RecordedAction(
            pipeline="infra-main",
            account="111100000001",
            run=1,
            stage="Build",
            action=name,
            provider="CodeBuild",
            status=ActionStatus.SUCCEEDED,
            seconds=3.0,
            result="4 commands as BuildRole",
            log=f"log of {name}",
        ),
        **changes,
    )


def access(principal: str, does: str, decision: str, count: int = 1) -> Access:
    """One decision in the account of the principal."""
    account = principal.split(":")[4]
    return Access(account=account, principal=principal, action=does, decision=decision, count=count)


def sample(**changes: Any) -> Report:
    """Three acts, two accounts, a run of a pipeline, a model, an answer and some decisions."""
    tried = {"who": "data_scientist", "does": "launch", "on": "product", "decision": "denied"}
    version = {"project": "churn", "version": "arn:v/1", "status": "Approved", "metrics": METRICS}
    answer = {"endpoint": "churn-dev", "asked": "1,2", "answered": "0.5", "captured": "1"}
    shown = (
        Evidence("access", (tried,)),
        Evidence("model versions", (version,)),
        Evidence("answers", (answer,)),
    )
    stacks = (Stack(name="network", status="CREATE_COMPLETE", resources=42),)
    report = Report(
        made=datetime(2030, 1, 2, 3, 4, tzinfo=UTC),
        acts=(act(1), act(2, evidence=shown), act(3)),
        observed=Observed(
            accounts=(
                Account(
                    account="111100000001", region="eu-west-1", role="governance", stacks=stacks
                ),
                Account(account="222200000001", region="eu-west-1", role="unit/dev", stacks=()),
            ),
            access=(
                access(LEAD, "servicecatalog:ProvisionProduct", "allowed", 7),
                access(SCIENTIST, "servicecatalog:ProvisionProduct", "denied", 3),
            ),
        ),
        actions=(action("Synth"), action("Assets")),
        programs=(Program(name="bootstrap", log="bootstrapped"),),
    )
    return replace(report, **changes)
