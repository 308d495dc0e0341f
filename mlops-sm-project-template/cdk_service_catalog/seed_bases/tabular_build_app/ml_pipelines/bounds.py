"""The gate of a declaration as bounds on the report: the same ones in AWS and on a laptop."""

from dataclasses import dataclass

from ml_pipelines.declared import Declaration

REPORT = "evaluation.json"
SKILL = ("gate", "skill")
VALUE = ("gate", "value")


@dataclass(frozen=True, kw_only=True)
class Bound:
    """A number of the report, and what it must be.

    Attributes:
        parameter: its name as a parameter of the pipeline, such as `MinimumSkill`.
        option: its name on the command line.
        what: the number in words.
        path: where it stands in the report.
    """

    parameter: str
    option: str
    what: str
    path: tuple[str, ...]
    limit: float
    at_most: bool

    @property
    def json_path(self) -> str:
        """The path as SageMaker's pipelines write it."""
        return ".".join(self.path)


def bounds(found: Declaration) -> tuple[Bound, ...]:
    """What a model must reach: better than no model, and within a bound where one is declared."""
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
    return tuple(own)
