"""Faults of the network, the keys, the functions, the personas and Studio, in dev's template."""

from functools import partial
from typing import Final

from planted.template import TemplateFault

_dev = partial(TemplateFault, template="infra dev")
NOTHING: Final = '"sts:GetCallerIdentity"'
"""What stands in the place of a permission: everybody has it anyhow."""

NETWORKS: Final = (
    _dev(
        name="endpoints that let in a foreign network, in the template",
        resource="NetworkEndpointSecurityGroup",
        before="10.0.0.0/16",
        after="192.168.0.0/24",
        says="NetworkEndpointSecurityGroup",
    ),
    _dev(
        name="workloads that may send on port 80",
        resource="NetworkWorkloadSecurityGroup",
        before='"FromPort": 443',
        after='"FromPort": 80',
        says="more than HTTPS out",
    ),
    _dev(
        name="an endpoint's policy for another organization",
        resource="NetworkVpcKmsEndpoint",
        before='"aws:PrincipalAccount"',
        after='"aws:PrincipalOrgID"',
        says="NetworkVpcKmsEndpoint",
    ),
    _dev(
        name="a private subnet with the table of a public one",
        resource="NetworkVpcPrivateSubnet1RouteTableAssociation",
        before="NetworkVpcPrivateSubnet1RouteTable7D7AA3CD",
        after="NetworkVpcPublicSubnet1RouteTable30235CE2",
        says="NetworkVpcPrivateSubnet1",
    ),
    _dev(
        name="S3's endpoint on one of three tables",
        resource="NetworkVpcS3Endpoint",
        before=', {"Ref": "NetworkVpcPrivateSubnet2RouteTableC48862D1"}'
        ', {"Ref": "NetworkVpcPrivateSubnet3RouteTable7FC52A8D"}',
        after="",
        says="NetworkVpcPrivateSubnet[23]",
    ),
    _dev(
        name="an endpoint without private DNS",
        resource="NetworkVpcStsEndpoint",
        before='"PrivateDnsEnabled": true',
        after='"PrivateDnsEnabled": false',
        says="NetworkVpcStsEndpoint",
    ),
    _dev(
        name="a route to a gateway that is not attached yet",
        resource="NetworkVpcPublicSubnet1DefaultRoute",
        before='"DependsOn": ["NetworkVpcVPCGW8F3799B5"]',
        after='"DependsOn": []',
        says="NetworkVpcPublicSubnet1DefaultRoute",
    ),
    _dev(
        name="a group's description with a typographic apostrophe",
        resource="NetworkWorkloadSecurityGroup",
        before="Machine learning workloads of this stage",
        after="This stage\u2019s workloads",
        says="GroupDescription",
        schema=True,
    ),
    _dev(
        name="a NAT gateway in a private subnet",
        resource="NetworkVpcPublicSubnet1NATGateway",
        before="NetworkVpcPublicSubnet1Subnet36933139",
        after="NetworkVpcPrivateSubnet1Subnet6DD86AE6",
        says="NetworkVpcPublicSubnet1NATGateway|NetworkVpcPrivateSubnet",
    ),
)
KEYS: Final = (
    _dev(
        name="a key for log groups of another region",
        resource="NetworkFlowLogsKey",
        before="arn:aws:logs:eu-west-1:",
        after="arn:aws:logs:eu-west-3:",
        says="NetworkFlowLogsKey",
    ),
    _dev(
        name="a key that nobody administers",
        resource="NetworkFlowLogsKey",
        before='"Action": "kms:*"',
        after='"Action": "kms:Describe*"',
        says="NetworkFlowLogsKey",
    ),
)
FUNCTIONS: Final = (
    _dev(
        name="a closing function without one permission",
        resource="NetworkClosedDefaultSecurityGroupPolicy",
        before='"ec2:RevokeSecurityGroupEgress"',
        after=NOTHING,
        says="ec2:RevokeSecurityGroupEgress",
    ),
    _dev(
        name="the function of projects may not accept a portfolio",
        resource="StudioProjectsPortfolioFunctionRolePolicy",
        before='"servicecatalog:AcceptPortfolioShare"',
        after=NOTHING,
        says="servicecatalog:AcceptPortfolioShare",
    ),
    _dev(
        name="the function of projects may not read the roles",
        resource="StudioProjectsPortfolioFunctionRolePolicy",
        before='"iam:GetRole"',
        after=NOTHING,
        says="iam:GetRole",
    ),
)
PERSONAS: Final = (
    _dev(
        name="personas that SageMaker assumes for another account only",
        resource="PersonasDataScientistRole",
        before='{"aws:SourceAccount": {"Ref": "AWS::AccountId"}}',
        after='{"aws:SourceAccount": "999999999999"}',
        says="PersonasDataScientistRole",
    ),
    _dev(
        name="personas whose source identity nobody may set",
        resource="PersonasDataScientistRole",
        before='"sts:SetSourceIdentity"',
        after='"sts:TagSession"',
        says="sts:SetSourceIdentity",
    ),
    _dev(
        name="a role's description with a dash that is none of ASCII",
        resource="PersonasDataScientistRole",
        before="Data scientist: explores",
        after="Data scientist \u2014 explores",
        says="Description",
        schema=True,
    ),
    _dev(
        name="an operator that IAM does not know",
        resource="PersonasDataScientistRole",
        before='"StringEquals"',
        after='"StringEqual"',
        says="StringEqual",
        schema=True,
    ),
    _dev(
        name="a data scientist who uses the buckets of other accounts",
        resource="PersonasUseDataPolicy",
        before='{"StringEquals": {"aws:ResourceAccount"',
        after='{"StringEqualsIfExists": {"aws:RequestedAccount"',
        says="PersonasDataScientistRole.* may use theirs: s3:",
    ),
)
STUDIO: Final = (
    _dev(
        name="a hidden app that Studio does not have",
        resource="StudioDomain",
        before='"Canvas"',
        after='"Canvass"',
        says="HiddenAppTypes",
        schema=True,
    ),
    _dev(
        name="an idle timeout under the least",
        resource="StudioDomain",
        before='"IdleTimeoutInMinutes": 120',
        after='"IdleTimeoutInMinutes": 59',
        says="IdleTimeoutInMinutes",
        schema=True,
    ),
    _dev(
        name="a domain in a public subnet",
        resource="StudioDomain",
        before="NetworkVpcPrivateSubnet3Subnet8ABFAF5C",
        after="NetworkVpcPublicSubnet3Subnet4BBF7F47",
        says="StudioDomain",
    ),
)
STAGE_FAULTS: Final = (*NETWORKS, *KEYS, *FUNCTIONS, *PERSONAS, *STUDIO)
