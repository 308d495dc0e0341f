"""An instance type that nobody can have is refused, and one that a region lacks is said.

The data is made from botocore's model of SageMaker and SageMaker's price lists. It is held against
what neither is: the price list of EC2, on whose machines SageMaker's run, and the table of the
SageMaker SDK.
"""

import gzip
import json
from importlib.util import find_spec
from pathlib import Path

import pytest

from mlops_commons import instance_types as data
from mlops_commons.config.loader import load_sources
from mlops_commons.config.notes import notes
from mlops_commons.config.sources import Sources
from mlops_commons.instance_types import instance_types, regions_without
from mlops_commons.product_instances import ROWS
from mlops_commons.utilities.errors import ConfigError

pytestmark = pytest.mark.pure

APP = """\
cdk_app_config:
  pipeline: {{account: "111111111111", region: eu-west-1}}
  deployments:
    - set_name: retail
      default_region: {region}
      stages: [{{stage_name: dev, account: "222222222222"}}]
"""
FOR_ALL = "cdk_infra_app_config:\n  sagemaker:\n    jobs: {instance_types: ["
FOR_A_SET = (
    "cdk_infra_app_config:\n  sagemaker:\n    deployments:\n      - set_name: retail\n"
    "        jobs:\n          instance_types: ["
)
GPUS_OF_THE_SDK = (
    "ml.p5.48xlarge ml.p4d.24xlarge ml.p4de.24xlarge ml.p3.2xlarge ml.p3.8xlarge ml.p3.16xlarge "
    "ml.p3dn.24xlarge ml.p2.xlarge ml.p2.8xlarge ml.p2.16xlarge ml.g4dn.xlarge ml.g4dn.2xlarge "
    "ml.g4dn.4xlarge ml.g4dn.8xlarge ml.g4dn.16xlarge ml.g4dn.12xlarge ml.g5.2xlarge "
    "ml.g5.4xlarge ml.g5.8xlarge ml.g5.16xlarge ml.g5.12xlarge ml.g5.24xlarge ml.g5.48xlarge"
)
"""aws/sagemaker-python-sdk, image_uri_config/instance_gpu_info.json, eu-west-1; without
`ml.g5n.xlarge`, which is a misprint there: AWS has no such type."""
WORDS = "has no price in"
BEFORE_EC2 = {
    ("af-south-1", "inf1"),
    ("ap-northeast-2", "p5"),
    ("ap-southeast-1", "g5"),
    ("ca-central-1", "p5"),
    ("eu-south-2", "inf2"),
    ("eu-west-1", "g6"),
    ("us-west-1", "p5"),
}
"""Where SageMaker sells a family of which EC2's price list has not, or not all, sizes."""


def sources(folder: Path, infra: str, region: str = "eu-west-1") -> Sources:
    (folder / "app.yml").write_text(APP.format(region=region))
    (folder / "infra.yml").write_text(infra)
    return load_sources(folder / "app.yml", folder / "infra.yml")


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("ml.m5.larg", "did you mean 'ml.m5.large'"),
        ("ml.m5.largee", "did you mean 'ml.m5.large'"),
        ("ml.g5.3xlarge", "'ml.g5.2xlarge'"),
        ("ml.m55.large", "'ml.m5.large'"),
        ("ml.t3.smal", "'ml.t3.small'"),
        ("'ml.m55.*'", "did you mean 'ml.m5.*'"),
        ("ml.qqqqqqqqqqqq.zzzzzz", "allowed: ml.c4.*, ml.c5.*"),
    ],
)
@pytest.mark.parametrize(
    ("infra", "line", "path"),
    [
        (FOR_ALL, 3, "sagemaker.jobs.instance_types[1]"),
        (FOR_A_SET, 6, "sagemaker.deployments[0].jobs.instance_types[1]"),
    ],
    ids=["all sets", "one set"],
)
def test_a_type_that_does_not_exist_is_refused_with_its_line(
    tmp_path: Path, written: str, words: str, infra: str, line: int, path: str
) -> None:
    end = "]}\n" if infra == FOR_ALL else "]\n"
    with pytest.raises(ConfigError) as caught:
        sources(tmp_path, f"{infra}ml.m5.xlarge, {written}{end}")
    (problem,) = caught.value.problems
    assert (problem.file.name, problem.line, problem.path) == ("infra.yml", line, path)
    assert f"'{written.strip(chr(39))}' is no instance type of SageMaker's" in problem.message
    assert words in problem.message


