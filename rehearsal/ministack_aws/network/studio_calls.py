"""The calls that Studio makes from the network of its domain when it has no other way out.

SageMaker Developer Guide, "Connect Studio in a VPC to external resources": the endpoints that a
domain with VpcOnly access needs.
"""

from collections.abc import Iterator
from typing import Final

from ministack_aws.cloudformation.records import all_of
from ministack_aws.engine.requests import get_account_id
from ministack_aws.network.reach import Call, refusal

CALLS: Final = (
    ("sagemaker.api", "sagemaker:DescribeDomain"),
    ("sagemaker.runtime", "sagemaker:InvokeEndpoint"),
    ("s3", "s3:GetObject"),
    ("servicecatalog", "servicecatalog:SearchProducts"),
    ("sts", "sts:GetCallerIdentity"),
    ("logs", "logs:GetLogEvents"),
)
"""The service of an endpoint, and a call of it that people make in Studio."""


def refusals() -> Iterator[tuple[str, str]]:
    """The domain and the reason of each call that would not arrive."""
    for domain, properties in all_of("AWS::SageMaker::Domain"):
        if properties.get("AppNetworkAccessType") != "VpcOnly":
            continue
        settings = properties.get("DefaultUserSettings") or {}
        role = str(settings.get("ExecutionRole", ""))
        groups = settings.get("SecurityGroups") or ()
        account = get_account_id()
        name = role.rpartition("/")[2]
        session = f"arn:aws:sts::{account}:assumed-role/{name}/SageMaker" if role else ""
        for subnet in properties.get("SubnetIds") or ():
            for service, action in CALLS:
                call = Call(service=service, principal=session, action=action)
                text = refusal(subnet, list(groups), call)
                if text:
                    yield domain, text
