"""A stage's account as deliveries and people have left it: roles, a stack, a launched product."""

import json
import time
from typing import Any

from accounts_of_tests import Accounts

VERSION = {"Version": "2012-10-17"}
READS = (
    *("cloudformation:Describe*", "cloudformation:Get*", "cloudformation:List*"),
    *("servicecatalog:Search*", "iam:Get*", "iam:List*"),
)
"""Of AWS's policy ReadOnlyAccess, which the lookup role of a bootstrap has."""
READS_ALLOWED = {"Effect": "Allow", "Action": [*READS], "Resource": "*"}
STACK = "dev-mlops-infra"


def lookup_role(accounts: Accounts, governance: str) -> None:
    """The role of the CDK's bootstrap with which governance reads."""
    trust = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{governance}:root"},
        "Action": "sts:AssumeRole",
    }
    name = f"cdk-hnb659fds-lookup-role-{accounts.account}-eu-west-1"
    iam = accounts.client("iam")
    iam.create_role(
        RoleName=name, AssumeRolePolicyDocument=json.dumps({**VERSION, "Statement": [trust]})
    )
    iam.put_role_policy(
        RoleName=name,
        PolicyName="ReadOnlyAccess",
        PolicyDocument=json.dumps({**VERSION, "Statement": [READS_ALLOWED]}),
    )


def deployed_stack(accounts: Accounts, reason: str) -> None:
    """The stack of the platform, in which a finding is acknowledged with a reason."""
    topic = {
        "Type": "AWS::SNS::Topic",
        "Properties": {"TopicName": "of-the-stage", "DisplayName": "as deployed"},
        "Metadata": {"AIControls": {"SageMaker.4": reason}},
    }
    tags = [{"Key": "cdk-app", "Value": "mlops-infra"}]
    assert accounts.deploy(STACK, {"Topic": topic}, Tags=tags) == ("CREATE_COMPLETE", "")


def drift(accounts: Accounts) -> None:
    """Somebody changes a resource behind CloudFormation, and somebody looks for drift."""
    accounts.client("sns").set_topic_attributes(
        TopicArn=f"arn:aws:sns:eu-west-1:{accounts.account}:of-the-stage",
        AttributeName="DisplayName",
        AttributeValue="changed by hand",
    )
    cloudformation = accounts.client("cloudformation")
    detection = cloudformation.detect_stack_drift(StackName=STACK)["StackDriftDetectionId"]
    end = time.monotonic() + 30
    while time.monotonic() < end:
        found = cloudformation.describe_stack_drift_detection_status(
            StackDriftDetectionId=detection
        )
        if found["DetectionStatus"] != "DETECTION_IN_PROGRESS":
            assert found["StackDriftStatus"] == "DRIFTED", found
            return
        time.sleep(0.1)


def launched_project(accounts: Accounts, name: str, version: str) -> None:
    """A product in a portfolio, launched by a person."""
    s3 = accounts.client("s3")
    bucket = f"products-{accounts.account}"
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    template = {"Resources": {"Handle": {"Type": "AWS::CloudFormation::WaitConditionHandle"}}}
    s3.put_object(Bucket=bucket, Key="product.json", Body=json.dumps(template))
    whole = {"Effect": "Allow", "Action": ["sns:*", "servicecatalog:*", "s3:*"], "Resource": "*"}
    launch = accounts.role("launches", "servicecatalog.amazonaws.com", whole)
    person = accounts.role("scientist", "ec2.amazonaws.com", whole)
    url = f"https://s3.eu-west-1.amazonaws.com/{bucket}/product.json"
    made = accounts.deploy("portfolio", _portfolio(url, version, launch, person))
    assert made == ("CREATE_COMPLETE", "")
    session = accounts.emulator.service_credentials(person, "ec2.amazonaws.com", "me")
    catalog = accounts.client("servicecatalog", dict(session))
    (product,) = catalog.search_products()["ProductViewSummaries"]
    (artifact,) = catalog.list_provisioning_artifacts(ProductId=product["ProductId"])[
        "ProvisioningArtifactDetails"
    ]
    catalog.provision_product(
        ProductId=product["ProductId"],
        ProvisioningArtifactId=artifact["Id"],
        ProvisionedProductName=name,
        ProvisionToken="t",
    )
    end = time.monotonic() + 30
    while time.monotonic() < end:
        found = catalog.describe_provisioned_product(Name=name)["ProvisionedProductDetail"]
        if found["Status"] != "UNDER_CHANGE":
            record = catalog.describe_record(Id=found["LastRecordId"])["RecordDetail"]
            assert found["Status"] == "AVAILABLE", record
            return
        time.sleep(0.1)


def _portfolio(url: str, version: str, launch: str, person: str) -> dict[str, Any]:
    portfolio, product = {"Ref": "Portfolio"}, {"Ref": "Product"}
    artifact = {"Name": version, "Info": {"LoadTemplateFromURL": url}}
    properties = {
        "Portfolio": {"DisplayName": "projects", "ProviderName": "platform"},
        "CloudFormationProduct": {
            "Name": "tabular",
            "Owner": "platform",
            "ProvisioningArtifactParameters": [artifact],
        },
        "PortfolioProductAssociation": {"PortfolioId": portfolio, "ProductId": product},
        "PortfolioPrincipalAssociation": {
            "PortfolioId": portfolio,
            "PrincipalARN": person,
            "PrincipalType": "IAM",
        },
        "LaunchRoleConstraint": {
            "PortfolioId": portfolio,
            "ProductId": product,
            "RoleArn": launch,
        },
    }
    ids = {"CloudFormationProduct": "Product"}
    resources = {
        ids.get(kind, kind): {"Type": f"AWS::ServiceCatalog::{kind}", "Properties": values}
        for kind, values in properties.items()
    }
    resources["LaunchRoleConstraint"]["DependsOn"] = ["PortfolioProductAssociation"]
    return resources
