"""Calls of SageMaker about Studio, model package groups and project templates."""

from typing import Final

from ministack_aws.arns import arn
from ministack_aws.cloudformation.records import all_of
from ministack_aws.engine.requests import get_account_id, get_region
from ministack_aws.engine.types import Answer, Operations, Properties, Record, Request
from ministack_aws.errors import ServiceError

ENABLED: Final[set[tuple[str, str]]] = set()
"""Accounts and regions with the portfolio of SageMaker's project templates."""


def here() -> tuple[str, str]:
    """The account and region of the request."""
    return get_account_id(), get_region()


def resource_of(operation: str, request: Request) -> str | None:
    """The ARN that a call is about; None where it is not one of these calls."""
    domain = request.get("DomainId")
    if operation == "DescribeDomain":
        return arn("sagemaker", f"domain/{domain}")
    if operation == "DescribeUserProfile":
        return arn("sagemaker", f"user-profile/{domain}/{request.get('UserProfileName')}")
    if operation == "DescribeModelPackageGroup":
        return arn("sagemaker", f"model-package-group/{request.get('ModelPackageGroupName')}")
    return None


def _enable(request: Request) -> Answer:
    ENABLED.add(here())
    return {}


def _disable(request: Request) -> Answer:
    ENABLED.discard(here())
    return {}


def _status(request: Request) -> Answer:
    return {"Status": "Enabled" if here() in ENABLED else "Disabled"}


def _domains(request: Request) -> Answer:
    return {"Domains": [_domain(i, p) for i, p in all_of("AWS::SageMaker::Domain")]}


def _domain(domain_id: str, properties: Properties) -> Record:
    return {
        "DomainId": domain_id,
        "DomainArn": arn("sagemaker", f"domain/{domain_id}"),
        "DomainName": properties["DomainName"],
        "Status": "InService",
        "Url": f"https://{domain_id}.studio.{get_region()}.sagemaker.aws",
    }


def _describe_domain(request: Request) -> Answer:
    for domain_id, properties in all_of("AWS::SageMaker::Domain"):
        if domain_id == request["DomainId"]:
            return {**_without_tags(properties), **_domain(domain_id, properties)}
    raise ServiceError("ResourceNotFound", f"Domain {request['DomainId']} does not exist")


def _profiles(request: Request) -> Answer:
    domain = request.get("DomainIdEquals")
    return {
        "UserProfiles": [
            {**_names_of_profile(p), "Status": "InService"}
            for _, p in all_of("AWS::SageMaker::UserProfile")
            if domain in (None, p["DomainId"])
        ]
    }


def _names_of_profile(properties: Properties) -> dict[str, str]:
    return {name: properties[name] for name in ("DomainId", "UserProfileName")}


def _describe_profile(request: Request) -> Answer:
    for _, properties in all_of("AWS::SageMaker::UserProfile"):
        if _names_of_profile(properties).items() <= request.items():
            return {**_without_tags(properties), "Status": "InService"}
    raise ServiceError(
        "ResourceNotFound", f"UserProfile {request['UserProfileName']} does not exist"
    )


def _groups(request: Request) -> Answer:
    return {
        "ModelPackageGroupSummaryList": [
            {
                "ModelPackageGroupName": properties["ModelPackageGroupName"],
                "ModelPackageGroupArn": group,
                "ModelPackageGroupStatus": "Completed",
                "CreationTime": 0,
            }
            for group, properties in all_of("AWS::SageMaker::ModelPackageGroup")
        ]
    }


def _without_tags(properties: Properties) -> Properties:
    return {name: value for name, value in properties.items() if name != "Tags"}


OPERATIONS: Final[Operations] = {
    "DescribeDomain": _describe_domain,
    "DescribeUserProfile": _describe_profile,
    "DisableSagemakerServicecatalogPortfolio": _disable,
    "EnableSagemakerServicecatalogPortfolio": _enable,
    "GetSagemakerServicecatalogPortfolioStatus": _status,
    "ListDomains": _domains,
    "ListModelPackageGroups": _groups,
    "ListUserProfiles": _profiles,
}
