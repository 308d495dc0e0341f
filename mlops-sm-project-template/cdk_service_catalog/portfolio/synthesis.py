"""Products with constructs, synthesised in an app of their own and read back as data."""

import json
import shutil
import tempfile
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import aws_cdk as cdk

from cdk_service_catalog.portfolio.launchable import launchable_problems
from cdk_service_catalog.portfolio.product_file import FILE
from cdk_service_catalog.project.product_stack import ProductContext, ProductStack
from cdk_service_catalog.project.props import Template
from mlops_commons.cdk.platform_app import platform_app
from mlops_commons.cdk.refusals import REFUSED
from mlops_commons.utilities.archive import archive
from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.snapshot import Snapshot

HINT = "see docs/how-to/add-a-product.md"


@dataclass(frozen=True, kw_only=True)
class Planned:
    """A stack to synthesise."""

    stack: type[ProductStack]
    context: ProductContext


@dataclass(frozen=True, kw_only=True)
class Synthesised:
    """A product as data.

    Attributes:
        files: its assets, by their key in the assets bucket.
    """

    content: Template
    files: Mapping[str, Path]


def synthesise(planned: Sequence[Planned], folder: Path) -> list[Synthesised]:
    """Synthesise products under the rule packs, with the flags of every app of the platform.

    The app is not the one that delivers the portfolio: a product is not part of what is deployed
    there, and its template is needed as data, from which the permissions of launches follow.

    Args:
        folder: receives the files.

    Raises:
        PlatformError: a product breaks a rule, or cannot be launched.
    """
    if not planned:
        return []
    with tempfile.TemporaryDirectory(prefix="mlops-products-") as outdir:
        app = platform_app(outdir=outdir)
        stacks = [_made(app, number, plan) for number, plan in enumerate(planned, start=1)]
        _synth(app, planned)
        read = [_Output(Path(outdir), stack) for stack in stacks]
        _check(planned, read, _lookups(Path(outdir)))
        return [
            Synthesised(content=output.template, files=output.keep_files(folder)) for output in read
        ]


def _made(app: cdk.App, number: int, plan: Planned) -> ProductStack:
    """The stack of a product; whatever its code does wrong is told with its file and line."""
    try:
        return plan.stack(app, f"Product{number}", context=plan.context)
    except (Exception, SystemExit) as error:
        told = (error.message, error.hint) if isinstance(error, PlatformError) else _told(error)
        raise PlatformError(
            f"{_place(error, plan.stack)}: product '{plan.context.definition.name}' cannot be "
            f"made: {told[0]}",
            hint=told[1],
        ) from error


def _told(error: BaseException) -> tuple[str, str]:
    first = (str(error).splitlines() or [""])[0]
    name = type(error).__name__
    return f"{name}: {first}" if first else name, f"correct its stack; {HINT}"


def _place(error: BaseException, stack: type[ProductStack]) -> str:
    """File and line in the product's own file, not in what it called."""
    code = stack.__init__.__code__
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if frame.filename == code.co_filename or Path(frame.filename).name == FILE:
            return f"{frame.filename}:{frame.lineno}"
    return f"{code.co_filename}:{code.co_firstlineno}"


def _synth(app: cdk.App, planned: Sequence[Planned]) -> None:
    try:
        app.synth()
    except RuntimeError as error:
        if REFUSED not in str(error):
            raise
        told = ", ".join(
            f"Product{number} is '{plan.context.definition.name}'"
            for number, plan in enumerate(planned, start=1)
        )
        raise PlatformError(
            f"the security rules refuse a product; in the report above {told}",
            hint=f"change the product, or acknowledge the finding in its stack; {HINT}",
        ) from None


def _check(planned: Sequence[Planned], read: Sequence["_Output"], lookups: Sequence[str]) -> None:
    problems = [
        f"product '{plan.context.definition.name}': {problem}"
        for plan, output in zip(planned, read, strict=True)
        for problem in launchable_problems(
            output.template,
            output.manifest,
            boundary_arn=plan.context.props.boundary_arn,
        )
    ]
    problems += [
        f"'{lookup}' would be looked up in an account, and synthesis never does; take the value "
        "from a parameter of the template"
        for lookup in lookups
    ]
    if problems:
        raise PlatformError("products cannot be launched:\n  " + "\n  ".join(problems), hint=HINT)


def _lookups(outdir: Path) -> list[str]:
    manifest = json.loads((outdir / "manifest.json").read_text(encoding="utf-8"))
    return [str(entry["key"]) for entry in manifest.get("missing", ())]


class _Output:
    """What the CDK has written for a stack: `template` and `manifest`, without the template."""

    def __init__(self, outdir: Path, stack: ProductStack) -> None:
        self._outdir = outdir
        name = stack.template_file
        self.template: Template = json.loads((outdir / name).read_text(encoding="utf-8"))
        assets = outdir / f"{stack.artifact_id}.assets.json"
        self.manifest: dict[str, Any] = json.loads(assets.read_text(encoding="utf-8"))
        self._files = [
            entry
            for entry in self.manifest.get("files", {}).values()
            if entry["source"]["path"] != name
        ]

    def keep_files(self, folder: Path) -> dict[str, Path]:
        """Copy its files to a folder: a folder as an archive, a file as it is."""
        kept = {}
        for entry in self._files:
            (destination,) = entry["destinations"].values()
            key = str(destination["objectKey"])
            source, kept[key] = self._outdir / entry["source"]["path"], folder / f"asset.{key}"
            is_folder = entry["source"]["packaging"] == "zip"
            if not kept[key].exists():
                shutil.copyfile(archive(_everything(source)) if is_folder else source, kept[key])
        return kept


def _everything(folder: Path) -> Snapshot:
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    sources = {PurePosixPath(f.relative_to(folder).as_posix()): f for f in files}
    # A function may start a program of its own.
    return Snapshot(sources, keeps_modes=True)
