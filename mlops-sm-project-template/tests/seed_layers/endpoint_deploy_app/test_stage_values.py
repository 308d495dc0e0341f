"""Values of a stage's file that SageMaker, the gate or cfn-lint would refuse later, in other words."""

from pathlib import Path

import pytest

from deploy_app.errors import DeployError
from deploy_app.instances import gpus, memory_megabytes
from deploy_app.kinds import misplaced
from deploy_app.stage_config import StageConfig
from deploy_app.stage_files import FOLDER, load

AT_ONCE = "rollout: {canary: false}\n"
COMPONENTS = """\
kind: components
rollout: {canary: false}
variant: {instance_type: ml.g5.xlarge}
"""


def staged(folder: Path, text: str) -> StageConfig:
    for file in FOLDER.glob("*.yml"):
        content = text if file.stem == "prod" else file.read_text("utf-8")
        (folder / file.name).write_text(content)
    return load(StageConfig, "prod", folder, misplaced)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (
            "monitoring:\n  instance_type: ml.m5.larg\n",
            2,
            "monitoring.instance_type: SageMaker has no such instance type for a processing job; "
            "did you mean 'ml.m5.large'? (is: 'ml.m5.larg')",
        ),
        (
            "variant:\n  instance_type: ml.m5.xlrge\n",
            2,
            "variant.instance_type: SageMaker has no such instance type for an endpoint; did you "
            "mean 'ml.m5.xlarge'? (is: 'ml.m5.xlrge')",
        ),
        (
            "shadow: {percent: 5, instance_type: m5.large}\n",
            1,
            "shadow.instance_type: SageMaker has no such instance type for an endpoint; did you "
            "mean 'ml.m5.large'?",
        ),
        (
            "variant: {inference_ami: al2-ami-sagemaker-inference-gpuu}\n",
            1,
            "variant.inference_ami: SageMaker has no such image of machines; did you mean "
            "'al2-ami-sagemaker-inference-gpu-2'?",
        ),
        ("variant: {instance_type: large}\n", 1, "variant.instance_type: SageMaker has no such"),
        (
            f"{COMPONENTS}component:\n  memory_megabytes: 8192\n  accelerators: 99\n",
            6,
            "component.accelerators: 99 are more than ml.g5.xlarge has (allowed: 1 to 1)",
        ),
        (
            f"{COMPONENTS}component:\n  memory_megabytes: 900000\n  accelerators: 1\n",
            5,
            "component.memory_megabytes: 900000 do not fit ml.g5.xlarge, which has 16384",
        ),
        (
            "auto_scaling:\n  invocations_per_instance: .inf\n",
            2,
            "auto_scaling.invocations_per_instance: Input should be a finite number (is: inf)",
        ),
        (
            "integration_test: {mean_difference: .nan}\n",
            1,
            "integration_test.mean_difference: Input should be a finite number (is: nan)",
        ),
        (
            "alarms:\n  notification_topic_arn: foo\n",
            2,
            "alarms.notification_topic_arn: this is no ARN of an SNS topic; "
            "allowed: arn:PARTITION:sns:REGION:ACCOUNT:NAME of a topic, or nothing (is: 'foo')",
        ),
    ],
)
def test_a_value_is_refused_with_file_line_and_what_is_allowed(
    tmp_path: Path, text: str, line: int, words: str
) -> None:
    with pytest.raises(DeployError) as refused:
        staged(tmp_path, text)
    assert f"{tmp_path / 'prod.yml'}, line {line}: {words}" in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        f"{AT_ONCE}alarms: {{notification_topic_arn: 'arn:aws-cn:sns:cn-north-1:111122223333:a_b-1'}}\n",
        f"{AT_ONCE}monitoring: {{instance_type: ml.m7i-flex.large}}\n",
        # cfn-lint knows the first from a price list, botocore the second from SageMaker's model.
        "variant: {instance_type: ml.m7g.large}\n" + AT_ONCE,
        "variant: {instance_type: ml.m8g.large}\n" + AT_ONCE,
        # botocore knows the first, and the second is of the form in which AWS brings new ones.
        f"{AT_ONCE}variant: {{inference_ami: al2023-ami-sagemaker-inference-gpu-4-1}}\n",
        f"{AT_ONCE}variant: {{inference_ami: al2023-ami-sagemaker-inference-gpu-5-1}}\n",
        f"{COMPONENTS}component: {{memory_megabytes: 16383, accelerators: 1}}\n",
        f"{COMPONENTS.replace('g5.xlarge', 'g5.12xlarge')}"
        "component: {memory_megabytes: 65536, accelerators: 4}\n",
        f"{COMPONENTS.replace('g5', 'inf2')}"
        "component: {memory_megabytes: 65536, accelerators: 2}\n",
    ],
)
def test_what_sagemaker_has_is_accepted(tmp_path: Path, text: str) -> None:
    assert staged(tmp_path, text)


@pytest.mark.parametrize(
    ("instance_type", "memory", "gpu"),
    [
        ("ml.c4.2xlarge", 15360, None),
        ("ml.c5.18xlarge", 147456, None),
        ("ml.c5n.large", None, None),
        ("ml.c7i-flex.xlarge", 8192, None),
        ("ml.m6g.medium", 4096, None),
        ("ml.m5d.large", 8192, None),
        ("ml.r8i.96xlarge", 3145728, None),
        ("ml.t2.medium", 4096, None),
        ("ml.t3.micro", None, None),
        ("ml.g4dn.16xlarge", 262144, 1),
        ("ml.g5.12xlarge", 196608, 4),
        ("ml.g6.48xlarge", 786432, 8),
        ("ml.g6e.24xlarge", 786432, 4),
        ("ml.gr6.4xlarge", 131072, 1),
        ("ml.g6f.large", None, None),
        ("ml.p3.8xlarge", None, 4),
        ("ml.p4d.24xlarge", 1179648, 8),
        ("ml.p5.4xlarge", None, 1),
        ("ml.p5en.48xlarge", None, 8),
        ("ml.inf2.xlarge", None, None),
    ],
)
def test_a_machine_has_what_ec2_describes(
    instance_type: str, memory: int | None, gpu: int | None
) -> None:
    """Numbers of DescribeInstanceTypes, as aws/karpenter-provider-aws lists them in its
    documentation (docs/reference/instance-types.md: instance-memory, instance-gpu-count); those of
    ml.p3 are the SageMaker Python SDK's (image_uri_config/instance_gpu_info.json)."""
    assert (memory_megabytes(instance_type), gpus(instance_type)) == (memory, gpu)
