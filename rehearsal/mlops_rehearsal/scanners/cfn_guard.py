"""cfn-guard with the proactive controls of AWS Control Tower, from AWS's plugin for the CDK.

The rules: AWS Control Tower Controls Reference Guide, "Proactive controls".
"""

import json
import platform
import re
import subprocess
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

from mlops_commons.utilities.errors import PlatformError
from mlops_rehearsal.scanners.environment import scanners_python
from mlops_rehearsal.scanners.finding import Finding, Scanner, resources

ARCHIVES: Final = "lib/python*/site-packages/cdklabs/cdk_validator_cfnguard/_jsii/*.tgz"
RULES: Final = Path("package", "rules", "control-tower", "cfn-guard")
SYSTEMS: Final = {"Linux": "ubuntu", "Darwin": "macos"}
MACHINES: Final = {"x86_64": "x86_64", "AMD64": "x86_64", "arm64": "aarch64", "aarch64": "aarch64"}
SCANNED: Final = (0, 19)
"""Exit codes: every rule holds, or one does not (Guard User Guide, "validate")."""
RESOURCE: Final = re.compile(r'"path": "/Resources/([^/"]+)')


def findings(templates: Sequence[Path], folder: Path) -> list[Finding]:
    """What cfn-guard finds.

    Args:
        templates: files of CloudFormation.
        folder: an empty one, for the program and its rules.

    Raises:
        PlatformError: it has failed, or there is none for this machine.
    """
    command = program(folder)
    with ThreadPoolExecutor(2) as pool:
        scanned = pool.map(lambda file: list(_scanned(command, folder / RULES, file)), templates)
        return [finding for found in scanned for finding in found]


def program(folder: Path) -> Path:
    """The program, unpacked; AWS's rules are beside it.

    Args:
        folder: an empty one.

    Raises:
        PlatformError: there is none for this machine.
    """
    environment = scanners_python().parents[1]
    (archive,) = environment.glob(ARCHIVES)
    with tarfile.open(archive) as files:
        # The filter came with Python 3.11.4; the lock has the hash of this archive.
        files.extraction_filter = getattr(tarfile, "data_filter", None)
        files.extractall(folder)
    system, machine = SYSTEMS.get(platform.system()), MACHINES.get(platform.machine())
    if not system or not machine:
        raise PlatformError(f"there is no cfn-guard for {platform.system()} {platform.machine()}")
    return folder / "package" / "bin" / system / machine / "cfn-guard"


def _scanned(guard: Path, rules: Path, template: Path) -> Iterator[Finding]:
    places = ["--rules", str(rules), "--data", str(template)]
    output = ["--structured", "--show-summary", "none", "--output-format", "json"]
    command = [str(guard), "validate", *places, *output]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode not in SCANNED:
        raise PlatformError(f"cfn-guard has failed on {template.name}: {done.stderr[-1500:]}")
    known = resources(template)
    for report in json.loads(done.stdout):
        for broken in report["not_compliant"]:
            yield from _findings(broken["Rule"], known, template.name)


def _findings(
    rule: Mapping[str, Any], known: Mapping[str, Mapping[str, Any]], template: str
) -> Iterator[Finding]:
    """A finding for each resource that the trace of a broken rule goes through."""
    for resource in sorted(set(RESOURCE.findall(json.dumps(rule)))) or [""]:
        yield Finding(
            scanner=Scanner.CFN_GUARD,
            rule=rule["name"],
            kind=known[resource]["Type"] if resource else "",
            resource=resource,
            template=template,
        )
