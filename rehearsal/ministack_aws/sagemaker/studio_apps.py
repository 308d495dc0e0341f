"""Calls of SageMaker about the apps that people run in Studio, and about projects."""

from typing import Final

from ministack_aws.arns import arn
from ministack_aws.engine.requests import get_account_id, get_region
from ministack_aws.engine.types import Answer, Operations, Record, Request
from ministack_aws.errors import ServiceError

Key = tuple[str, str, str, str, str, str]
APPS: dict[Key, Record] = {}
"""By account, region, domain, owner, type and name."""
OWNERS: Final = ("SpaceName", "UserProfileName")


def resource_of(operation: str, request: Request) -> str | None:
    """The ARN of an app, None for other calls."""
    if operation not in ("CreateApp", "DeleteApp"):
        return None
    owner, kind, name = _owner(request), request["AppType"].lower(), request["AppName"]
    return arn("sagemaker", f"app/{request['DomainId']}/{owner}/{kind}/{name}")


def _owner(request: Request) -> str:
    return str(next(request[key] for key in OWNERS if request.get(key)))


def _key(request: Request) -> Key:
    place = (get_account_id(), get_region())
    return (*place, request["DomainId"], _owner(request), request["AppType"], request["AppName"])


def _create(request: Request) -> Answer:
    APPS[_key(request)] = {**request, "Status": "InService"}
    return {"AppArn": resource_of("CreateApp", request)}


def _delete(request: Request) -> Answer:
    if APPS.pop(_key(request), None) is None:
        raise ServiceError("ResourceNotFound", f"App {request['AppName']} does not exist")
    return {}


def _apps(request: Request) -> Answer:
    names = ("DomainId", *OWNERS, "AppType", "AppName", "Status")
    here = [app for key, app in APPS.items() if key[:2] == (get_account_id(), get_region())]
    return {"Apps": [{name: app[name] for name in names if name in app} for app in here]}


def _projects(request: Request) -> Answer:
    """Launches go through Service Catalog alone here: SageMaker has no project of its own."""
    return {"ProjectSummaryList": []}


OPERATIONS: Final[Operations] = {
    "CreateApp": _create,
    "DeleteApp": _delete,
    "ListApps": _apps,
    "ListProjects": _projects,
}
