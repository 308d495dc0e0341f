"""Wall time and peak memory of `synth` for 1, 5 and 20 sets, as ratios to an empty CDK app.

Run it from the root of a checkout:
`.venv/bin/python rehearsal/bench/synth.py [--apps infra template] [--sets 1 5 20] [--repeat 3]`.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from floor import write_floor

from mlops_commons.utilities.paths import APP_DIRECTORIES, REPOSITORY_ROOT
from mlops_commons.utilities.snapshot import snapshot

EMPTY_APP = """\
import aws_cdk as cdk

app = cdk.App(analytics_reporting=False)
cdk.Stack(app, "empty", env=cdk.Environment(account="111111111111", region="eu-west-1"))
app.synth()
"""
SAMPLE_SECONDS = 0.2
HEADING = f"{'what':<32}{'seconds':>9}{'x F':>7}{'CPU x F':>9}{'MB':>6}  more per set, x F (CPU)"


@dataclass(frozen=True)
class Measurement:
    """The best of several runs, of the whole process tree.

    Attributes:
        seconds: wall time.
        cpu: seconds of processor time, which depend less on what else the machine does.
        megabytes: at the peak.
    """

    seconds: float
    cpu: float
    megabytes: float


def main() -> int:
    """Measure, print the table, return 0."""
    arguments = _arguments()
    with tempfile.TemporaryDirectory(prefix="bench-synth-") as folder:
        root = Path(folder)
        empty = _best(_empty_app(root / "empty"), ["cdk", "synth", "-q"], {}, arguments.repeat)
        print(HEADING)
        _print("F: one empty stack", empty, empty)
        for app in arguments.apps:
            _measure_app(app, root / app, empty, arguments)
    return 0


def _measure_app(app: str, root: Path, empty: Measurement, arguments: argparse.Namespace) -> None:
    """Print one app's rows."""
    first: dict[str, tuple[int, Measurement]] = {}

    def show(what: str, sets: int, measured: Measurement) -> None:
        before, least = first.setdefault(what, (sets, measured))
        growth = ""
        if more := sets - before:
            wall = (measured.seconds - least.seconds) / more / empty.seconds
            growth = f"{wall:.3f} ({(measured.cpu - least.cpu) / more / empty.cpu:.3f})"
        _print(f"{app}: {sets} sets, {what}", measured, empty, growth)

    for sets in arguments.sets:
        checkout = _checkout(root / f"sets-{sets}", app, sets)
        command = [sys.executable, "-m", "mlops_commons.cli", app, "synth", "--force"]
        show(
            "from scratch", sets, _best(checkout, command, _paths(checkout, app), arguments.repeat)
        )
        again = _best(checkout, command[:-1], _paths(checkout, app), arguments.repeat)
        _print(f"{app}: {sets} sets, unchanged", again, empty)
        assembly = checkout / APP_DIRECTORIES[app] / "cdk.out"
        floor = write_floor(root / f"floor-{sets}", assembly)
        bare = {"CDK_OUTDIR": str(floor / "cdk.out")}
        least = _best(floor, [sys.executable, "app.py"], bare, arguments.repeat)
        show("floor", sets, least)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--apps", nargs="+", choices=APP_DIRECTORIES, default=[*APP_DIRECTORIES])
    parser.add_argument("--sets", type=int, nargs="+", default=[1, 5, 20])
    parser.add_argument("--repeat", type=int, default=3, help="runs of each; the best one counts")
    return parser.parse_args()


def _print(what: str, measured: Measurement, unit: Measurement, growth: str = "") -> None:
    wall, cpu = measured.seconds / unit.seconds, measured.cpu / unit.cpu
    row = f"{what:<32}{measured.seconds:>9.2f}{wall:>7.2f}{cpu:>9.2f}{measured.megabytes:>6.0f}"
    print(f"{row}  {growth}".rstrip(), flush=True)


