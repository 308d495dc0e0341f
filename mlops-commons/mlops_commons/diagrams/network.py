"""The network of a stage: subnets, ways out, VPC endpoints and security groups."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from mlops_commons.assembly.templates import Resource, StackTemplate
from mlops_commons.diagrams.graph import Direction, Edge, EdgeKind, Graph, Group, Node, NodeKind
from mlops_commons.diagrams.security_groups import security_group_node
from mlops_commons.diagrams.values import text

VPC: Final = "vpc"
PRIVATE: Final = "private subnets"
PUBLIC: Final = "public subnets"
PREFIX: Final = "com.amazonaws."


def network(stack: StackTemplate) -> Graph:
    """What the template of a stage says of its network; an imported VPC is named by its id."""
    drawn = _Network(stack)
    return Graph(
        title=f"Network of {stack.summary.stack}",
        direction=Direction.RIGHT,
        groups=tuple(drawn.groups()),
        nodes=tuple(drawn.nodes()),
        edges=tuple(dict.fromkeys(drawn.edges())),
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
        self._security_groups = dict(stack.resources("AWS::EC2::SecurityGroup"))
        self._domains = dict(stack.resources("AWS::SageMaker::Domain"))
        self._endpoints = defaultdict(list)
        for _, endpoint in stack.resources("AWS::EC2::VPCEndpoint"):
            self._endpoints[_attachment(endpoint)].append(endpoint)
        self._tiers = {key: self._tier(key) for key in (*self._subnets, *self._imported_subnets())}

    def groups(self) -> Iterator[Group]:
        summary = self._stack.summary
        blocks = [str(vpc["CidrBlock"]) for _, vpc in self._stack.resources("AWS::EC2::VPC")]
        name = blocks[0] if blocks else f"{self._parameter('/vpc/id')} (imported)"
        place = f"{summary.role} {summary.account}  {summary.region}"
        yield Group(key=VPC, title=f"VPC {name}", subtitle=place)
        for tier in dict.fromkeys(self._tiers.values()):
            yield Group(key=tier, title=tier.capitalize(), parent=VPC, stacked=True)

    def nodes(self) -> Iterator[Node]:
        for key, tier in self._tiers.items():
            subnet = self._subnets.get(key, {})
            title = str(subnet.get("CidrBlock", key))
            zone = (_name(subnet["AvailabilityZone"]),) if subnet else ()
            yield Node(key=key, kind=NodeKind.SUBNET, title=title, details=zone, group=tier)
        for key, nat in self._nats.items():
            place = str(self._subnets[_name(nat["SubnetId"])]["CidrBlock"])
            yield Node(
                key=key,
                kind=NodeKind.GATEWAY,
                title="NAT gateway",
                details=(f"in {place}",),
                group=VPC,
            )
        for key in self._gateways:
            yield Node(key=key, kind=NodeKind.GATEWAY, title="Internet gateway")
        for key, endpoints in self._endpoints.items():
            yield self._endpoint_node(key, endpoints)
        for key in self._security_groups:
            yield security_group_node(self._stack, key, VPC)
        for key, domain in self._domains.items():
            access = (str(domain["AppNetworkAccessType"]),)
            title = _name(domain["DomainName"])
            yield Node(key=key, kind=NodeKind.STUDIO, title=title, details=access, group=VPC)

    def edges(self) -> Iterator[Edge]:
        for (target, block), tables in self._ways().items():
            for source in self._routed(tables):
                yield Edge(source=source, target=target, label=block)
        for key, endpoints in self._endpoints.items():
            attached = self._attached(endpoints[0])
            yield from (Edge(source=one, target=key, kind=EdgeKind.USE) for one in attached)
            yield from self._guarded(key, endpoints[0].get("SecurityGroupIds", []))
        for key, domain in self._domains.items():
            for subnet in self._together(set(map(_name, domain["SubnetIds"]))):
                yield Edge(source=key, target=subnet, kind=EdgeKind.USE)
            yield from self._guarded(key, domain["DefaultUserSettings"].get("SecurityGroups", []))

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
        items = tuple(sorted(names))
        return Node(key=key, kind=NodeKind.ENDPOINT, title=title, items=items, group=VPC)

    def _attached(self, endpoint: Resource) -> list[str]:
        """Where an endpoint has interfaces or routes."""
        subnets = set(map(_name, endpoint.get("SubnetIds", [])))
        tables = set(map(_name, endpoint.get("RouteTableIds", [])))
        routed = {subnet for subnet, table in self._tables.items() if table in tables}
        return self._together((subnets | routed) & set(self._tiers))

    def _ways(self) -> dict[tuple[str, str], set[str]]:
        """The route tables that lead to a gateway, by gateway and destination."""
        ways = defaultdict(set)
        for route in self._routes:
            target = _name(route.get("NatGatewayId", route.get("GatewayId", "")))
            if target in (*self._nats, *self._gateways):
                ways[target, str(route["DestinationCidrBlock"])].add(_name(route["RouteTableId"]))
        return dict(ways)

    def _routed(self, tables: set[str]) -> list[str]:
        """What sends its traffic by route tables; a NAT gateway does as its subnet does."""
        subnets = {subnet for subnet, table in self._tables.items() if table in tables}
        nats = [key for key, nat in self._nats.items() if _name(nat["SubnetId"]) in subnets]
        return [*self._together(subnets), *nats]

    def _together(self, subnets: set[str]) -> list[str]:
        """The frames of which all subnets are among these, and the other ones singly."""
        whole = [
            tier
            for tier in dict.fromkeys(self._tiers.values())
            if {key for key, its_tier in self._tiers.items() if its_tier == tier} <= subnets
        ]
        return [*whole, *(key for key in sorted(subnets) if self._tiers[key] not in whole)]

    def _guarded(self, key: str, groups: list[object]) -> Iterator[Edge]:
        for group in map(_name, groups):
            if group in self._security_groups:
                yield Edge(source=key, target=group, kind=EdgeKind.USE, label="guarded by")

    def _tier(self, subnet: str) -> str:
        """A subnet is public when a route leads from it to an internet gateway."""
        ways = [route for route in self._routes if "GatewayId" in route]
        tables = {_name(route["RouteTableId"]) for route in ways}
        return PUBLIC if self._tables.get(subnet) in tables else PRIVATE

    def _parameter(self, name: str) -> str:
        """The value of a parameter of the contract, which names what was imported."""
        for _, parameter in self._stack.resources("AWS::SSM::Parameter"):
            if _name(parameter["Name"]).endswith(name):
                return _name(parameter["Value"])
        return ""

    def _imported_subnets(self) -> list[str]:
        names = self._parameter("/vpc/subnets/private/ids").split(",")
        return [name for name in names if name and name not in self._subnets]


def _attachment(endpoint: Resource) -> str:
    """Endpoints with the same text are attached alike, so they share a box."""
    places = ("VpcEndpointType", "SubnetIds", "RouteTableIds", "SecurityGroupIds")
    return "; ".join(_list(endpoint[place]) for place in places if place in endpoint)


def _list(value: object) -> str:
    return ", ".join(map(_name, value)) if isinstance(value, list) else _name(value)


def _name(value: object) -> str:
    return text(value, {})
