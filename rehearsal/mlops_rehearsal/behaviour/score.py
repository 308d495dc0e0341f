"""Which mutants the checks kill, and by which check."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from mlops_rehearsal.behaviour.equivalent import reason
from mlops_rehearsal.behaviour.mutants import Mutant, mutants
from mlops_rehearsal.behaviour.stack import Stack
from mlops_rehearsal.behaviour.table import CHECKS


class Fate(StrEnum):
    """What becomes of a mutant."""

    KILLED = "killed"
    SURVIVED = "survived"
    EQUIVALENT = "equivalent"


@dataclass(frozen=True, kw_only=True)
class Result:
    """A mutant and its end.

    Attributes:
        by: the check that killed it, or the reason why it changes nothing.
    """

    mutant: Mutant
    fate: Fate
    by: str = ""


@dataclass(frozen=True, kw_only=True)
class Score:
    """The mutants of one template."""

    name: str
    results: tuple[Result, ...]

    def count(self, fate: Fate) -> int:
        """How many mutants ended so."""
        return sum(result.fate is fate for result in self.results)

    @property
    def share(self) -> float:
        """The killed ones of those that change something."""
        living = self.count(Fate.SURVIVED)
        killed = self.count(Fate.KILLED)
        return killed / (killed + living) if killed + living else 1.0


def findings(stack: Stack) -> Iterator[tuple[str, str]]:
    """What the checks find in a template, each with the name of its check."""
    for name, check in CHECKS.items():
        for text in check(stack):
            yield name, text


def end_of(stack: Stack, mutant: Mutant) -> Result:
    """What becomes of a mutant of a template in which the checks find nothing."""
    mutated = replace(stack, template=mutant.template)
    found = next(findings(mutated), None)
    if found:
        return Result(mutant=mutant, fate=Fate.KILLED, by=found[0])
    why = reason(stack, mutant)
    if why:
        return Result(mutant=mutant, fate=Fate.EQUIVALENT, by=why)
    return Result(mutant=mutant, fate=Fate.SURVIVED)


def score(name: str, stack: Stack, sample: int = 0, seed: int = 0) -> Score:
    """The score of a template.

    Args:
        sample: how many mutants, chosen by the seed; 0 means all.
    """
    found: Sequence[Mutant] = list(mutants(stack.template))
    if sample and sample < len(found):
        found = random.Random(seed).sample(found, sample)
    return Score(name=name, results=tuple(end_of(stack, mutant) for mutant in found))


def killers(scores: Sequence[Score]) -> Mapping[str, int]:
    """How many mutants each check kills first."""
    counted = dict.fromkeys(CHECKS, 0)
    for found in scores:
        for result in found.results:
            if result.fate is Fate.KILLED:
                counted[result.by] += 1
    return counted
