"""checkov, with every rule that it has for CloudFormation (https://www.checkov.io)."""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path

from mlops_commons.utilities.errors import PlatformError
from mlops_rehearsal.scanners.environment import scanners_python
from mlops_rehearsal.scanners.finding import Finding, Scanner

FOUND_SOMETHING = (0, 1)
"""Exit codes of a scan that has ended."""


def findings(templates: Sequence[Path], folder: Path) -> list[Finding]:
    """What checkov finds.

    Args:
        templates: files of CloudFormation.
        folder: an empty one, where it runs: a settings file of somebody's home is not read.

    Raises:
        PlatformError: it has failed, or could not read a template.
    """
    python = scanners_python()
    files = [argument for file in templates for argument in ("--file", str(file))]
    # Without --skip-download it asks its maker for descriptions of rules, over the internet.
    options = ["--framework", "cloudformation", "--output", "json", "--quiet", "--skip-download"]
    done = subprocess.run(
        [str(python), "-P", "-m", "checkov.main", *options, *files],
        cwd=folder,
        env={"PATH": str(python.parent), "HOME": str(folder), "LOG_LEVEL": "ERROR"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode not in FOUND_SOMETHING or not done.stdout.startswith("{"):
        raise PlatformError(f"checkov has failed: {done.stderr[-1500:] or done.stdout[-1500:]}")
    report = json.loads(done.stdout)
    if report["summary"]["parsing_errors"]:
        raise PlatformError(f"checkov cannot read: {report['results']['parsing_errors']}")
    return [
        Finding(
            scanner=Scanner.CHECKOV,
            rule=failed["check_id"],
            kind=failed["resource"].rpartition(".")[0],
            resource=failed["resource"].rpartition(".")[2],
            template=Path(failed["file_path"]).name,
        )
        for failed in report["results"]["failed_checks"]
    ]
