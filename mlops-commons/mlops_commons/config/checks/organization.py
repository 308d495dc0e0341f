"""Checks of what the organization prescribes."""

from collections.abc import Iterator

from mlops_commons.config.document import KeyPath
from mlops_commons.config.org_model import BoundaryMode, DenyFile
from mlops_commons.config.sources import APP_ROOT, Sources
from mlops_commons.utilities.errors import Problem
from mlops_commons.utilities.toolkit import Toolkit

PATH = (APP_ROOT, "org", "permissions_boundary")
COUNTERPARTS = (("Action", "NotAction"), ("Resource", "NotResource"))


def one_bootstrap_of_a_place(sources: Sources) -> Iterator[Problem]:
    """Templates name the roles of one bootstrap; `cdk bootstrap` is run once for each place."""
    pipeline = sources.config.pipeline
    first: KeyPath = (APP_ROOT, "pipeline")
    entries = [(first, pipeline.account, pipeline.region, pipeline.bootstrap.toolkit)]
    entries += [(p, s.account, s.region, s.bootstrap.toolkit) for p, _, s in sources.stages()]
    seen: dict[tuple[str, str], tuple[KeyPath, Toolkit]] = {}
    for path, account, region, toolkit in entries:
        before, other = seen.setdefault((account, region), (path, toolkit))
        if other != toolkit:
            line = sources.app_document.line((*before, "bootstrap"))
            message = (
                f"account {account} in {region} is bootstrapped once, but this differs from what "
                f"line {line} says of it; write the same, or write it below org.bootstrap alone"
            )
            yield sources.app_document.problem((*path, "bootstrap"), message)


def own_template_is_there(sources: Sources) -> Iterator[Problem]:
    """The file of the organization's own bootstrap."""
    path: KeyPath = (APP_ROOT, "org", "bootstrap", "template")
    places = [path, (APP_ROOT, "pipeline", "bootstrap", "template")]
    places += [(*stage, "bootstrap", "template") for stage, _, _ in sources.stages()]
    bootstraps = [sources.config.pipeline.bootstrap]
    bootstraps += [stage.bootstrap for _, _, stage in sources.stages()]
    files = {b.toolkit.template for b in bootstraps if b.toolkit.template}
    for file in sorted(f for f in files if not f.is_file()):
        written = next((place for place in places if place in sources.app_document.lines), path)
        message = f"there is no file '{file}'; the path begins at the folder mlops_commons"
        yield sources.app_document.problem(written, message)


def boundaries_stay(sources: Sources) -> Iterator[Problem]:
    """The platform's boundaries stay, and deny what the organization denies."""
    boundary = sources.app.org.permissions_boundary
    if boundary is None:
        return
    if boundary.projects is BoundaryMode.REPLACE:
        message = (
            "'replace' would let the template of a project give its roles all that "
            f"'{boundary.name}' lets through, since only the boundary of the platform ends them; "
            "choose 'compose', and see docs/how-to/use-a-permissions-boundary.md"
        )
        yield sources.app_document.problem((*PATH, "projects"), message)
    elif boundary.deny is None:
        message = (
            f"'compose' needs 'deny', else nobody whose role has a boundary of the platform is "
            f"denied what '{boundary.name}' denies; copy its denying statements to it, or write "
            "'deny: []' where it has none"
        )
        yield sources.app_document.problem(PATH, message)


def denials_are_complete(sources: Sources) -> Iterator[Problem]:
    """IAM wants actions and resources, each said in one way (IAM User Guide, "IAM JSON policy
    elements")."""
    boundary = sources.app.org.permissions_boundary
    for index, statement in enumerate(boundary.deny or () if boundary else ()):
        for one, other in COUNTERPARTS:
            found = [key for key in (one, other) if _has(statement, key)]
            if len(found) != 1:
                message = f"a statement has either '{one}' or '{other}', and not an empty one"
                yield sources.app_document.problem((*PATH, "deny", index), message)


def _has(statement: DenyFile, key: str) -> bool:
    return bool(statement.model_dump(by_alias=True)[key])
