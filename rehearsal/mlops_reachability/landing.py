"""Templates as they stand in an account: every reference filled in, and what IAM makes of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from mlops_commons.assembly.intrinsics import Scope, condition, evaluate
from mlops_commons.assembly.templates import Template
from mlops_commons.iam.evaluation import listed
from mlops_reachability.model import Document, Resource, Role, Stack, World
from mlops_reachability.naming import KINDS, Named, named

POLICIES_OF: Final = {
    "AWS::S3::BucketPolicy": ("Bucket", "arn:aws:s3:::{}"),
    "AWS::SNS::TopicPolicy": ("Topics", "{}"),
    "AWS::SQS::QueuePolicy": ("Queues", "{}"),
}
OWN_POLICY: Final = {
    "AWS::KMS::Key": "KeyPolicy",
    "AWS::ECR::Repository": "RepositoryPolicyText",
    "AWS::SageMaker::ModelPackageGroup": "ModelPackageGroupPolicy",
}
SSM_VALUE: Final = "AWS::SSM::Parameter::Value<"


@dataclass
class Landing:
    """The accounts while stacks come to stand in them, one after the other."""

    region: str
    places: Mapping[str, str]
    documents: dict[str, Document] = field(default_factory=dict)
    roles: dict[str, Role] = field(default_factory=dict)
    resources: dict[str, Resource] = field(default_factory=dict)
    stacks: list[Stack] = field(default_factory=list)
    parameters: dict[tuple[str, str], Any] = field(default_factory=dict)

    def world(self) -> World:
        """Everything that stands there now."""
        return World(
            region=self.region,
            places=self.places,
            documents=dict(self.documents),
            roles=dict(self.roles),
            resources=dict(self.resources),
            stacks=tuple(self.stacks),
        )

    def land(
        self,
        template: Template,
        *,
        stack: str,
        account: str,
        role: str = "",
        values: Mapping[str, Any] | None = None,
    ) -> None:
        """Take a template in.

        Args:
            role: what CloudFormation applies it with.
            values: of parameters, in place of their defaults.
        """
        arn = f"arn:aws:cloudformation:{self.region}:{account}:stack/{stack}/00000000"
        self.stacks.append(Stack(name=stack, arn=arn, account=account, role=role))
        landed = _Template(self, template, stack, account, values or {})
        for logical_id, kind, properties in landed.resources():
            self._take(landed, logical_id, kind, properties)
        for _logical_id, kind, properties in landed.resources():
            self._attach(kind, properties)

    def policy(self, arn: str, document: Mapping[str, Any]) -> None:
        """Take in a managed policy that no template makes."""
        self.documents[f"policy {arn}"] = statements(document)

    def _take(
        self, landed: "_Template", logical_id: str, kind: str, properties: Mapping[str, Any]
    ) -> None:
        found = landed.names[logical_id]
        if kind == "AWS::IAM::Role":
            self._role(found.arn, properties, landed)
        elif kind == "AWS::IAM::ManagedPolicy":
            self.documents[f"policy {found.arn}"] = statements(properties["PolicyDocument"])
            for name in properties.get("Roles", ()):
                self._add(name, landed.account, f"policy {found.arn}")
        elif kind == "AWS::IAM::Policy":
            for name in properties.get("Roles", ()):
                arn = self._role_named(name, landed.account)
                key = f"inline {arn} {properties['PolicyName']}"
                self.documents[key] = statements(properties["PolicyDocument"])
                self._add(name, landed.account, key)
        elif kind == "AWS::SSM::Parameter":
            self.parameters[landed.account, found.name] = properties.get("Value")
        policy = properties.get(OWN_POLICY.get(kind, ""))
        key = f"resource {found.arn}" if policy else ""
        if policy:
            self.documents[key] = statements(policy)
        self.resources[found.arn] = Resource(
            arn=found.arn,
            type=kind,
            account=landed.account,
            name=found.name,
            stack=landed.stack,
            logical_id=logical_id,
            properties=properties,
            policy=key,
        )

    def _role(self, arn: str, properties: Mapping[str, Any], landed: "_Template") -> None:
        self.documents[f"trust {arn}"] = statements(properties["AssumeRolePolicyDocument"])
        keys = [f"policy {policy}" for policy in properties.get("ManagedPolicyArns", ())]
        for policy in properties.get("Policies", ()):
            key = f"inline {arn} {policy['PolicyName']}"
            self.documents[key] = statements(policy["PolicyDocument"])
            keys.append(key)
        boundary = properties.get("PermissionsBoundary", "")
        tags = properties.get("Tags", ())
        self.roles[arn] = Role(
            arn=arn,
            account=landed.account,
            trust=f"trust {arn}",
            policies=tuple(keys),
            boundary=f"policy {boundary}" if boundary else "",
            tags={tag["Key"]: str(tag["Value"]) for tag in tags},
            stack=landed.stack,
        )

    def _attach(self, kind: str, properties: Mapping[str, Any]) -> None:
        if kind not in POLICIES_OF:
            return
        name, pattern = POLICIES_OF[kind]
        for target in listed(properties[name]):
            arn = pattern.format(target)
            key = f"resource {arn}"
            self.documents[key] = statements(properties["PolicyDocument"])
            if arn in self.resources:
                self.resources[arn] = replace(self.resources[arn], policy=key)

    def _add(self, name: str, account: str, key: str) -> None:
        arn = self._role_named(name, account)
        role = self.roles[arn]
        if key not in role.policies:
            self.roles[arn] = replace(role, policies=(*role.policies, key))

    def _role_named(self, name: str, account: str) -> str:
        return next(r.arn for r in self.roles.values() if (r.account, r.name) == (account, name))


@dataclass
class _Template:
    """One template with what its names stand for."""

    landing: Landing
    template: Template
    stack: str
    account: str
    values: Mapping[str, Any]

    def __post_init__(self) -> None:
        self.names: dict[str, Named] = {}
        self.known = {
            "AWS::Partition": "aws",
            "AWS::Region": self.landing.region,
            "AWS::AccountId": self.account,
            "AWS::URLSuffix": "amazonaws.com",
            "AWS::StackName": self.stack,
            "AWS::StackId": f"arn:aws:cloudformation:{self.landing.region}:{self.account}:stack/"
            f"{self.stack}/00000000",
            **{n: self._parameter(n, p) for n, p in self.template.get("Parameters", {}).items()},
            **self.values,
        }
        # A name may be made of another resource's name.
        for _ in range(2):
            for logical_id, resource in self._here():
                self.names[logical_id] = self._named(logical_id, resource)

    def resources(self) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
        """Logical id, type and evaluated properties; roles first, what is attached to them last."""
        order = {"AWS::SSM::Parameter": 0, "AWS::IAM::Role": 1}
        for logical_id, resource in sorted(self._here(), key=lambda r: order.get(r[1]["Type"], 2)):
            yield logical_id, resource["Type"], self._evaluated(resource.get("Properties", {}))

    def _here(self) -> list[tuple[str, Any]]:
        scope = self._scope()
        return [
            (logical_id, resource)
            for logical_id, resource in self.template["Resources"].items()
            if "Condition" not in resource or condition(resource["Condition"], scope) is not False
        ]

    def _parameter(self, name: str, parameter: Mapping[str, Any]) -> Any:
        default = self.values.get(name, parameter.get("Default", name))
        if str(parameter["Type"]).startswith(SSM_VALUE):
            found = self.landing.parameters.get((self.account, str(default)), name)
            is_list = "List<" in parameter["Type"] and isinstance(found, str)
            return found.split(",") if is_list else found
        if parameter["Type"] == "CommaDelimitedList" and isinstance(default, str):
            return [part for part in default.split(",") if part]
        return default

    def _named(self, logical_id: str, resource: Mapping[str, Any]) -> Named:
        properties = resource.get("Properties", {})
        name = KINDS[resource["Type"]].property if resource["Type"] in KINDS else ""
        wanted = {key: properties[key] for key in (name, "Path", "DomainId") if key in properties}
        place = {"region": self.landing.region, "account": self.account}
        return named(
            resource["Type"],
            self._evaluated(wanted),
            stack=self.stack,
            logical_id=logical_id,
            place=place,
        )

    def _evaluated(self, value: Any) -> Any:
        return evaluate(value, self._scope())

    def _scope(self) -> Scope:
        references = {logical_id: found.ref for logical_id, found in self.names.items()}
        return Scope(
            values={**self.known, **references},
            attribute=self._attribute,
            zones=("a", "b", "c"),
            mappings=self.template.get("Mappings", {}),
            conditions=self.template.get("Conditions", {}),
        )

    def _attribute(self, logical_id: str, name: str) -> Any:
        found = self.names.get(logical_id)
        if found is None:
            return None
        resource = self.template["Resources"][logical_id]
        if name == "Arn" or name.endswith("Arn"):
            return found.arn
        if name in ("Name", "DomainId", "RepositoryName"):
            return found.name
        if name == "CloneUrlHttp":
            host = f"git-codecommit.{self.landing.region}.amazonaws.com"
            return f"https://{host}/v1/repos/{found.name}"
        if resource["Type"] == "AWS::SSM::Parameter" and name == "Value":
            return self._evaluated(resource["Properties"]["Value"])
        return f"{found.name}.{name}"


def statements(document: Mapping[str, Any]) -> Document:
    """The statements of a policy document, which may be one."""
    return tuple(listed(document.get("Statement", ())))