def _empty_app(folder: Path) -> Path:
    folder.mkdir()
    (folder / "app.py").write_text(EMPTY_APP, encoding="utf-8")
    (folder / "cdk.json").write_text('{"app": "python3 app.py"}', encoding="utf-8")
    return folder


def _checkout(folder: Path, app: str, sets: int) -> Path:
    """A checkout of its own with a generated configuration."""
    config = PurePosixPath("mlops-commons/mlops_commons/config/cdk-app.yml")
    infra = PurePosixPath("mlops-infra/config/cdk-infra-app.yml")
    texts = {config: configuration(sets), infra: "cdk_infra_app_config: {}\n"}
    snapshot(REPOSITORY_ROOT, APP_DIRECTORIES[app], texts).write(folder)
    (folder / "node_modules").symlink_to(REPOSITORY_ROOT / "node_modules")
    (folder / ".venv").symlink_to(REPOSITORY_ROOT / ".venv")
    return folder


def configuration(sets: int) -> str:
    """A `cdk-app.yml` with so many sets of three stages, each in accounts of its own."""
    lines = [
        "cdk_app_config:",
        "  app_prefix: mlops",
        '  pipeline: {account: "100000000000", region: eu-west-1}',
        "  deployments:",
    ]
    for number in range(sets):
        lines += [f"    - set_name: business-unit-{number}", "      stages:"]
        for index, stage in enumerate(("dev", "preprod", "prod")):
            account = 200_000_000_000 + number * 10 + index
            lines.append(f'        - {{stage_name: {stage}, account: "{account}"}}')
    return "\n".join(lines) + "\n"


def _paths(checkout: Path, app: str) -> dict[str, str]:
    packages = [checkout / "mlops-commons", checkout / APP_DIRECTORIES[app]]
    return {"PYTHONPATH": os.pathsep.join(map(str, packages))}


def _best(
    folder: Path, command: list[str], environment: Mapping[str, str], repeat: int
) -> Measurement:
    runs = [_measure(folder, command, environment) for _ in range(repeat)]
    return Measurement(
        seconds=min(run.seconds for run in runs),
        cpu=min(run.cpu for run in runs),
        megabytes=min(run.megabytes for run in runs),
    )


def _measure(folder: Path, command: list[str], environment: Mapping[str, str]) -> Measurement:
    surroundings = {**os.environ, "CDK_VALIDATION": "false", **environment}
    # As in a user's shell; else every run compiles the checkout's modules again.
    surroundings.pop("PYTHONDONTWRITEBYTECODE", None)
    tools = [REPOSITORY_ROOT / ".venv" / "bin", REPOSITORY_ROOT / "node_modules" / ".bin"]
    surroundings["PATH"] = os.pathsep.join([*map(str, tools), os.environ["PATH"]])
    start, used = time.perf_counter(), _cpu_of_children()
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=surroundings,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    peak = [0.0]
    watcher = threading.Thread(target=_watch, args=(process, peak), daemon=True)
    watcher.start()
    output = process.communicate()[0]
    seconds = time.perf_counter() - start
    watcher.join()
    cpu = _cpu_of_children() - used
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} in {folder} failed:\n{output}")
    return Measurement(seconds, cpu, peak[0])


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _watch(process: "subprocess.Popen[str]", peak: list[float]) -> None:
    while process.poll() is None:
        peak[0] = max(peak[0], _tree_megabytes(process.pid))
        time.sleep(SAMPLE_SECONDS)


def _tree_megabytes(root: int) -> float:
    listed = subprocess.run(
        ["/bin/ps", "-eo", "pid=,ppid=,rss="], capture_output=True, text=True, check=True
    )
    rows = [tuple(map(int, line.split())) for line in listed.stdout.splitlines()]
    tree = {root}
    for pid, parent, _ in sorted(rows):
        if parent in tree:
            tree.add(pid)
    return sum(kilobytes for pid, _, kilobytes in rows if pid in tree) / 1024


if __name__ == "__main__":
    sys.exit(main())