def test_a_type_and_a_family_that_exist_are_taken(tmp_path: Path) -> None:
    found = sources(tmp_path, f"{FOR_ALL}ml.m5.large, 'ml.g5.*', 'ml.*.large', ml.c5n.18xlarge]}}")
    assert notes(found)[1:] == ()


def test_a_newer_botocore_knows_newer_types(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(data, "_installed_types", lambda: frozenset({"ml.m99.large"}))
    assert sources(tmp_path, f"{FOR_ALL}ml.m99.large]}}")


def test_the_installed_botocore_is_read_when_a_type_is_unknown() -> None:
    assert "ml.m5.large" in data._installed_types()


@pytest.mark.parametrize("infra", [FOR_ALL, FOR_A_SET], ids=["all sets", "one set"])
def test_a_type_that_the_region_of_a_stage_lacks_is_said(tmp_path: Path, infra: str) -> None:
    end = "]}\n" if infra == FOR_ALL else "]\n"
    text = f"{infra}ml.m5.large, ml.p5.48xlarge{end}"
    (found,) = [n for n in notes(sources(tmp_path, text, "eu-west-3")) if WORDS in n.message]
    assert found.path.endswith("jobs.instance_types[1]")
    assert found.line == (3 if infra == FOR_ALL else 6)
    assert "'ml.p5.48xlarge' has no price in eu-west-3, the region of stage 'dev'" in str(found)
    assert not [n for n in notes(sources(tmp_path, text, "us-east-1")) if WORDS in n.message]


def test_nothing_is_said_of_what_no_price_list_has() -> None:
    assert regions_without("ml.c5n.18xlarge", ["eu-west-1"]) == ()
    assert regions_without("ml.m5.large", ["eusc-de-east-1"]) == ()


def test_every_machine_that_a_product_starts_is_known_to_be_sold() -> None:
    assert {row.type for row in ROWS} <= {name for name, there in instance_types().items() if there}


def test_the_sdk_names_no_type_that_the_data_lacks() -> None:
    assert set(GPUS_OF_THE_SDK.split()) <= instance_types().keys()


def test_sagemaker_sells_in_a_region_what_ec2_sells_there() -> None:
    """The price list of EC2 is another than SageMaker's, and of another service team."""
    package = find_spec("cfnlint")
    assert package
    assert package.origin
    folder = Path(package.origin).parent / "data/schemas/extensions/aws_ec2_instance"
    ec2 = json.loads((folder / "instancetype_enum.json").read_text())
    differing = set()
    compared = 0
    for name, regions in instance_types().items():
        for region in regions:
            compared += 1
            if name.removeprefix("ml.") not in ec2[region]["enum"]:
                differing.add((region, name.split(".")[1]))
    assert compared > 4000
    assert differing == BEFORE_EC2


def test_a_type_is_named_for_each_use_that_botocore_has() -> None:
    """What SageMaker's API takes: a type that is missing here would be refused although valid."""
    package = find_spec("botocore")
    assert package
    assert package.origin
    file = Path(package.origin).parent / "data/sagemaker/2017-07-24/service-2.json.gz"
    shapes = json.loads(gzip.decompress(file.read_bytes()))["shapes"]
    uses = ("Training", "Processing", "Transform", "ProductionVariant", "App")
    for use in uses:
        wanted = {name for name in shapes[f"{use}InstanceType"]["enum"] if name != "system"}
        assert wanted <= instance_types().keys(), use
