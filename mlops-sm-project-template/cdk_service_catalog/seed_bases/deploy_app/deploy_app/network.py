"""The private network of a stage's account, read from the SSM contract when it is deployed."""

from dataclasses import dataclass

import aws_cdk as cdk

from deploy_app.settings import Settings


@dataclass(frozen=True)
class Network:
    """Values that CloudFormation fills in."""

    vpc_id: str
    subnet_ids: list[str]
    security_group_id: str


def network(stack: cdk.Stack, settings: Settings, stage: str) -> Network:
    """The stage's network, as parameters of the stack with their SSM names as default."""
    text, texts = "AWS::SSM::Parameter::Value<String>", "AWS::SSM::Parameter::Value<List<String>>"

    def parameter(name: str, kind: str, path: str) -> cdk.CfnParameter:
        default = settings.parameter(stage, path)
        return cdk.CfnParameter(stack, name, type=kind, default=default)

    return Network(
        vpc_id=parameter("VpcId", text, "/vpc/id").value_as_string,
        subnet_ids=parameter("SubnetIds", texts, "/vpc/subnets/private/ids").value_as_list,
        security_group_id=parameter("SecurityGroupId", text, "/vpc/sg/id").value_as_string,
    )
