"""How data leaves: to a bucket of another account, to the internet, by a policy that opens it."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from mlops_commons.iam.evaluation import Request, allows, listed
from mlops_reachability.actors import Actor
from mlops_reachability.edges import EXIT, Edge
from mlops_reachability.model import FOREIGN, Resource, World

FOREIGN_BUCKET: Final = f"arn:aws:s3:::*{FOREIGN}*/x"
CARRIERS: Final[Mapping[str, tuple[str, str]]] = {
    "s3": ("s3:PutObject", f"arn:aws:s3:::attacker-{FOREIGN}/x"),
    "codeartifact.repositories": (
        "codeartifact:PublishPackageVersion",
        f"arn:aws:codeartifact:eu-west-1:{FOREIGN}:package/a/b/pypi//c",
    ),
    "ecr.dkr": ("ecr:PutImage", f"arn:aws:ecr:eu-west-1:{FOREIGN}:repository/a"),
    "logs": ("logs:PutLogEvents", f"arn:aws:logs:eu-west-1:{FOREIGN}:log-group:a"),
    "codecommit": ("codecommit:PutFile", f"arn:aws:codecommit:eu-west-1:{FOREIGN}:a"),
    "git-codecommit": ("codecommit:GitPush", f"arn:aws:codecommit:eu-west-1:{FOREIGN}:a"),
    "sagemaker.api": ("sagemaker:CreateTrial", f"arn:aws:sagemaker:eu-west-1:{FOREIGN}:a/b"),
    "ssm": ("ssm:PutParameter", f"arn:aws:ssm:eu-west-1:{FOREIGN}:parameter/a"),
    "monitoring": ("cloudwatch:PutMetricData", "*"),
}
"""An action of each service that takes data along, on a resource of a foreign account: what a
caller with credentials of that account tries through an endpoint."""

EVERYWHERE: Final = frozenset({"0.0.0.0/0", "::/0"})
DESTINATIONS: Final = ("DestinationCidrBlock", "DestinationIpv6CidrBlock")
LED_ON: Final = ("GatewayId", "NatGatewayId", "VpcEndpointId")
"""Targets of a route that by themselves take no private address further (CloudFormation Template
Reference, AWS::EC2::Route): a NAT gateway counts as one, an internet gateway takes public addresses
alone, which no workload has, a firewall's endpoint hands on to the next route. All others do."""


def exits(world: World, actor: Actor) -> Iterator[Edge]:
    """The ways by which an actor takes data out of the platform's accounts."""
    closed = not on_the_internet(world, actor)
    bucket = _foreign_bucket(world, actor)
    if not closed:
        yield Edge(EXIT, "sends data to any place on the internet")
    elif bucket and _through(world, actor, "s3", "s3:PutObject", bucket):
        yield Edge(EXIT, f"writes to a bucket of another account, such as {bucket}")
    elif carrier := foreign_carrier(world, actor.account):
        yield Edge(EXIT, f"sends data with foreign credentials through the endpoint {carrier}")
    for target in world.of_type("AWS::S3::Bucket"):
        if target.account == actor.account and actor.can("s3:PutBucketPolicy", target.arn):
            yield Edge(EXIT, f"opens {target.name} to another account")
            return
    if launches_abroad(world) and actor.some(
        "servicecatalog:ProvisionProduct", "arn:aws:catalog:*"
    ):
        yield Edge(EXIT, "launches a project that names a foreign account as its prod")


def _foreign_bucket(world: World, actor: Actor) -> str:
    """An object that his policies let him write in a bucket that is none of the platform's."""
    for candidate in actor.candidates("s3:PutObject", FOREIGN_BUCKET):
        known = candidate.partition("/")[0] in world.resources
        if not known and actor.can("s3:PutObject", candidate, {"aws:ResourceAccount": FOREIGN}):
            return candidate
    return ""


def on_the_internet(world: World, actor: Actor) -> bool:
    """Whether code that runs as an actor reaches the internet."""
    networks = list(_networks(world, actor.arn))
    if not networks or any(networks):
        # Jobs and apps, and what runs in a network: as far as the account's own network leads.
        return _has_a_way_out(world, actor.account)
    return True


def _networks(world: World, role: str) -> Iterator[bool]:
    """For each build and function that runs with a role, whether it is in a network."""
    for project in world.of_type("AWS::CodeBuild::Project"):
        if project.properties.get("ServiceRole") == role:
            yield "VpcConfig" in project.properties
    for function in world.of_type("AWS::Lambda::Function"):
        if function.properties.get("Role") == role:
            yield "VpcConfig" in function.properties


def _has_a_way_out(world: World, account: str) -> bool:
    """Whether something of the account's networks leads on; a network of others may lead anywhere.

    That may be the company's own network, whose inspection is not known here.
    """
    networks = [vpc for vpc in world.of_type("AWS::EC2::VPC") if vpc.account == account]
    return not networks or any(
        resource.account == account and _leads_out(resource)
        for resource in world.of_type("AWS::EC2::NatGateway", "AWS::EC2::Route")
    )


def _leads_out(resource: Resource) -> bool:
    """A private NAT gateway leads only where the routes of its subnet lead."""
    given = resource.properties
    if resource.type == "AWS::EC2::NatGateway":
        return given.get("ConnectivityType") != "private"
    everywhere = not EVERYWHERE.isdisjoint(str(given.get(key)) for key in DESTINATIONS)
    return everywhere and not any(given.get(key) for key in LED_ON)


def foreign_carrier(world: World, account: str) -> str:
    """An endpoint through which credentials of a foreign account take data out; else empty."""
    for endpoint in world.of_type("AWS::EC2::VPCEndpoint"):
        if endpoint.account != account:
            continue
        service = _service(endpoint)
        if service in CARRIERS and _admits_foreign(endpoint, *CARRIERS[service]):
            return service
    return ""


def _through(world: World, actor: Actor, service: str, action: str, resource: str) -> bool:
    """Whether the account's endpoint of a service lets an actor's own call through."""
    found = [
        e
        for e in world.of_type("AWS::EC2::VPCEndpoint")
        if e.account == actor.account and _service(e) == service
    ]
    request = actor.request(action, resource, {"aws:ResourceAccount": FOREIGN})
    return not found or any(allows(_policy(endpoint), request) for endpoint in found)


def _admits_foreign(endpoint: Resource, action: str, resource: str) -> bool:
    context = {
        "aws:PrincipalAccount": FOREIGN,
        "aws:PrincipalArn": f"arn:aws:iam::{FOREIGN}:role/attacker",
        "aws:ResourceAccount": FOREIGN,
        "aws:PrincipalIsAWSService": "false",
        "aws:PrincipalOrgID": "o-foreign",
        "aws:ResourceOrgID": "o-foreign",
    }
    return allows(_policy(endpoint), Request(action, resource, context, open=True))


def _policy(endpoint: Resource) -> list[dict[str, Any]]:
    """The statements for any principal; an endpoint without a policy lets everything through."""
    document = endpoint.properties.get("PolicyDocument")
    if not document:
        return [{"Effect": "Allow", "Action": "*", "Resource": "*"}]
    return [
        {k: v for k, v in statement.items() if k != "Principal"}
        for statement in listed(document["Statement"])
    ]


def _service(endpoint: Resource) -> str:
    name = str(endpoint.properties["ServiceName"])
    return re.sub(r"^(com[.]amazonaws|aws)[.][a-z0-9-]+[.]", "", name)


def launches_abroad(world: World) -> bool:
    """Whether a product takes the number of a foreign account for one of its stages."""
    return bool(world.open_accounts)
