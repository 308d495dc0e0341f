"""Types without a service behind them: records, with Ref and GetAtt as documented."""

import hashlib
import uuid

from ministack.core.responses import get_account_id, get_region
from ministack.services.cloudformation import provisioners

from ministack_aws.cloudformation.schemas import schema

STORE = {}
"""Properties by account, region, type and physical id."""

TYPES = (
    "AWS::ApplicationAutoScaling::ScalableTarget",
    "AWS::ApplicationAutoScaling::ScalingPolicy",
    "AWS::CodePipeline::Pipeline",
    "AWS::EC2::FlowLog",
    "AWS::SageMaker::DataQualityJobDefinition",
    "AWS::SageMaker::Domain",
    "AWS::SageMaker::Endpoint",
    "AWS::SageMaker::EndpointConfig",
    "AWS::SageMaker::Model",
    "AWS::SageMaker::ModelPackageGroup",
    "AWS::SageMaker::ModelQualityJobDefinition",
    "AWS::SageMaker::MonitoringSchedule",
    "AWS::SageMaker::Pipeline",
    "AWS::SageMaker::Project",
    "AWS::SageMaker::Space",
    "AWS::SageMaker::StudioLifecycleConfig",
    "AWS::SageMaker::UserProfile",
    "AWS::ServiceCatalog::CloudFormationProduct",
    "AWS::ServiceCatalog::LaunchRoleConstraint",
    "AWS::ServiceCatalog::Portfolio",
    "AWS::ServiceCatalog::PortfolioPrincipalAssociation",
    "AWS::ServiceCatalog::PortfolioProductAssociation",
    "AWS::ServiceCatalog::TagOption",
)
"""Registered where MiniStack has no handler of its own."""


def arn(service, resource):
    """The ARN of a resource of the account and region of the request."""
    return f"arn:aws:{service}:{get_region()}:{get_account_id()}:{resource}"


def _digits(*parts, length=12):
    return hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()[:length]


def _sagemaker(kind, property_name):
    return lambda p, h: arn("sagemaker", f"{kind}/{p[property_name].lower()}")


def _after_name(prefix):
    return lambda p, h: f"{prefix}{h}"


REFS = {
    "AWS::ApplicationAutoScaling::ScalableTarget": lambda p, h: "|".join(
        p[name] for name in ("ResourceId", "ScalableDimension", "ServiceNamespace")
    ),
    "AWS::ApplicationAutoScaling::ScalingPolicy": lambda p, h: arn(
        "autoscaling", f"scalingPolicy:{h}:policyName/{p['PolicyName']}"
    ),
    "AWS::EC2::FlowLog": lambda p, h: f"fl-{_digits(h, length=17)}",
    "AWS::SageMaker::Domain": _after_name("d-"),
    "AWS::SageMaker::Endpoint": lambda p, h: arn(
        "sagemaker", f"endpoint/{p.get('EndpointName', h).lower()}"
    ),
    "AWS::SageMaker::EndpointConfig": lambda p, h: arn(
        "sagemaker", f"endpoint-config/{p.get('EndpointConfigName', h).lower()}"
    ),
    "AWS::SageMaker::Model": lambda p, h: arn(
        "sagemaker", f"model/{p.get('ModelName', h).lower()}"
    ),
    "AWS::SageMaker::ModelPackageGroup": _sagemaker("model-package-group", "ModelPackageGroupName"),
    "AWS::SageMaker::Pipeline": lambda p, h: p["PipelineName"],
    "AWS::SageMaker::UserProfile": lambda p, h: p["UserProfileName"],
    "AWS::ServiceCatalog::CloudFormationProduct": _after_name("prod-"),
    "AWS::ServiceCatalog::LaunchRoleConstraint": _after_name("cons-"),
    "AWS::ServiceCatalog::Portfolio": _after_name("port-"),
    "AWS::ServiceCatalog::TagOption": _after_name("tag-"),
}
"""What Ref gives where it is not the primary identifier (the types' 'Return values')."""

ATTRIBUTES = {
    "AWS::CodePipeline::Pipeline": lambda p, ref: {"Version": "1"},
    "AWS::EC2::FlowLog": lambda p, ref: {"Id": ref},
    "AWS::SageMaker::Domain": lambda p, ref: {
        "DomainId": ref,
        "DomainArn": arn("sagemaker", f"domain/{ref}"),
        "HomeEfsFileSystemId": f"fs-{ref[2:]}",
        "SecurityGroupIdForDomainBoundary": f"sg-{_digits(ref, length=17)}",
        "SingleSignOnApplicationArn": "",
        "SingleSignOnManagedApplicationInstanceId": "",
        "Url": f"https://{ref}.studio.{get_region()}.sagemaker.aws",
    },
    "AWS::SageMaker::Endpoint": lambda p, ref: {"EndpointName": ref.rpartition("/")[2]},
    "AWS::SageMaker::EndpointConfig": lambda p, ref: {"EndpointConfigName": ref.rpartition("/")[2]},
    "AWS::SageMaker::Model": lambda p, ref: {"ModelName": ref.rpartition("/")[2]},
    "AWS::SageMaker::ModelPackageGroup": lambda p, ref: {
        "ModelPackageGroupArn": ref,
        "ModelPackageGroupStatus": "Completed",
        "CreationTime": "2026-01-01T00:00:00Z",
    },
    "AWS::SageMaker::UserProfile": lambda p, ref: {
        "UserProfileArn": arn("sagemaker", f"user-profile/{p['DomainId']}/{ref}")
    },
    "AWS::ServiceCatalog::CloudFormationProduct": lambda p, ref: {
        "Id": ref,
        "ProductName": p["Name"],
        "ProvisioningArtifactIds": ",".join(artifact_ids(p, ref)),
        "ProvisioningArtifactNames": ",".join(
            artifact.get("Name", "") for artifact in p.get("ProvisioningArtifactParameters", ())
        ),
    },
    "AWS::ServiceCatalog::LaunchRoleConstraint": lambda p, ref: {"Id": ref},
    "AWS::ServiceCatalog::Portfolio": lambda p, ref: {"Id": ref, "PortfolioName": p["DisplayName"]},
}

