"""The VPC's default security group closed, by a function because CloudFormation cannot do it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from mlops_commons.utilities.cloudformation import Resources, attribute, ref, sub
from mlops_infra.networking.logs import log_group, service_role, write_to
from mlops_infra.networking.vpc import VPC

CLOSED_GROUP = "ClosedDefaultSecurityGroup"
FUNCTION = f"{CLOSED_GROUP}Function"
LOG_GROUP = f"{CLOSED_GROUP}LogGroup"
RUNTIME: Final = "python3.14"
# Inline: an asset would cost every account a published file, and the code is short enough.
CODE: Final = Path(__file__).with_name("runtime").joinpath("close_security_group.py").read_text()


def closed_default_security_group(retention: Mapping[str, str]) -> Resources:
    """The function that removes the group's rules, and the custom resource that calls it.

    The CDK's own provider comes only with its `ec2.Vpc`.
    """
    group = attribute(VPC, "DefaultSecurityGroup")
    arn = "arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}:security-group"
    return {
        LOG_GROUP: log_group(retention),
        **service_role(
            CLOSED_GROUP,
            service="lambda.amazonaws.com",
            statements=[
                {
                    "Effect": "Allow",
                    "Action": [
                        "ec2:RevokeSecurityGroupIngress",
                        "ec2:RevokeSecurityGroupEgress",
                    ],
                    "Resource": sub(f"{arn}/${{{VPC}.DefaultSecurityGroup}}"),
                },
                write_to(LOG_GROUP),
            ],
        ),
        FUNCTION: {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "Description": "Removes the rules of the VPC's default security group",
                "Runtime": RUNTIME,
                "Handler": "index.handler",
                "Code": {"ZipFile": CODE},
                "Role": attribute(f"{CLOSED_GROUP}Role", "Arn"),
                "Timeout": 60,
                "LoggingConfig": {"LogGroup": ref(LOG_GROUP)},
            },
        },
        CLOSED_GROUP: {
            "Type": "Custom::ClosedSecurityGroup",
            "Properties": {
                "ServiceToken": attribute(FUNCTION, "Arn"),
                "ServiceTimeout": "300",
                "SecurityGroupId": group,
            },
        },
    }
