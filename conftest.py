"""What every test needs before it imports the CDK: the pinned node, and no second validator."""

import os
import shutil
import tempfile
from pathlib import Path

import hypothesis
import pytest

ROOT = Path(__file__).resolve().parent

# The built-in validator costs seconds per process and repeats what test_templates.py checks.
os.environ["CDK_VALIDATION"] = "false"
os.environ.setdefault("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", "20")
os.environ["PATH"] = os.pathsep.join(
    [str(ROOT / ".venv" / "bin"), str(ROOT / "node_modules" / ".bin"), os.environ["PATH"]]
)
# A test that reaches for credentials or a region of this laptop must fail here too.
for name in [name for name in os.environ if name.startswith("AWS_")]:
    del os.environ[name]

# For what tests share: processes of the run, and those that they start, have this environment.
SHARES = "MADE_IN_THIS_RUN" not in os.environ
if SHARES:
    os.environ["MADE_IN_THIS_RUN"] = tempfile.mkdtemp(prefix="made-in-this-run-")

# How long an example takes says nothing on a shared machine, and the same examples every time let
# a failure in a pipeline be repeated on a laptop.
hypothesis.settings.register_profile("repeatable", deadline=None, derandomize=True)
hypothesis.settings.load_profile("repeatable")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--record-versions",
        action="store_true",
        help="write the templates of product versions that are not recorded yet",
    )


def pytest_unconfigure() -> None:
    if SHARES:
        shutil.rmtree(os.environ.pop("MADE_IN_THIS_RUN"), ignore_errors=True)


SECONDS = {
    "pure": 120,
    "construct": 300,
    "app": 600,
    "rehearsal": 2400,
    "seed": 1800,
    "scanners": 2400,
}
"""How long a test of each tier may take, what it shares with others included: some twenty times
what it takes alone. A test that is still running then waits for something that never comes."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        tiers = [tier for tier in SECONDS if item.get_closest_marker(tier)]
        if not tiers:
            raise pytest.UsageError(f"{item.nodeid} is in no tier; there are: {', '.join(SECONDS)}")
        if not item.get_closest_marker("timeout"):
            # A module may be in one tier and a test of it in another.
            item.add_marker(pytest.mark.timeout(max(SECONDS[tier] for tier in tiers)))
    items[:] = longest_first(items)


HALVES = {"seed": 1, "rehearsal": 2, "scanners": 2}
"""Which half begins with the tests of a tier; the other tiers have no long ones."""


def longest_first(items: list[pytest.Item]) -> list[pytest.Item]:
    """The longest tests at the beginning of both halves, and all others in their order.

    Two processes begin with a half each (pytest-xdist, `--dist worksteal`), and who is done takes
    from the end of the other's: a long test there would be left to run alone.
    """
    halves: dict[int, list[pytest.Item]] = {1: [], 2: []}
    others: list[pytest.Item] = []
    for item in items:
        marks = {mark.name for mark in item.iter_markers()}
        half = next((half for tier, half in HALVES.items() if tier in marks), None)
        (halves[half] if half else others).append(item)
    first, second = halves[1], halves[2]
    fill = max(len(items) // 2 - len(first), 0)
    return [*first, *others[:fill], *second, *others[fill:]]
