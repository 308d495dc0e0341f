"""Packets of the private subnets: where routes lead them.

Sources: "NAT gateways", "Route tables" and "VPC CIDR blocks", Amazon VPC User Guide; "Gateway
endpoints for Amazon S3", AWS PrivateLink Guide.
"""

from collections.abc import Iterator
from ipaddress import ip_network

from mlops_rehearsal.behaviour.checks.subnets import (
    default_route,
    is_public,
    private_subnets,
    tables,
    transit_subnets,
    vpc,
    zone_of,
)
from mlops_rehearsal.behaviour.stack import Resource, Stack

EMPTY = "0.0.0.0/32"
SHARED = ip_network("100.64.0.0/10")


def private_subnets_reach_the_internet(stack: Stack) -> Iterator[str]:
    """Private subnet -> NAT gateway -> its subnet -> attached internet gateway."""
    if not any(map(is_public, stack.of_type("AWS::EC2::NatGateway"))):
        return
    found = private_subnets(stack)
    if len({subnet.id for subnet in found}) < 2:
        yield "the stage publishes fewer than two private subnets"
    for subnet in found:
        route = default_route(stack, stack.ref(subnet.id))
        wanted = route.properties["NatGatewayId"] if route else None
        gateway = stack.referenced(wanted, "AWS::EC2::NatGateway")
        if gateway is None or not is_public(gateway):
            yield f"{subnet.id} has no route through a public NAT gateway"
        else:
            yield from _leads_out(stack, gateway)


def every_zone_is_attached(stack: Stack) -> Iterator[str]:
    """A transit gateway reaches only the zones that its attachment has a subnet in.

    Source: "Amazon VPC attachments", Amazon VPC Transit Gateways Guide.
    """
    private = {zone_of(subnet) for subnet in private_subnets(stack)}
    attached = {zone_of(subnet) for subnet in transit_subnets(stack)}
    for attachment in stack.of_type("AWS::EC2::TransitGatewayAttachment"):
        if not private <= attached:
            yield f"{attachment.id} is in {len(attached)} zones of {len(private)}"


def routes_wait_for_the_transit_gateway(stack: Stack) -> Iterator[str]:
    """Amazon EC2 knows a shared transit gateway in a VPC only when that is attached."""
    for attachment, routes in _transit_routes(stack):
        for route in routes:
            if attachment.id not in route.depends:
                yield f"{route.id} may be made before {attachment.id}"


def each_zone_goes_the_same_way(stack: Stack) -> Iterator[str]:
    """Each private subnet has the routes of the others to a transit gateway."""
    for attachment, routes in _transit_routes(stack):
        for destination in sorted({r.properties["DestinationCidrBlock"] for r in routes}):
            for subnet in private_subnets(stack):
                if not _leads_to(stack, subnet, destination, routes):
                    yield f"{subnet.id} does not reach {destination} through {attachment.id}"


def private_gateways_lead_on(stack: Stack) -> Iterator[str]:
    """A private NAT gateway has an address of the attachment's subnets and none of its own.

    Source: "NAT gateway use cases", "Enable communication between overlapping networks", Amazon VPC
    User Guide; an internet gateway drops what comes from one.
    """
    transit = {stack.ref(subnet.id) for subnet in transit_subnets(stack)}
    for gateway in stack.of_type("AWS::EC2::NatGateway"):
        if is_public(gateway):
            continue
        if gateway.properties["AllocationId"]:
            yield f"{gateway.id} is private and has an Elastic IP address"
        if gateway.properties["SubnetId"] not in transit:
            yield f"{gateway.id} is not in a subnet of the transit gateway"
        led = {r.id for _, routes in _transit_routes(stack) for r in routes}
        if not led & stack.awaited[gateway.id]:
            yield f"{gateway.id} may be used before a route leads on from it"


def unrouted_addresses_are_translated(stack: Stack) -> Iterator[str]:
    """What networks take for themselves (RFC 6598) is answered by nobody behind a gateway."""
    for _, routes in _transit_routes(stack):
        led = {route.properties["RouteTableId"] for route in routes}
        for subnet in private_subnets(stack):
            own = ip_network(subnet.properties["CidrBlock"] or EMPTY)
            table = tables(stack)[stack.ref(subnet.id)]
            if own.subnet_of(SHARED) and table in led:  # type: ignore[arg-type]
                yield f"{subnet.id} sends addresses of {own} to other networks as they are"


def central_endpoints_are_reached(stack: Stack) -> Iterator[str]:
    """Their names lead to another VPC, so each private subnet has a way to other VPCs.

    Source: "Associate interface VPC endpoints to a Route 53 Profile", Route 53 Developer Guide.
    """
    for found in stack.of_type("AWS::Route53Profiles::ProfileAssociation"):
        network = vpc(stack)
        if network is None or found.properties["ResourceId"] != stack.ref(network.id):
            yield f"{found.id} is not about the VPC of the stage"
        ways = [
            (route.properties["DestinationCidrBlock"], routes)
            for _, routes in _transit_routes(stack)
            for route in routes
        ]
        for subnet in private_subnets(stack):
            if not any(_leads_to(stack, subnet, *way) for way in ways):
                yield f"{subnet.id} does not reach the VPC of the central endpoints"


