"""Calls of SageMaker about Studio, model package groups and project templates."""

from ministack.core.responses import get_account_id, get_region

from ministack_aws.errors import ServiceError
from ministack_aws.records import all_of, arn
from ministack_aws.sagemaker import endpoints, model_registry, sagemaker_pipelines, studio_apps

ENABLED = set()
"""Accounts and regions with the portfolio of SageMaker's project templates."""


def here():
    """The account and region of the request."""
    return get_account_id(), get_region()


def resource_of(operation, request):
    """The ARN that a call is about."""
    for module in (endpoints, model_registry, sagemaker_pipelines, studio_apps):
        found = module.resource_of(operation, request)
        if found:
            return found
    if operation == "DescribeDomain":
        return arn("sagemaker", f"domain/{request.get('DomainId')}")
    if operation == "DescribeUserProfile":
        return arn(
            "sagemaker", f"user-profile/{request.get('DomainId')}/{request.get('UserProfileName')}"
        )
    if operation == "DescribeModelPackageGroup":
        return arn("sagemaker", f"model-package-group/{request.get('ModelPackageGroupName')}")
    return "*"


def context_of(operation, request):
    """The condition keys of a call."""
    return model_registry.context_of(operation, request)


def _enable(request):
    ENABLED.add(here())
    return {}


def _disable(request):
    ENABLED.discard(here())
    return {}


def _status(request):
    return {"Status": "Enabled" if here() in ENABLED else "Disabled"}


def _domains(request):
    return {"Domains": [_domain(i, p) for i, p in all_of("AWS::SageMaker::Domain")]}


def _domain(domain_id, properties):
    return {
        "DomainId": domain_id,
        "DomainArn": arn("sagemaker", f"domain/{domain_id}"),
        "DomainName": properties["DomainName"],
        "Status": "InService",
        "Url": f"https://{domain_id}.studio.{get_region()}.sagemaker.aws",
    }


def _describe_domain(request):
    for domain_id, properties in all_of("AWS::SageMaker::Domain"):
        if domain_id == request["DomainId"]:
            return {**_without_tags(properties), **_domain(domain_id, properties)}
    raise ServiceError("ResourceNotFound", f"Domain {request['DomainId']} does not exist")


def _profiles(request):
    domain = request.get("DomainIdEquals")
    return {
        "UserProfiles": [
            {"DomainId": p["DomainId"], "UserProfileName": name, "Status": "InService"}
            for name, p in all_of("AWS::SageMaker::UserProfile")
            if domain in (None, p["DomainId"])
        ]
    }


def _describe_profile(request):
    for name, properties in all_of("AWS::SageMaker::UserProfile"):
        if (name, properties["DomainId"]) == (request["UserProfileName"], request["DomainId"]):
            return {**_without_tags(properties), "Status": "InService"}
    raise ServiceError(
        "ResourceNotFound", f"UserProfile {request['UserProfileName']} does not exist"
    )


def _groups(request):
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


def _without_tags(properties):
    return {name: value for name, value in properties.items() if name != "Tags"}


OPERATIONS = {
    **endpoints.OPERATIONS,
    **model_registry.OPERATIONS,
    **sagemaker_pipelines.OPERATIONS,
    **studio_apps.OPERATIONS,
    "DescribeDomain": _describe_domain,
    "DescribeUserProfile": _describe_profile,
    "DisableSagemakerServicecatalogPortfolio": _disable,
    "EnableSagemakerServicecatalogPortfolio": _enable,
    "GetSagemakerServicecatalogPortfolioStatus": _status,
    "ListDomains": _domains,
    "ListModelPackageGroups": _groups,
    "ListUserProfiles": _profiles,
}
