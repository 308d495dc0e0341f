"""Makes `region_services.json` and `resource_regions.json` from botocore's endpoints and cfn-lint's
lists of resource types.

A service counts as being in a region when botocore has an endpoint of it there and the region's
CloudFormation registry, which cfn-lint mirrors, has its resource type. Of a region that cfn-lint
does not list, botocore alone decides.
"""

import json
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from mlops_commons import resource_regions
from mlops_commons.config.values import region_partitions
from mlops_commons.region_services import FILE

SERVICES: Final = {
    "athena": ("athena", "AWS::Athena::WorkGroup"),
    "bedrock": ("bedrock", "AWS::Bedrock::Guardrail"),
    "bedrock_runtime": ("bedrock", "AWS::Bedrock::Guardrail"),
    # Budgets has one endpoint for all regions; that it can be made in a stack is what differs.
    "budgets": ("cloudformation", "AWS::Budgets::Budget"),
    "cloudformation": ("cloudformation", "AWS::CloudFormation::Stack"),
    "cloudwatch": ("monitoring", "AWS::CloudWatch::Alarm"),
    "codeartifact": ("codeartifact", "AWS::CodeArtifact::Repository"),
    "codebuild": ("codebuild", "AWS::CodeBuild::Project"),
    "codecommit": ("codecommit", "AWS::CodeCommit::Repository"),
    # Botocore names no regions of this service's endpoints: the type decides.
    "codeconnections": ("codepipeline", "AWS::CodeConnections::Connection"),
    "codepipeline": ("codepipeline", "AWS::CodePipeline::Pipeline"),
    "dns_firewall": ("route53resolver", "AWS::Route53Resolver::FirewallRuleGroup"),
    "ec2": ("ec2", "AWS::EC2::VPCEndpoint"),
    "ecr": ("api.ecr", "AWS::ECR::Repository"),
    "events": ("events", "AWS::Events::Rule"),
    "glue": ("glue", "AWS::Glue::Database"),
    "kms": ("kms", "AWS::KMS::Key"),
    "lambda": ("lambda", "AWS::Lambda::Function"),
    "logs": ("logs", "AWS::Logs::LogGroup"),
    # Botocore knows no regions of this service's endpoints either.
    "route53_profiles": ("route53resolver", "AWS::Route53Profiles::ProfileAssociation"),
    "sagemaker_domains": ("api.sagemaker", "AWS::SageMaker::Domain"),
    # Jobs need no stack; which of SageMaker's types a region has is in the rows that follow.
    "sagemaker": ("api.sagemaker", ""),
    "sagemaker_feature_groups": ("api.sagemaker", "AWS::SageMaker::FeatureGroup"),
    "sagemaker_inference_components": ("api.sagemaker", "AWS::SageMaker::InferenceComponent"),
    "sagemaker_models": ("api.sagemaker", "AWS::SageMaker::Model"),
    "sagemaker_mlflow_apps": ("api.sagemaker", "AWS::SageMaker::MlflowApp"),
    "sagemaker_mlflow": ("api.sagemaker", "AWS::SageMaker::MlflowTrackingServer"),
    "secretsmanager": ("secretsmanager", "AWS::SecretsManager::Secret"),
    "servicecatalog": ("servicecatalog", "AWS::ServiceCatalog::Portfolio"),
    "ssm": ("ssm", "AWS::SSM::Parameter"),
    "step_functions": ("states", "AWS::StepFunctions::StateMachine"),
}
"""Each service with its name among botocore's endpoints, and a type that it is nothing without; no
type where it is of use without a stack."""


def generated() -> Mapping[Path, str]:
    """Both files with their texts."""
    endpoints = _endpoints()
    types = {region: types_of_region(region) for region in region_partitions()}
    services = {
        name: " ".join(
            region
            for region in sorted(region_partitions())
            if region in endpoints.get(service, ())
            and (not kind or kind in (types[region] or {kind}))
        )
        for name, (service, kind) in SERVICES.items()
    }
    sources = ", ".join(f"{package} {version(package)}" for package in ("botocore", "cfn-lint"))
    content = {"source": f"{sources}: endpoints.json, and the types of each region"}
    return {
        FILE: json.dumps({**content, "services": services}, indent=1) + "\n",
        resource_regions.FILE: _lacking(types),
    }


def _lacking(types: Mapping[str, frozenset[str]]) -> str:
    """The types that some region lacks, by service, and those of equal regions together.

    What cfn-lint lists for partitions whose registry is not public is a copy of us-east-1's list.
    """
    every = frozenset[str]().union(*types.values())
    known = {region: there for region, there in types.items() if there and there != every}
    services: dict[str, dict[str, list[str]]] = {}
    for kind in sorted(every):
        regions = " ".join(sorted(region for region, there in known.items() if kind not in there))
        if regions:
            service, _, name = kind.rpartition("::")
            services.setdefault(service, {}).setdefault(regions, []).append(name)
    rows = {
        service: {regions: " ".join(names) for regions, names in found.items()}
        for service, found in services.items()
    }
    source = json.dumps(f"cfn-lint {version('cfn-lint')}: the types of each region")
    # One service a line: a new version of the source shows what it changed.
    lines = ",\n".join(f"  {json.dumps(name)}: {json.dumps(found)}" for name, found in rows.items())
    return f'{{\n "source": {source},\n "lacking": {{\n{lines}\n }}\n}}\n'


def _endpoints() -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for partition in json.loads(packaged("botocore", "endpoints.json"))["partitions"]:
        for service, entry in partition["services"].items():
            found.setdefault(service, set()).update(_regions(entry))
    return {service: frozenset(regions) for service, regions in found.items()}


def _regions(entry: Mapping[str, Any]) -> Iterator[str]:
    return (name for name in entry.get("endpoints", {}) if name in region_partitions())


def types_of_region(region: str) -> frozenset[str]:
    """The resource types of a region, none where nothing is known of it."""
    try:
        return frozenset(json.loads(packaged("cfnlint", f"schemas/providers/{region}.json")))
    except FileNotFoundError:
        return frozenset()


def packaged(package: str, name: str) -> bytes:
    """A file of the data that a package ships."""
    spec = find_spec(package)
    assert spec and spec.origin
    return (Path(spec.origin).parent / "data" / name).read_bytes()