def _transit_routes(stack: Stack) -> Iterator[tuple[Resource, list[Resource]]]:
    for attachment in stack.of_type("AWS::EC2::TransitGatewayAttachment"):
        gateway = attachment.properties["TransitGatewayId"]
        routes = stack.of_type("AWS::EC2::Route")
        yield attachment, [r for r in routes if r.properties["TransitGatewayId"] == gateway]


def _leads_to(stack: Stack, subnet: Resource, where: str, transit: list[Resource]) -> bool:
    """Whether a subnet leads to a destination by one of the routes, or by a gateway that does."""
    table = tables(stack).get(stack.ref(subnet.id))
    for route in stack.of_type("AWS::EC2::Route"):
        known = route.properties
        if (known["RouteTableId"], known["DestinationCidrBlock"]) != (table, where):
            continue
        gateway = stack.referenced(known["NatGatewayId"], "AWS::EC2::NatGateway")
        if gateway is None:
            return route in transit
        own = stack.referenced(gateway.properties["SubnetId"], "AWS::EC2::Subnet")
        return own is not None and own != subnet and _leads_to(stack, own, where, transit)
    return False


def public_subnets_are_public(stack: Stack) -> Iterator[str]:
    """Each further subnet leads to the internet gateway: the NAT gateway of a zone may go there.

    Those of a transit gateway lead nowhere.
    """
    private = {subnet.id for subnet in (*private_subnets(stack), *transit_subnets(stack))}
    for subnet in stack.of_type("AWS::EC2::Subnet"):
        route = default_route(stack, stack.ref(subnet.id))
        public = route is not None and route.properties["GatewayId"] in _attached(stack)
        if private and subnet.id not in private and not public:
            yield f"{subnet.id} is neither private nor public"


def one_table_for_each_subnet(stack: Stack) -> Iterator[str]:
    """Each subnet is associated once, with a table of its own, which has one way to anywhere."""
    links = [link.properties for link in stack.of_type("AWS::EC2::SubnetRouteTableAssociation")]
    for kind, name in (
        ("AWS::EC2::Subnet", "SubnetId"),
        ("AWS::EC2::RouteTable", "RouteTableId"),
    ):
        linked = [link[name] for link in links]
        for found in stack.of_type(kind):
            if links and linked.count(stack.ref(found.id)) != 1:
                yield f"{found.id} is associated {linked.count(stack.ref(found.id))} times"
    routes = [
        (route.properties["RouteTableId"], route.properties["DestinationCidrBlock"])
        for route in stack.of_type("AWS::EC2::Route")
    ]
    for table, ways in {r for r in routes if routes.count(r) > 1}:
        yield f"two routes of {table} lead to {ways}"


def zones_differ(stack: Stack) -> Iterator[str]:
    """Private subnets are in zones of their own, and nothing has a public address by itself."""
    groups, transit = private_subnets(stack), transit_subnets(stack)
    private = {subnet.id for subnet in (*groups, *transit)}
    others = [s for s in stack.of_type("AWS::EC2::Subnet") if s.id not in private]
    for subnets in (groups, transit, others):
        zones = [zone_of(subnet) for subnet in subnets]
        if len(set(zones)) < len(zones) or "" in zones:
            yield f"two of {', '.join(s.id for s in subnets)} are in one zone, or in any"


def objects_take_the_gateway(stack: Stack) -> Iterator[str]:
    """The S3 gateway endpoint is in the table of each private subnet."""
    wanted = {tables(stack).get(stack.ref(s.id)) for s in private_subnets(stack)}
    for endpoint in stack.of_type("AWS::EC2::VPCEndpoint"):
        if endpoint.properties.get("VpcEndpointType", "Gateway") == "Gateway":
            missing = wanted - set(endpoint.properties["RouteTableIds"])
            if missing:
                yield f"{endpoint.id} is missing from {sorted(map(str, missing))}"


def _attached(stack: Stack) -> set[str]:
    network = vpc(stack)
    return {
        found.properties["InternetGatewayId"]
        for found in stack.of_type("AWS::EC2::VPCGatewayAttachment")
        if network and found.properties["VpcId"] == stack.ref(network.id)
    } - {""}


def _leads_out(stack: Stack, gateway: Resource) -> Iterator[str]:
    out = default_route(stack, gateway.properties["SubnetId"])
    if out is None or out.properties["GatewayId"] not in _attached(stack):
        yield f"{gateway.id} is in a subnet without a route to an attached internet gateway"
    address = gateway.properties["AllocationId"].partition(".")[0]
    if stack.referenced(address, "AWS::EC2::EIP") is None:
        yield f"{gateway.id} has no address of its own"
