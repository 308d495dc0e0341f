"""Both apps in ten regions, in AWS GovCloud and in China: nothing is of another place or partition.

What AWS calls things where is taken from `aws_cdk.region_info` and botocore, which nothing here is
made from.
"""

import importlib
import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import region_info
from botocore.session import Session
from checkouts import APPS_HERE

from mlops_commons.accounts.account_policies import generated_policy
from mlops_commons.accounts.bootstrap_plan import bootstrap_plan
from mlops_commons.assembly.stacks import StackSummary, read_stacks
from mlops_commons.config import PlatformConfig, load_config
from mlops_commons.image_accounts import image_accounts
from mlops_commons.region_services import region_services, service_of
from mlops_commons.vpc_endpoints import VPC_ENDPOINTS

pytestmark = pytest.mark.app

PACKAGES = {"infra": "mlops_infra", "template": "cdk_service_catalog"}
REGIONS = {
    "aws": "eu-west-1 eu-central-1 eu-north-1 us-east-1 us-west-1 us-west-2 ca-central-1 "
    "sa-east-1 ap-northeast-1 ap-southeast-2",
    "aws-us-gov": "us-gov-west-1",
    "aws-cn": "cn-north-1 cn-northwest-1",
}
"""The first of a partition is that of governance."""
NETWORK = "cdk_infra_app_config: {network: {default_create_network: {vpc_max_azs: 2}}}\n"
KNOWN = {
    region
    for partition in Session().get_available_partitions()
    for region in Session().get_available_regions("ec2", partition)
}
HOST = re.compile(r"[a-z0-9-]+(?:[.][a-z0-9-]+)*[.]amazonaws[.]com(?:[.]cn)?")
REGION = re.compile(r"(?<![a-z0-9-])(?:[a-z]{2}(?:-gov)?-[a-z]+-[0-9])(?![a-z0-9])")
ARN = re.compile(r"arn:(aws[a-z-]*):")
IMAGES = re.compile(r":ecr:([a-z0-9-]+):([0-9]{12}):repository/")
VIA = "kms:ViaService"
PLACEHOLDERS = {
    # Settings with which a project's code runs on a laptop, without AWS.
    "ml_pipelines/settings.py",
    # Replaced by the stage's role before anything is deployed; nothing has this account id.
    "ml_pipelines/inference/pipeline.py",
    "deploy_app/definition.py",
}
"""Files of seeds with an ARN of nobody in them."""
LINKS = ("ml_pipelines/job_reports.py",)
"""Has the hosts of the consoles of all partitions, and takes the one of its job."""


@dataclass(frozen=True)
class Place:
    """Where a template goes, in the words of `aws_cdk.region_info`."""

    region: str
    account: str
    governance: str

    @cached_property
    def info(self) -> region_info.RegionInfo:
        """What AWS's table says of the region."""
        return region_info.RegionInfo.get(self.region)

    @cached_property
    def pseudo(self) -> Mapping[str, str]:
        """The values of pseudo parameters."""
        return {
            "AWS::Partition": str(self.info.partition),
            "AWS::URLSuffix": str(self.info.domain_suffix),
            "AWS::Region": self.region,
            "AWS::AccountId": self.account,
        }


@dataclass(frozen=True)
class Placed:
    """A template where it goes, with every key and text in it."""

    name: str
    place: Place
    template: Any = field(repr=False)
    texts: frozenset[str] = field(repr=False)


