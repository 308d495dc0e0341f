"""Actions that IAM takes and that do nothing: they have another name, or no action has it."""

from collections.abc import Iterable, Iterator, Sequence

from mlops_commons.config.document import Document, KeyPath
from mlops_commons.config.sources import APP_ROOT, INFRA_ROOT, Sources
from mlops_commons.contract import Persona
from mlops_commons.service_reference import has_action, source_of
from mlops_commons.utilities.errors import Problem

Row = tuple[Document, KeyPath, Sequence[str]]


def actions_that_may_do_nothing(sources: Sources) -> Iterator[Problem]:
    """What the reference has not: `s3:HeadObject` is a call, and `s3:GetObject` its action."""
    for document, path, written in (*_of_projects(sources), *_of_personas(sources)):
        for index, action in enumerate(written):
            if not has_action(action):
                message = (
                    f"'{action}' is a call of AWS's API, and no IAM action that "
                    f"{source_of('actions')} know: unless it is new, its action has another name, "
                    "which the Service Authorization Reference of the service says"
                )
                yield document.problem((*path, index), message)
    yield from _denials(sources)


def _of_projects(sources: Sources) -> Iterator[Row]:
    document, app = sources.app_document, sources.app
    yield document, (APP_ROOT, "projects", "role_actions"), app.projects.role_actions
    for index, deployment in enumerate(app.deployments):
        path = (APP_ROOT, "deployments", index, "projects", "role_actions")
        yield document, path, deployment.projects.role_actions


def _of_personas(sources: Sources) -> Iterator[Row]:
    sagemaker = sources.infra.sagemaker
    root: KeyPath = (INFRA_ROOT, "sagemaker")
    blocks: list[tuple[KeyPath, object]] = [((*root, "personas"), sagemaker.personas)]
    for index, deployment in enumerate(sagemaker.deployments):
        blocks.append(((*root, "deployments", index, "personas"), deployment.personas))
    for path, personas in blocks:
        for persona in Persona:
            further = getattr(personas, persona)
            if further:
                yield sources.infra_document, (*path, persona, "actions"), further.actions


def _denials(sources: Sources) -> Iterator[Problem]:
    """A note, because an organization may deny what no reference tells of."""
    boundary = sources.app.org.permissions_boundary
    for index, statement in enumerate(boundary.deny or () if boundary else ()):
        named = {"Action": statement.action, "NotAction": statement.not_action}
        for key, written in named.items():
            for action in _unknown(written or ()):
                message = (
                    f"'{action}' means no IAM action that {source_of('actions')} know: as it "
                    "stands, it denies nothing that is known"
                )
                path = (APP_ROOT, "org", "permissions_boundary", "deny", index, key)
                yield sources.app_document.problem(path, message)


def _unknown(written: Iterable[str]) -> Iterator[str]:
    sections = ("actions", "operations")
    return (a for a in written if not any(has_action(a, section) for section in sections))
