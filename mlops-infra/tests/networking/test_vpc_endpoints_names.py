"""The names of services in the table, checked against those that the CDK knows."""

import pytest

from mlops_commons.vpc_endpoints import VPC_ENDPOINTS, EndpointKind

pytestmark = pytest.mark.construct

REGIONS = ("eu-west-1", "us-gov-west-1", "cn-north-1", "cn-northwest-1", "eusc-de-east-1")
INTERFACE_ENDPOINTS = [row for row in VPC_ENDPOINTS if row.kind is EndpointKind.INTERFACE]


@pytest.mark.parametrize("region", REGIONS)
def test_every_interface_endpoint_is_named_as_the_cdk_names_it(region: str) -> None:
    import aws_cdk as cdk
    from aws_cdk import assertions
    from aws_cdk import aws_ec2 as ec2

    stack = cdk.Stack(cdk.App(), "stack", env=cdk.Environment(region=region))
    vpc = ec2.Vpc.from_vpc_attributes(
        stack, "Vpc", vpc_id="vpc-1", availability_zones=["a"], private_subnet_ids=["subnet-1"]
    )
    for row in INTERFACE_ENDPOINTS:
        prefix, _, name = row.service.rpartition(".{region}.")
        service = ec2.InterfaceVpcEndpointAwsService(name, prefix or None)
        vpc.add_interface_endpoint(row.key, service=service, open=False)
    template = assertions.Template.from_stack(stack).to_json()
    named = [
        resource["Properties"]["ServiceName"]
        for resource in template["Resources"].values()
        if resource["Type"] == "AWS::EC2::VPCEndpoint"
    ]
    assert named == [row.service_name(region) for row in INTERFACE_ENDPOINTS]


def test_every_interface_endpoint_is_a_service_that_the_cdk_knows() -> None:
    from aws_cdk import aws_ec2 as ec2

    known = {
        getattr(ec2.InterfaceVpcEndpointAwsService, name).short_name
        for name in dir(ec2.InterfaceVpcEndpointAwsService)
        if name.isupper()
    }
    assert {row.service.rpartition(".{region}.")[2] for row in INTERFACE_ENDPOINTS} <= known