@dataclass(frozen=True)
class Made:
    """What one app makes in one partition."""

    app: str
    folder: Path
    config: PlatformConfig = field(repr=False)

    @cached_property
    def stacks(self) -> tuple[StackSummary, ...]:
        """Every stack."""
        return read_stacks(self.folder)

    @cached_property
    def templates(self) -> tuple["Placed", ...]:
        """Every template with its place, products included, as far as it can be evaluated."""
        return tuple(self._templates())

    def _templates(self) -> Iterator["Placed"]:
        governance = self.config.pipeline.region
        for stack in self.stacks:
            file = self.folder / stack.template
            own = file.name.removesuffix(".template.json")
            for found in (file, *file.parent.glob(f"{own}-*.product.template.json")):
                place = Place(stack.region, stack.account, governance)
                template = evaluated(json.loads(found.read_text()), place.pseudo)
                yield Placed(found.name, place, template, frozenset(texts(template)))

    def seeds(self) -> Iterator[tuple[str, str]]:
        """The code of projects: each text file but tests and documentation."""
        for archive in sorted(self.folder.glob("asset.*.zip")):
            with zipfile.ZipFile(archive) as content:
                names = content.namelist()
                # Neither our own repository nor the CLI that the CDK brings for a copy.
                if "mlops-multi-account.sh" in names or names[0].startswith("awscli/"):
                    continue
                for name in names:
                    code = name.endswith((".py", ".sh", ".yml", ".yaml", ".json", "Dockerfile"))
                    if code and "tests/" not in name:
                        yield name, content.read(name).decode()


