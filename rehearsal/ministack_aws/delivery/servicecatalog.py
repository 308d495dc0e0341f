"""Calls of Service Catalog about portfolios, their products and whom they are shared with."""

from typing import Final

from ministack_aws.cloudformation.record_types import artifact_ids
from ministack_aws.cloudformation.records import STORE, all_of, key_of
from ministack_aws.delivery import launches
from ministack_aws.engine import iam
from ministack_aws.engine.requests import get_account_id, get_region
from ministack_aws.engine.types import Answer, Context, Operations, Properties, Record, Request
from ministack_aws.errors import ServiceError
from ministack_aws.sagemaker.studio import ENABLED, here

PORTFOLIO = "AWS::ServiceCatalog::Portfolio"
PRODUCT = "AWS::ServiceCatalog::CloudFormationProduct"
PRINCIPAL = "AWS::ServiceCatalog::PortfolioPrincipalAssociation"
MEMBER = "AWS::ServiceCatalog::PortfolioProductAssociation"
CONSTRAINT = "AWS::ServiceCatalog::LaunchRoleConstraint"
OF_SAGEMAKER = "port-sagemaker"


def resource_of(operation: str, request: Request) -> str | None:
    """The ARN that a call is about: a portfolio, a product, or none that a policy could name."""
    for name, kind in (("PortfolioId", "portfolio"), ("ProductId", "product")):
        if request.get(name):
            return f"arn:aws:catalog:{get_region()}:{get_account_id()}:{kind}/{request[name]}"
    return "*"


OF_PROVISIONED = (
    "DescribeProvisionedProduct",
    "DescribeRecord",
    "TerminateProvisionedProduct",
    "UpdateProvisionedProduct",
)


def context_of(operation: str, request: Request) -> Context:
    """The condition keys of a call."""
    if operation not in OF_PROVISIONED:
        return {}
    return {"servicecatalog:userlevel": launches.level(request)}


def portfolios_of_caller() -> set[str]:
    """The portfolios that the caller's role or user is a principal of."""
    caller = iam.caller_arn()
    name = caller.split("/")[1] if ":assumed-role/" in caller else caller.rpartition("/")[2]
    kind = "role" if ":assumed-role/" in caller else "user"
    return {
        p["PortfolioId"]
        for _, p in all_of(PRINCIPAL)
        if p["PrincipalARN"].rpartition("/")[2] == name and f":{kind}/" in p["PrincipalARN"]
    }


def _detail(portfolio: str, properties: Properties) -> Record:
    return {
        "Id": portfolio,
        "ARN": f"arn:aws:catalog:{get_region()}:{get_account_id()}:portfolio/{portfolio}",
        "DisplayName": properties["DisplayName"],
        "ProviderName": properties["ProviderName"],
        "Description": properties.get("Description", ""),
    }


def _portfolios(request: Request) -> Answer:
    return {"PortfolioDetails": [_detail(i, p) for i, p in all_of(PORTFOLIO)]}


def _shares(request: Request) -> Answer:
    found = {"DisplayName": "Amazon SageMaker Solutions", "ProviderName": "Amazon SageMaker"}
    shared = here() in ENABLED
    return {"PortfolioDetails": [_detail(OF_SAGEMAKER, found)] if shared else []}


def _associate(request: Request) -> Answer:
    key = key_of(PRINCIPAL, f"{request['PortfolioId']}|{request['PrincipalARN']}")
    STORE[key] = {n: request[n] for n in ("PortfolioId", "PrincipalARN", "PrincipalType")}
    return {}


def _disassociate(request: Request) -> Answer:
    key = key_of(PRINCIPAL, f"{request['PortfolioId']}|{request['PrincipalARN']}")
    if STORE.pop(key, None) is None:
        raise ServiceError("ResourceNotFoundException", "The principal is not associated")
    return {}


def _principals(request: Request) -> Answer:
    return {
        "Principals": [
            {"PrincipalARN": p["PrincipalARN"], "PrincipalType": p["PrincipalType"]}
            for _, p in all_of(PRINCIPAL)
            if p["PortfolioId"] == request["PortfolioId"]
        ]
    }


def _summary(product: str, properties: Properties) -> Record:
    return {
        "Id": product,
        "ProductId": product,
        "Name": properties["Name"],
        "Owner": properties["Owner"],
        "ShortDescription": properties.get("Description", ""),
        "Type": "CLOUD_FORMATION_TEMPLATE",
        "Distributor": properties.get("Distributor", ""),
    }


def _search_as_admin(request: Request) -> Answer:
    portfolio = request.get("PortfolioId")
    wanted = None if portfolio is None else _products_of({portfolio})
    return {
        "ProductViewDetails": [
            {"ProductViewSummary": _summary(i, p), "Status": "AVAILABLE"}
            for i, p in all_of(PRODUCT)
            if wanted is None or i in wanted
        ]
    }


def _search(request: Request) -> Answer:
    visible = _products_of(portfolios_of_caller())
    return {"ProductViewSummaries": [_summary(i, p) for i, p in all_of(PRODUCT) if i in visible]}


def _products_of(portfolios: set[str]) -> set[str]:
    return {p["ProductId"] for _, p in all_of(MEMBER) if p["PortfolioId"] in portfolios}


def _artifacts(request: Request) -> Answer:
    for product, properties in all_of(PRODUCT):
        if product == request["ProductId"]:
            found = properties["ProvisioningArtifactParameters"]
            ids = artifact_ids(properties, product)
            return {
                "ProvisioningArtifactDetails": [
                    {
                        "Id": i,
                        "Name": a.get("Name", ""),
                        "Description": a.get("Description", ""),
                        "Active": True,
                    }
                    for i, a in zip(ids, found, strict=True)
                ]
            }
    raise ServiceError("ResourceNotFoundException", f"Product {request['ProductId']} not found")


def _constraints(request: Request) -> Answer:
    return {
        "ConstraintDetails": [
            {
                "ConstraintId": i,
                "Type": "LAUNCH",
                "Owner": get_account_id(),
                "ProductId": p["ProductId"],
                "PortfolioId": p["PortfolioId"],
            }
            for i, p in all_of(CONSTRAINT)
            if p["PortfolioId"] == request["PortfolioId"]
        ]
    }


def _provision(request: Request) -> Answer:
    return launches.provision(request, _products_of(portfolios_of_caller()))


OPERATIONS: Final[Operations] = {
    "DescribeProvisionedProduct": launches.describe,
    "DescribeRecord": launches.describe_record,
    "ProvisionProduct": _provision,
    "ScanProvisionedProducts": launches.scan,
    "SearchProvisionedProducts": launches.search,
    "TerminateProvisionedProduct": launches.terminate,
    "AssociatePrincipalWithPortfolio": _associate,
    "DisassociatePrincipalFromPortfolio": _disassociate,
    "ListAcceptedPortfolioShares": _shares,
    "ListConstraintsForPortfolio": _constraints,
    "ListPortfolios": _portfolios,
    "ListPrincipalsForPortfolio": _principals,
    "ListProvisioningArtifacts": _artifacts,
    "SearchProducts": _search,
    "SearchProductsAsAdmin": _search_as_admin,
}
