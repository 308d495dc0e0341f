"""The network of a stage: subnets, ways out, VPC endpoints and security groups."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from mlops_commons.assembly.templates import Resource, StackTemplate
from mlops_commons.diagrams.graph import Graph, Group, Node, NodeKind
from mlops_commons.diagrams.security_groups import security_group_node
from mlops_commons.diagrams.values import text

VPC: Final = "vpc"
GUARDS: Final = "security groups"
SHARED: Final = "shared"
PRIVATE: Final = "private subnet"
PUBLIC: Final = "public subnet"
TRANSIT: Final = "transit subnet"
IMPORTED: Final = "zones of the imported VPC"
INTERNET: Final = "Internet gateway"
TRANSIT_GATEWAY: Final = "the transit gateway"
PREFIX: Final = "com.amazonaws."


def network(stack: StackTemplate) -> Graph:
    """What the template of a stage says of its network; an imported VPC is named by its id."""
    drawn = _Network(stack)
    return Graph(
        title=f"Network of {stack.summary.stack}",
        groups=tuple(drawn.groups()),
        nodes=tuple(drawn.nodes()),
        columns=((VPC, GUARDS), (SHARED,)),
    )


class _Network:
    """The template's tables, each read once."""

    def __init__(self, stack: StackTemplate) -> None:
        self._stack = stack
        self._tables = {
            _name(link["SubnetId"]): _name(link["RouteTableId"])
            for _, link in stack.resources("AWS::EC2::SubnetRouteTableAssociation")
        }
        self._routes = [route for _, route in stack.resources("AWS::EC2::Route")]
        self._subnets = dict(stack.resources("AWS::EC2::Subnet"))
        self._gateways = dict(stack.resources("AWS::EC2::InternetGateway"))
        self._nats = dict(stack.resources("AWS::EC2::NatGateway"))
        self._attachments = dict(stack.resources("AWS::EC2::TransitGatewayAttachment"))
        self._security_groups = dict(stack.resources("AWS::EC2::SecurityGroup"))
        self._domains = dict(stack.resources("AWS::SageMaker::Domain"))
        self._endpoints = defaultdict(list)
        for _, endpoint in stack.resources("AWS::EC2::VPCEndpoint"):
            self._endpoints[_attachment(endpoint)].append(endpoint)
        self._tiers = {key: self._tier(key) for key in (*self._subnets, *self._imported_subnets())}
        self._zones = {
            key: _zone(self._subnets[key]) if key in self._subnets else IMPORTED
            for key in self._tiers
        }

    def groups(self) -> Iterator[Group]:
        summary = self._stack.summary
        kinds = ("AWS::EC2::VPC", "AWS::EC2::VPCCidrBlock")
        blocks = [str(r["CidrBlock"]) for kind in kinds for _, r in self._stack.resources(kind)]
        name = ", ".join(blocks) if blocks else f"{self._parameter('/vpc/id')} (imported)"
        place = f"{summary.role} {summary.account}  {summary.region}"
        yield Group(key=VPC, title=f"VPC {name}", subtitle=place, row=True)
        for zone in dict.fromkeys(self._zones.values()):
            yield Group(key=zone, title=_titled(zone), parent=VPC)
        # What faces the internet stands above.
        for key, tier in sorted(self._tiers.items(), key=lambda item: item[1] != PUBLIC):
            subnet = self._subnets.get(key, {})
            yield Group(
                key=key,
                title=f"{tier} {subnet.get('CidrBlock', key)}",
                subtitle=self._out_of(key),
                parent=self._zones[key],
            )
        yield Group(key=GUARDS, title="Security groups")
        yield Group(key=SHARED, title="For all zones")

    def nodes(self) -> Iterator[Node]:
        for key, nat in self._nats.items():
            yield Node(
                key=key,
                kind=NodeKind.GATEWAY,
                title="Private NAT gateway" if _is_private(nat) else "NAT gateway",
                details=(f"out: {TRANSIT_GATEWAY if _is_private(nat) else INTERNET}",),
                group=_name(nat["SubnetId"]),
            )
        for key in self._gateways:
            yield Node(key=key, kind=NodeKind.GATEWAY, title=INTERNET, group=SHARED)
        for key, attachment in self._attachments.items():
            yield Node(
                key=key,
                kind=NodeKind.GATEWAY,
                title="Transit gateway",
                details=(_name(attachment["TransitGatewayId"]),),
                group=SHARED,
            )
        for key, association in self._stack.resources("AWS::Route53Profiles::ProfileAssociation"):
            yield Node(
                key=key,
                kind=NodeKind.ENDPOINT,
                title="Central endpoints",
                details=(_name(association["ProfileId"]),),
                group=SHARED,
            )
        for key, domain in self._domains.items():
            guards = domain["DefaultUserSettings"].get("SecurityGroups", [])
            yield Node(
                key=key,
                kind=NodeKind.STUDIO,
                title=_name(domain["DomainName"]),
                details=(
                    str(domain["AppNetworkAccessType"]),
                    f"in {self._where(set(map(_name, domain['SubnetIds'])))}",
                    *self._guarded(guards),
                ),
                group=SHARED,
            )
        for key, endpoints in self._endpoints.items():
            yield self._endpoint_node(key, endpoints)
        for key in self._security_groups:
            yield security_group_node(self._stack, key, GUARDS)

    def _endpoint_node(self, key: str, endpoints: list[Resource]) -> Node:
        region = self._stack.summary.region
        names = [
            text(endpoint["ServiceName"], {"AWS::Region": region})
            .removeprefix(PREFIX)
            .replace(f"{region}.", "")
            for endpoint in endpoints
        ]
        kind = str(endpoints[0]["VpcEndpointType"]).lower()
        title = f"{len(names)} {kind} endpoint{'s' * (len(names) > 1)}"
        details = (f"in {self._where(self._attached(endpoints[0]))}",)
        return Node(
            key=key,
            kind=NodeKind.ENDPOINT,
            title=title,
            details=(*details, *self._guarded(endpoints[0].get("SecurityGroupIds", []))),
            items=tuple(sorted(names)),
            group=SHARED,
        )

    def _attached(self, endpoint: Resource) -> set[str]:
        """Where an endpoint has interfaces or routes."""
        subnets = set(map(_name, endpoint.get("SubnetIds", [])))
        tables = set(map(_name, endpoint.get("RouteTableIds", [])))
        return subnets | {subnet for subnet, table in self._tables.items() if table in tables}

    def _out_of(self, subnet: str) -> str:
        """Where the routes of a subnet lead, in words."""
        if subnet not in self._subnets:
            return ""
        ways = [
            f"{route['DestinationCidrBlock']} to {self._gateway(target)}"
            for route in self._routes
            if _name(route["RouteTableId"]) == self._tables.get(subnet)
            for target in (_target(route),)
            if target in (*self._nats, *self._gateways, *self._transit_gateways())
        ]
        return "out: " + (", ".join(ways) or "nothing")

    def _gateway(self, key: str) -> str:
        if key in self._transit_gateways():
            return TRANSIT_GATEWAY
        nat = self._nats.get(key)
        if nat is None:
            return INTERNET
        kind = "private NAT gateway" if _is_private(nat) else "NAT gateway"
        return f"{kind} of {self._zones[_name(nat['SubnetId'])]}"

    def _where(self, subnets: set[str]) -> str:
        """Tiers and zones of subnets: all zones of a tier are not listed one by one."""
        said = []
        for tier in dict.fromkeys(self._tiers.values()):
            every = {key for key, its_tier in self._tiers.items() if its_tier == tier}
            zones = [self._zones[key] for key in sorted(every & subnets)]
            if every <= subnets:
                said.append(f"all {tier}s")
            elif zones:
                said.append(f"{tier}s of {', '.join(dict.fromkeys(zones))}")
        return " and ".join(said) or "nothing"

    def _guarded(self, groups: list[object]) -> tuple[str, ...]:
        return tuple(
            f"guarded by: {self._security_groups[group]['GroupDescription']}"
            for group in map(_name, groups)
            if group in self._security_groups
        )

    def _tier(self, subnet: str) -> str:
        """A subnet is public when a route leads from it to an internet gateway."""
        attached = [_name(s) for a in self._attachments.values() for s in a["SubnetIds"]]
        if subnet in attached:
            return TRANSIT
        ways = [route for route in self._routes if "GatewayId" in route]
        tables = {_name(route["RouteTableId"]) for route in ways}
        return PUBLIC if self._tables.get(subnet) in tables else PRIVATE

    def _transit_gateways(self) -> set[str]:
        return {_name(found["TransitGatewayId"]) for found in self._attachments.values()}

    def _parameter(self, name: str) -> str:
        """The value of a parameter of the contract, which names what was imported."""
        for _, parameter in self._stack.resources("AWS::SSM::Parameter"):
            if _name(parameter["Name"]).endswith(name):
                return _name(parameter["Value"])
        return ""

    def _imported_subnets(self) -> list[str]:
        names = self._parameter("/vpc/subnets/private/ids").split(",")
        return [name for name in names if name and name not in self._subnets]


def _is_private(nat: Resource) -> bool:
    return nat.get("ConnectivityType") == "private"


def _zone(subnet: Resource) -> str:
    return _name(subnet.get("AvailabilityZone") or subnet["AvailabilityZoneId"])


def _titled(zone: str) -> str:
    """A zone that AWS names keeps its name."""
    return zone if "-" in zone else zone.capitalize()


def _attachment(endpoint: Resource) -> str:
    """Endpoints with the same text are attached alike, so they share a box."""
    places = ("VpcEndpointType", "SubnetIds", "RouteTableIds", "SecurityGroupIds")
    return "; ".join(_list(endpoint[place]) for place in places if place in endpoint)


def _list(value: object) -> str:
    return ", ".join(map(_name, value)) if isinstance(value, list) else _name(value)


def _target(route: Resource) -> str:
    ways = ("NatGatewayId", "GatewayId", "TransitGatewayId")
    return next((_name(route[way]) for way in ways if way in route), "")


def _name(value: object) -> str:
    return text(value, {})
