"""The network of a stage: subnets, ways out, VPC endpoints and security groups."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, Final

from mlops_commons.diagrams.graph import Direction, Edge, EdgeKind, Graph, Group, Node, NodeKind
from mlops_commons.diagrams.templates import Resource, StackTemplate, text

VPC: Final = "vpc"
ANYWHERE: Final = "0.0.0.0/0"
ALL_PROTOCOLS: Final = "-1"
INTERNET: Final = "internet"


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
        self._summary = stack.summary
        self._stack = stack
        self._subnets = dict(stack.resources("AWS::EC2::Subnet"))
        self._groups = dict(stack.resources("AWS::EC2::SecurityGroup"))
        self._domains = dict(stack.resources("AWS::SageMaker::Domain"))
        self._gateways = dict(
            stack.resources("AWS::EC2::InternetGateway", "AWS::EC2::NatGateway")
        )
        self._tables = {
            _name(link["SubnetId"]): _name(link["RouteTableId"])
            for _, link in stack.resources("AWS::EC2::SubnetRouteTableAssociation")
        }
        self._endpoints = self._alike_endpoints()

    def groups(self) -> Iterator[Group]:
        summary = self._summary
        vpcs = [properties for _, properties in self._stack.resources("AWS::EC2::VPC")]
        blocks = ", ".join(str(vpc["CidrBlock"]) for vpc in vpcs)
        yield Group(
            key=VPC,
            title=f"VPC {blocks}" if vpcs else f"VPC {self._imported('/vpc/id')} (imported)",
            subtitle=f"{summary.role} {summary.account}  {summary.region}",
        )
        for zone in dict.fromkeys(self._zone(subnet) for subnet in self._subnets.values()):
            yield Group(key=zone, title=f"Availability {zone}", parent=VPC)

    def nodes(self) -> Iterator[Node]:
        for key, subnet in self._subnets.items():
            kind = "public" if self._is_public(key) else "private"
            yield Node(
                key=key,
                kind=NodeKind.SUBNET,
                title=str(subnet["CidrBlock"]),
                details=(kind,),
                group=self._zone(subnet),
            )
        for name in self._imported_subnets():
            yield Node(key=name, kind=NodeKind.SUBNET, title=name, group=VPC)
        for key, gateway in self._gateways.items():
            is_nat = "SubnetId" in gateway
            yield Node(
                key=key,
                kind=NodeKind.GATEWAY,
                title="NAT gateway" if is_nat else "Internet gateway",
                group=self._zone(self._subnets[_name(gateway["SubnetId"])]) if is_nat else "",
            )
        for key, services in self._endpoints.items():
            kind = key.partition(" ")[0]
            title = f"{len(services)} {kind} endpoints" if len(services) > 1 else f"{kind} endpoint"
            yield Node(key=key, kind=NodeKind.ENDPOINT, title=title, items=services, group=VPC)
        for key in self._groups:
            yield self._security_group(key)
        for key, domain in self._domains.items():
            yield Node(
                key=key,
                kind=NodeKind.STUDIO,
                title=text(domain["DomainName"], {}),
                details=(str(domain["AppNetworkAccessType"]),),
            )

    def edges(self) -> Iterator[Edge]:
        yield from self._ways_out()
        for _, endpoint in self._stack.resources("AWS::EC2::VPCEndpoint"):
            key = _endpoint_key(endpoint)
            for subnet in _names(endpoint.get("SubnetIds", [])):
                yield Edge(source=subnet, target=key, kind=EdgeKind.USE)
            for subnet, table in self._tables.items():
                if table in _names(endpoint.get("RouteTableIds", [])):
                    yield Edge(source=subnet, target=key, kind=EdgeKind.USE)
            for group in set(_names(endpoint.get("SecurityGroupIds", []))) & set(self._groups):
                yield Edge(source=key, target=group, kind=EdgeKind.USE)
        for key, domain in self._domains.items():
            for subnet in _names(domain["SubnetIds"]):
                yield Edge(source=key, target=subnet, kind=EdgeKind.USE)
            for group in _names(domain["DefaultUserSettings"].get("SecurityGroups", [])):
                yield Edge(source=key, target=group, kind=EdgeKind.USE)

    def _ways_out(self) -> Iterator[Edge]:
        """A subnet's default route, then from a NAT gateway on through its own subnet's."""
        for _, route in self._stack.resources("AWS::EC2::Route"):
            target = _name(route.get("NatGatewayId", route.get("GatewayId")))
            for subnet, table in self._tables.items():
                if table != _name(route["RouteTableId"]) or target not in self._gateways:
                    continue
                nats = [
                    key
                    for key, gateway in self._gateways.items()
                    if _name(gateway.get("SubnetId")) == subnet
                ]
                for source in nats or [subnet]:
                    yield Edge(source=source, target=target, label=route["DestinationCidrBlock"])

    def _security_group(self, key: str) -> Node:
        properties = self._groups[key]
        rules = [("in", rule) for rule in properties.get("SecurityGroupIngress", [])]
        rules += [("out", rule) for rule in properties.get("SecurityGroupEgress", [])]
        for way, resource_type in (("in", "Ingress"), ("out", "Egress")):
            for _, rule in self._stack.resources(f"AWS::EC2::SecurityGroup{resource_type}"):
                if _name(rule["GroupId"]) == key:
                    rules.append((way, rule))
        return Node(
            key=key,
            kind=NodeKind.SECURITY_GROUP,
            title=str(properties["GroupDescription"]),
            details=tuple(f"{way}: {_rule(key, rule)}" for way, rule in rules),
            group=VPC,
        )

    def _alike_endpoints(self) -> dict[str, tuple[str, ...]]:
        """The services of the endpoints that are attached alike, by the key of their node."""
        alike = defaultdict(list)
        for _, endpoint in self._stack.resources("AWS::EC2::VPCEndpoint"):
            alike[_endpoint_key(endpoint)].append(text(endpoint["ServiceName"], {}))
        return {key: tuple(sorted(services)) for key, services in alike.items()}

    def _is_public(self, subnet: str) -> bool:
        return any(
            _name(route["RouteTableId"]) == self._tables.get(subnet) and "GatewayId" in route
            for _, route in self._stack.resources("AWS::EC2::Route")
        )

    def _zone(self, subnet: Resource) -> str:
        return text(subnet["AvailabilityZone"], {})

    def _imported(self, name: str) -> str:
        """The value of a parameter of the contract, which names what was imported."""
        for _, parameter in self._stack.resources("AWS::SSM::Parameter"):
            if text(parameter["Name"], {}).endswith(name):
                return text(parameter["Value"], {})
        return ""

    def _imported_subnets(self) -> list[str]:
        names = self._imported("/vpc/subnets/private/ids").split(",")
        return [name for name in names if name and name not in self._subnets]


def _endpoint_key(endpoint: Resource) -> str:
    kind = str(endpoint["VpcEndpointType"]).lower()
    places = [*endpoint.get("SubnetIds", []), *endpoint.get("RouteTableIds", [])]
    return " ".join([kind, *sorted(map(_name, places))])


def _rule(own: str, rule: Mapping[str, Any]) -> str:
    ports = sorted({str(rule[key]) for key in ("FromPort", "ToPort") if key in rule}, key=int)
    protocol = "all" if rule["IpProtocol"] == ALL_PROTOCOLS else str(rule["IpProtocol"])
    peer = rule.get("SourceSecurityGroupId") or rule.get("DestinationSecurityGroupId")
    if peer:
        other = "members" if _name(peer) == own else _name(peer)
    else:
        other = "anywhere" if rule["CidrIp"] == ANYWHERE else str(rule["CidrIp"])
    return " ".join(part for part in (protocol, "-".join(ports), other) if part)


def _name(value: object) -> str:
    return text(value, {}) if value is not None else ""


def _names(values: object) -> list[str]:
    return [_name(value) for value in values] if isinstance(values, list) else []