def evaluated(value: Any, pseudo: Mapping[str, str]) -> Any:
    """The value with what a region decides put in its place; the rest stands as it is."""
    if isinstance(value, list):
        return [evaluated(inner, pseudo) for inner in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == {"Ref"} and value["Ref"] in pseudo:
        return pseudo[value["Ref"]]
    if value.keys() == {"Fn::Join"}:
        separator, parts = value["Fn::Join"]
        found = evaluated(parts, pseudo)
        texts = [p if isinstance(p, str) else json.dumps(p) for p in found]
        return str(separator).join(texts) if isinstance(parts, list) else value
    if value.keys() == {"Fn::Sub"} and isinstance(value["Fn::Sub"], str):
        return re.sub(r"[$][{](AWS::[A-Za-z]+)[}]", lambda m: _known(m, pseudo), value["Fn::Sub"])
    return {key: evaluated(inner, pseudo) for key, inner in value.items()}


def _known(match: re.Match[str], pseudo: Mapping[str, str]) -> str:
    return pseudo.get(match[1], match[0])


def texts(value: Any) -> Iterator[str]:
    """Every key and text in a value, but names that KMS has for services: they are no hosts."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from texts(inner) if key != VIA else ()
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)
    elif isinstance(value, str):
        yield value


def users_of_keys(value: Any) -> Iterator[str]:
    """Every value of `kms:ViaService`."""
    for inner in value if isinstance(value, list) else ():
        yield from users_of_keys(inner)
    for key, inner in value.items() if isinstance(value, dict) else ():
        if key == VIA:
            yield from [inner] if isinstance(inner, str) else inner
        else:
            yield from users_of_keys(inner)


def configured(folder: Path, partition: str) -> PlatformConfig:
    governance, *_ = regions = REGIONS[partition].split()
    sets = "".join(
        f"    - set_name: set-{number}\n      default_region: {region}\n      stages:\n"
        f"        - {{stage_name: dev, account: '2000000000{number:02}'}}\n"
        for number, region in enumerate(regions)
    )
    place = f"{{account: '100000000001', region: {governance}}}"
    (folder / "app.yml").write_text(f"cdk_app_config:\n  pipeline: {place}\n  deployments:\n{sets}")
    (folder / "infra.yml").write_text(NETWORK)
    return load_config(folder / "app.yml", folder / "infra.yml")


@pytest.fixture(
    scope="module", params=[(p, app) for p in REGIONS for app in APPS_HERE], ids="-".join
)
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Made:
    """An app with a set in each region of a partition; an open finding of a rule pack fails it."""
    partition, app = request.param
    folder = tmp_path_factory.mktemp("partition")
    config = configured(folder, partition)
    module = importlib.import_module(f"{PACKAGES[app]}.application")
    module.build_app(config, outdir=str(folder / "cdk.out")).synth()
    return Made(app, folder / "cdk.out", config)


def test_each_region_gets_its_stack_and_every_arn_is_of_its_partition(made: Made) -> None:
    here = {stage.region for d in made.config.enabled_deployments for stage in d.enabled_stages}
    assert {stack.region for stack in made.stacks if stack.role == "dev"} == here
    seen = 0
    for placed in made.templates:
        partitions = {found for text in placed.texts for found in ARN.findall(text)}
        assert partitions <= {placed.place.info.partition}, placed.name
        seen += len(partitions)
    assert seen >= len(here)


def test_every_host_and_principal_is_called_as_aws_calls_it_there(made: Made) -> None:
    for placed in made.templates:
        for text in placed.texts:
            for host in HOST.findall(text):
                assert host in called(host, placed.place), (placed.name, text[:200])


def test_services_that_use_keys_are_called_as_kms_calls_them_everywhere(made: Made) -> None:
    """In China too (KMS Developer Guide, kms:ViaService: "Use the .amazonaws.com suffix of the AWS
    KMS ViaService name in all AWS partitions")."""
    seen = 0
    for placed in made.templates:
        for user in users_of_keys(placed.template):
            assert re.fullmatch(rf"[a-z0-9]+[.]{placed.place.region}[.]amazonaws[.]com", user)
            seen += 1
    assert seen


def called(host: str, place: Place) -> set[str]:
    """What the service of a host or principal may be called in a region."""
    suffix = str(place.info.domain_suffix)
    start = host.removesuffix(".cn").removesuffix(".amazonaws.com")
    if REGION.search(start):
        return {f"{start}.{suffix}"}
    principal = str(place.info.service_principal(start))
    # A service of a service, such as `sagemaker.application-autoscaling`, is in no table.
    return {principal, f"{start}.amazonaws.com"} if "." in start else {principal}


def test_nothing_is_of_another_region(made: Made) -> None:
    for placed in made.templates:
        place = placed.place
        # Account sets elsewhere are named where governance delivers to them.
        if place.account == made.config.pipeline.account:
            continue
        named = {found for text in placed.texts for found in REGION.findall(text)} & KNOWN
        assert named <= {place.region, place.governance}, placed.name


def test_images_of_awss_are_those_of_the_region(made: Made) -> None:
    own = {s.account for s in made.stacks}
    for placed in made.templates:
        here = placed.place.region
        for text in placed.texts:
            for region, account in IMAGES.findall(text):
                assert account in own | set(image_accounts()[here]), (placed.name, text)
                assert region == here, (placed.name, text)


def test_every_endpoint_is_of_a_service_that_the_region_has(made: Made) -> None:
    for placed in made.templates:
        here = placed.place.region
        rows = {row.service_name(here): row for row in VPC_ENDPOINTS}
        for resource in placed.template["Resources"].values():
            if resource["Type"] == "AWS::EC2::VPCEndpoint":
                row = rows[resource["Properties"]["ServiceName"]]
                service = service_of(row)
                assert not service or here in region_services()[service], (here, row.key)


def test_what_cloudformation_may_do_is_of_the_partition(made: Made) -> None:
    found = {made.folder: made.stacks}
    for row in bootstrap_plan(made.config):
        for statement in generated_policy(row, found).statements:
            text = json.dumps([statement.resources, statement.condition])
            partition = region_info.RegionInfo.get(row.region).partition
            assert set(ARN.findall(text)) <= {partition}, statement.sid


def test_code_of_projects_names_no_partition_and_no_region(made: Made) -> None:
    seen = 0
    for name, text in made.seeds():
        seen += 1
        if not name.endswith(tuple(PLACEHOLDERS)):
            assert not ARN.findall(text), name
            hosts = {host for host in HOST.findall(text) if REGION.search(host)}
            assert not hosts, name
            assert ".console.aws" not in text or name.endswith(LINKS), name
    assert (seen > 50) is (made.app == "template")