UNIQUE = {"AWS::SageMaker::Domain": "DomainName"}
"""Names that may be there once although they are no identifiers: CloudFormation says then of a
replacement that it "already exists" (github.com/aws/modern-data-architecture-accelerator, 35)."""


def artifact_ids(properties, product):
    """The ids of a product's versions, in the order of its template."""
    found = properties.get("ProvisioningArtifactParameters", ())
    return [f"pa-{_digits(product, artifact.get('Name', n))}" for n, artifact in enumerate(found)]


def all_of(resource_type):
    """Physical ids and properties of a type in the account and region of the request."""
    here = (get_account_id(), get_region(), resource_type)
    return [(key[3], properties) for key, properties in STORE.items() if key[:3] == here]


def key_of(resource_type, physical_id):
    """The key of a record of the account and region of the request."""
    return (get_account_id(), get_region(), resource_type, physical_id)


def register(handlers):
    """Add handlers for the types that have none, and what MiniStack replaces of them."""
    for resource_type in TYPES:
        if resource_type not in handlers:
            handlers[resource_type] = _handler(resource_type)
            _register_replacement(resource_type)


def _register_replacement(resource_type):
    """Schemas, "createOnlyProperties": a change of one replaces the resource, unless the template
    gives it its identifier; CloudFormation refuses that (User Guide, "Update behaviors of stack
    resources")."""
    found = schema(get_region(), resource_type) or {}
    paths = [path.split("/")[2:] for path in found.get("createOnlyProperties", ())]
    names = tuple(path[0] for path in paths if len(path) == 1)
    provisioners._REPLACING_PROPERTIES[resource_type] = names
    (name, *others) = [path.rpartition("/")[2] for path in found.get("primaryIdentifier", ("",))]
    if name in names and not others:
        provisioners._CUSTOM_NAME_REPLACEMENT[resource_type] = {"name": name}


def _handler(resource_type):
    def create(logical_id, properties, stack_name):
        ref = _ref(resource_type, logical_id, properties, stack_name)
        key = key_of(resource_type, ref)
        if key in STORE:
            _refuse_another(resource_type, ref)
        name = properties.get(UNIQUE.get(resource_type))
        if name and name in {p[UNIQUE[resource_type]] for _, p in all_of(resource_type)}:
            _refuse_another(resource_type, name)
        STORE[key] = properties
        return ref, _attributes(resource_type, properties, ref)

    def update(physical_id, old, new, stack_name):
        STORE[key_of(resource_type, physical_id)] = new
        return physical_id, _attributes(resource_type, new, physical_id)

    def delete(physical_id, properties):
        STORE.pop(key_of(resource_type, physical_id), None)

    return {"create": create, "update": update, "delete": delete}


def _refuse_another(resource_type, identifier):
    raise ValueError(
        f"Resource of type '{resource_type}' with identifier '{identifier}' already exists."
    )


def _ref(resource_type, logical_id, properties, stack_name):
    # A replacement has a seed of its own, so that it is another resource.
    seed = provisioners._NAME_SEED.get()
    digits = _digits(get_account_id(), get_region(), stack_name, logical_id, *filter(None, [seed]))
    if resource_type in REFS:
        return REFS[resource_type](properties, digits)
    found = schema(get_region(), resource_type) or {}
    names = [path.rpartition("/")[2] for path in found.get("primaryIdentifier", ("/Id",))]
    parts = [properties.get(name) for name in names]
    if all(parts):
        return "|".join(map(str, parts))
    return f"{stack_name}-{logical_id}-{digits}"[-100:].lstrip("-")


def _attributes(resource_type, properties, ref):
    if resource_type in ATTRIBUTES:
        return ATTRIBUTES[resource_type](properties, ref)
    found = schema(get_region(), resource_type) or {}
    names = [path.rpartition("/")[2] for path in found.get("readOnlyProperties", ())]
    return {
        name: ref if name.endswith(("Id", "Arn")) else str(uuid.uuid5(uuid.NAMESPACE_OID, ref))
        for name in names
    }
