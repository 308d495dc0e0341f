"""The page and the report's data of what proves what, made from what is synthesised and called."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from mlops_commons.utilities.generated_tables import GeneratedTable, wanted_texts
from mlops_reachability.document import CONFIGURATIONS, synthesised
from mlops_rehearsal.truth import proven
from mlops_rehearsal.truth.calls import calls
from mlops_rehearsal.truth.claims import CLAIMS, Claim
from mlops_rehearsal.truth.emulator import emulated
from mlops_rehearsal.truth.level import ABOVE_SCHEMA, MEANING, Level
from mlops_rehearsal.truth.proven import FUNCTIONS, Proven
from mlops_rehearsal.truth.sources import sources
from mlops_rehearsal.truth.used import used
from mlops_rehearsal.world.reality import PARTS, Shown

PAGE: Final = "docs/truth.md"
OF_THE_REPORT: Final = Path(__file__).parents[1] / "report" / "truth.json"
CLAIMED: Final = "claims of the README"
TYPES: Final = "types of resources"
ACTIONS: Final = "actions of policies"
CALLS: Final = "calls of our code"
PLAYED: Final = "parts of a rehearsal"
SHOWN: Final = {
    Shown.REAL: Level.REAL,
    Shown.EMULATED: Level.ENFORCED,
    Shown.SCHEMA: Level.SCHEMA,
    Shown.AWS: Level.AWS,
}
Found = Mapping[str, Sequence[Proven]]


def generated() -> Mapping[Path, str]:
    """The page with its tables, and what the report shows of it.

    Raises:
        PlatformError: the sample cannot be synthesised, or the emulator does not answer.
    """
    found = everything()
    return {**wanted_texts(tables(found)), OF_THE_REPORT: json.dumps(shown(found), indent=1) + "\n"}


def everything() -> Found:
    """What proves each claim, type, action and call."""
    made = used(synthesised(CONFIGURATIONS[0]))
    emulator = emulated({k: v for k, v in made.resources.items() if k not in FUNCTIONS})
    return {
        CLAIMED: [_of_claim(claim) for claim in CLAIMS],
        TYPES: list(proven.types(made.resources, emulator)),
        ACTIONS: list(proven.actions(made.actions, emulator)),
        CALLS: list(proven.calls(calls(sources()), emulator)),
        PLAYED: [Proven(name=part.name, level=SHOWN[part.shown], by=part.how) for part in PARTS],
    }


def _of_claim(claim: Claim) -> Proven:
    by = "<br>".join(f"`{test.rpartition('/')[2].replace('.py::', ' ')}`" for test in claim.tests)
    rest = f"<br>left to AWS: {claim.rest}" if claim.rest else ""
    return Proven(name=claim.quote.strip("| "), level=claim.level, by=f"{by}{rest}")


def tables(found: Found) -> list[GeneratedTable]:
    """The tables of the page."""
    rows = {
        CLAIMED: [(row.name, row.level.value, row.by) for row in found[CLAIMED]],
        TYPES: [(f"`{row.name}`", row.level.value, row.by) for row in found[TYPES]],
        ACTIONS: grouped(found[ACTIONS], ":"),
        CALLS: grouped(found[CALLS], " "),
    }
    return [
        _table(
            "what proves what",
            ("what", *(level.value for level in Level), "above schema"),
            share(found),
        ),
        _table("levels", ("Level", "What it says"), [(k.value, MEANING[k]) for k in Level]),
        *(
            _table(name, (name[:1].upper() + name[1:], "Proven by", "How"), rows[name])
            for name in rows
        ),
    ]


def _table(name: str, heading: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> GeneratedTable:
    return GeneratedTable(name=name, files=(PAGE,), heading=heading, rows=rows)


def share(found: Found) -> list[tuple[str, ...]]:
    """How many of each kind are on which level, and the part that is above the schema."""
    counted = {kind: Counter(row.level for row in rows) for kind, rows in found.items()}
    counted["all"] = sum(counted.values(), Counter())
    return [
        (kind, *(str(levels[level]) for level in Level), f"{_percent(levels)} %")
        for kind, levels in counted.items()
    ]


def _percent(levels: Mapping[Level, int]) -> int:
    above = sum(levels.get(level, 0) for level in ABOVE_SCHEMA)
    return 100 * above // sum(levels.values())


def grouped(rows: Iterable[Proven], separator: str) -> list[tuple[str, str, str]]:
    """Names of one service that are proven alike in one row."""
    alike: dict[tuple[str, str, str], list[str]] = {}
    for row in rows:
        service, _, name = row.name.partition(separator)
        alike.setdefault((service, row.level.value, row.by), []).append(name)
    return [
        (f"{service}: {', '.join(f'`{name}`' for name in names)}", level, by)
        for (service, level, by), names in alike.items()
    ]


def shown(found: Found) -> Mapping[str, object]:
    """What the report shows: the shares, and each claim and type with its level."""
    each = {kind: [[row.name, row.level.value] for row in found[kind]] for kind in (CLAIMED, TYPES)}
    levels = [level.value for level in Level]
    return {"levels": levels, "shares": share(found), "each": each}
