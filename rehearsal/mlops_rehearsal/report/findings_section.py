"""What rule packs and scanners say of the templates, and why each finding stands."""

from collections import defaultdict
from collections.abc import Sequence
from importlib.metadata import version
from typing import Final

from mlops_commons.utilities.words import counted
from mlops_rehearsal.report.data import Report
from mlops_rehearsal.report.deployed import Acknowledgement
from mlops_rehearsal.report.elements import Html, code, element, fold, join, prose, section
from mlops_rehearsal.report.tables import table
from mlops_rehearsal.scanners.environment import LOCK
from mlops_rehearsal.scanners.finding import Scanner
from mlops_rehearsal.scanners.table import EXPLAINED

ABOUT: Final = (
    "Each synthesis of this rehearsal has passed the packs AwsSolutions and NIST 800-53 R5 of "
    "cdk-nag, or it would have ended: a finding is either fixed or accepted at one construct with "
    "a reason. Reasons are the platform's own words; read them as claims."
)
SCANNED: Final = (
    "Not run by this rehearsal: the platform's tests run them over the templates of the sample, "
    "where no acceptance of the code counts, and fail at a finding that no row here explains."
)
DISTRIBUTIONS: Final = {
    Scanner.CHECKOV: "checkov",
    Scanner.CFN_GUARD: "cdklabs-cdk-validator-cfnguard",
}
SHOWN: Final = 4


def findings_section(report: Report) -> Html:
    """Accepted findings by their reason, then what explains those of other scanners."""
    found = report.deployed.acknowledgements
    return section(
        "findings",
        "Findings and why they stand",
        element("p", ABOUT),
        _accepted(found) if found else element("p", "No assembly could be read."),
        element("p", SCANNED),
        fold(
            f"What explains the findings of {', '.join(_scanners())}",
            table(
                "Explained findings of scanners",
                ("why", "rules", "resources"),
                [
                    (
                        prose(row.why),
                        _lines(
                            [f"{s.value}: {rule}" for s, rs in row.rules.items() for rule in rs]
                        ),
                        _lines([r.replace("\\", "") for r in row.resources]),
                    )
                    for row in EXPLAINED
                ],
            ),
        ),
    )


def _accepted(found: Sequence[Acknowledgement]) -> Html:
    """A row for each reason: one often holds for many constructs."""
    rules: dict[str, dict[str, None]] = defaultdict(dict)
    places: dict[str, dict[str, None]] = defaultdict(dict)
    for row in found:
        rules[row.reason][row.rule.partition("[")[0]] = None
        places[row.reason][row.construct] = None
    rows = [(reason, _lines(list(rules[reason])), _lines(list(places[reason]))) for reason in rules]
    caption = "Findings of cdk-nag that are accepted"
    total = f"{counted(len(found), 'accepted finding')}, {counted(len(rows), 'reason')}"
    return fold(f"{caption}: {total}", table(caption, ("why", "rules", "constructs"), rows))


def _lines(names: Sequence[str]) -> Html:
    """The first few names, and how many more there are."""
    shown = [code(name) for name in names[:SHOWN]]
    more = [f"and {len(names) - SHOWN} more"] if len(names) > SHOWN else []
    return join(element("div", part) for part in (*shown, *more))


def _scanners() -> list[str]:
    """Each scanner with the version that is pinned for it."""
    pins = LOCK.read_text(encoding="utf-8").splitlines()
    found = []
    for scanner, name in DISTRIBUTIONS.items():
        pin = next((line for line in pins if line.startswith(f"{name}==")), "")
        number = pin.partition("==")[2].strip(" \\")
        found.append(f"{scanner.value} {number}".strip())
    return [*found, f"{Scanner.CDK_NAG.value} {version('cdk-nag')}"]
