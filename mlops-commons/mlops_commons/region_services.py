"""Which services AWS has in which region, as far as data that ships with the platform knows it."""

import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from mlops_commons.delivery_source import SourceType
from mlops_commons.vpc_endpoints import VpcEndpoint

FILE: Final = Path(__file__).with_name("region_services.json")
"""Made by `region_extraction.py`; it names its sources."""
OF_GOVERNANCE: Final = ("codepipeline", "codebuild")
OF_SOURCES: Final[Mapping[SourceType, tuple[str, ...]]] = {
    SourceType.CODECOMMIT: ("codecommit",),
    SourceType.CONNECTION: ("codeconnections",),
    SourceType.S3: (),
}
"""What the delivery pipelines begin with; S3 is in every region."""
OF_STAGES: Final = ("ec2", "kms", "sagemaker")
OF_STUDIO: Final = ("sagemaker_domains", "servicecatalog", "lambda")
OF_PROJECTS: Final = ("codecommit", *OF_GOVERNANCE, "servicecatalog", "lambda", "events", "ecr")
"""What the dev stage of projects needs."""
OF_DEPLOYED_MODELS: Final = ("sagemaker_models",)
"""What each stage of projects needs."""
OF_DNS_FIREWALL: Final = ("dns_firewall",)
OF_CENTRAL_ENDPOINTS: Final = ("route53_profiles",)
OF_BUDGETS: Final = ("budgets",)
OF_MLFLOW: Final = ("sagemaker_mlflow_apps",)
CALLED: Final = {
    "sagemaker_models": "sagemaker_models (CloudFormation makes no AWS::SageMaker::Model there)",
    "sagemaker_domains": "sagemaker_domains (there is no Studio)",
}
"""What says little by its key."""
SAME_AS: Final = {
    "ecr_docker": "ecr",
    "sagemaker_api": "sagemaker",
    "sagemaker_runtime": "sagemaker",
    "sagemaker_notebook": "sagemaker_domains",
    "sagemaker_studio": "sagemaker_domains",
    "sagemaker_featurestore_runtime": "sagemaker_feature_groups",
    "git_codecommit": "codecommit",
    "codeartifact_api": "codeartifact",
    "codeartifact_repositories": "codeartifact",
}
"""The service of an endpoint, where it has another key."""
ZONES_OF_NEW_ACCOUNTS: Final = {"us-west-1": 2}
"""Where an account may have fewer zones than three (AWS Global Infrastructure, Regions and
Availability Zones: "new customers can access two Availability Zones in US West")."""

MOST_ZONES: Final = {
    "us-east-1": 6,
    **dict.fromkeys(("ap-northeast-1", "ap-northeast-2", "ca-central-1", "cn-north-1"), 4),
    **dict.fromkeys(("eu-west-2", "us-west-2"), 4),
}
"""The highest number of a zone where it is above 3 (AWS Regions and Availability Zones, "AWS
Availability Zones": the AZ IDs of each region; AWS China, eksctl issue 3916)."""
USUAL_ZONES: Final = 3


@cache
def region_services() -> Mapping[str, frozenset[str]]:
    """The regions of each service."""
    content = json.loads(FILE.read_text(encoding="utf-8"))["services"]
    return {service: frozenset(regions.split()) for service, regions in content.items()}


def missing_services(region: str, needed: tuple[str, ...]) -> tuple[str, ...]:
    """Which of some services a region lacks."""
    return tuple(name for name in needed if region not in region_services()[name])


def in_words(services: Iterable[str]) -> str:
    """Services as people read of them, with commas."""
    return ", ".join(CALLED.get(name, name) for name in services)


def service_of(endpoint: VpcEndpoint) -> str:
    """The service that an endpoint leads to; empty where nothing is known of its regions."""
    name = SAME_AS.get(endpoint.key, endpoint.key)
    return name if name in region_services() else ""


def most_zones(region: str) -> int:
    """The highest number that an id of a region's zones has; its letters go no further."""
    return MOST_ZONES.get(region, USUAL_ZONES)
