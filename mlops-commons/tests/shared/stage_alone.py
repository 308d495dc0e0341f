"""A program that delivers a `CoreStage` without a pipeline, run as its reader would run it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

OTHER_WORDS: Final = {
    "aws:cdk:enable-path-metadata": True,
    "aws:cdk:enable-asset-metadata": True,
    "aws:cdk:version-reporting": True,
    "@aws-cdk/aws-iam:minimizePolicies": False,
    "@aws-cdk/core:enablePartitionLiterals": False,
}
"""What the `cdk.json` of somebody else may say, and ours does not."""


def run(program: str, folder: Path) -> Path:
    """Run a program with `python`, in an app whose context is not ours; returns its assembly."""
    (folder / "app.py").write_text(program)
    assembly = folder / "cdk.out"
    subprocess.run(
        [sys.executable, "app.py"],
        cwd=folder,
        check=True,
        env={
            **os.environ,
            "CDK_OUTDIR": str(assembly),
            "CDK_CONTEXT_JSON": json.dumps(OTHER_WORDS),
        },
    )
    return assembly


def texts(folder: Path) -> list[str]:
    """The templates of a stage's assembly, without the names of their files, in their order."""
    return sorted(file.read_text() for file in folder.glob("*.template.json"))
