"""The gate of a declaration as bounds on the report: the same ones in AWS and on a laptop."""

from ml_pipelines.bound import Bound
from ml_pipelines.declared import Declaration

REPORT = "evaluation.json"
SKILL, VALUE, LOST = ("gate", "skill"), ("gate", "value"), ("gate", "lost")
SLICE_SKILL, SLICE_LOST = ("gate", "slice_skill"), ("gate", "slice_lost")


def bounds(found: Declaration) -> tuple[Bound, ...]:
    """What a model must reach: better than no model, not worse than the approved version, and
    within a bound where one is declared.
    """
    gate = found.gate
    own = [
        Bound(
            parameter="MinimumSkill",
            option="--minimum-skill",
            what=f"the share of the way from the baseline to a perfect {gate.metric}",
            path=SKILL,
            limit=gate.better_than_baseline,
            at_most=False,
        )
    ]
    if gate.compare_with_approved:
        own.append(
            Bound(
                parameter="MaximumLoss",
                option="--maximum-loss",
                what="the share of that way that is lost against the approved version",
                path=LOST,
                limit=gate.worse_than_approved,
                at_most=True,
            )
        )
    return (*own, *_of_slices(found), *_absolute(found))


def _of_slices(found: Declaration) -> list[Bound]:
    if not found.gate.slices:
        return []
    skill = Bound(
        parameter="MinimumSliceSkill",
        option="--minimum-slice-skill",
        what="that share in the worst slice",
        path=SLICE_SKILL,
        limit=0.0,
        at_most=False,
    )
    lost = Bound(
        parameter="MaximumSliceLoss",
        option="--maximum-slice-loss",
        what="what is surely lost against the approved version in a slice",
        path=SLICE_LOST,
        limit=found.gate.worse_than_approved,
        at_most=True,
    )
    return [skill, *[lost] * found.gate.compare_with_approved]


def _absolute(found: Declaration) -> list[Bound]:
    gate, own = found.gate, []
    for limit, word, at_most in (
        (gate.at_most, "Maximum", True),
        (gate.at_least, "Minimum", False),
    ):
        if limit is not None:
            own.append(
                Bound(
                    parameter=f"{word}Metric",
                    option=f"--{word.lower()}-{gate.metric.replace('_', '-')}",
                    what=f"{gate.metric} on the test set",
                    path=VALUE,
                    limit=limit,
                    at_most=at_most,
                )
            )
    return own
