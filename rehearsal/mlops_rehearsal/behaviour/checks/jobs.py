"""What SageMaker does with the execution role of jobs and models, and what code in them must not.

Source: "How to use SageMaker AI execution roles" (CreateTrainingJob, CreateModel,
CreateEndpointConfig), "IAM access management for Pipelines", SageMaker Developer Guide.
"""

from collections.abc import Iterator
from typing import Final

from mlops_commons.iam.evaluation import action_matches
from mlops_rehearsal.behaviour.asking import Need, excess, lacking, role_of
from mlops_rehearsal.behaviour.checks.events import people_decide
from mlops_rehearsal.behaviour.checks.interfaces import Place, elsewhere, interfaces
from mlops_rehearsal.behaviour.checks.subnets import private_subnets, vpc
from mlops_rehearsal.behaviour.policies import identity
from mlops_rehearsal.behaviour.stack import Resource, Stack

PULL: Final = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
AWS_IMAGES: Final = "763104351884"
"""The account of the AWS Deep Learning Containers (aws/deep-learning-containers)."""
LOGS: Final = tuple(
    f"logs:{name}"
    for name in ("CreateLogGroup", "CreateLogStream", "PutLogEvents", "DescribeLogStreams")
)
JOBS: Final = {
    "training-job": "sagemaker:CreateTrainingJob",
    "hyper-parameter-tuning-job": "sagemaker:CreateHyperParameterTuningJob",
    "processing-job": "sagemaker:CreateProcessingJob",
}
"""What people start from a notebook (SageMaker Developer Guide, "Train a model", "Automatic model
tuning", "Data transformation with processing")."""
TRAIN: Final = "sagemaker:CreateTrainingJob"
SAGEMAKER: Final = "sagemaker.amazonaws.com"
FOREIGN: Final = "999999999999"


def execution_roles(stack: Stack) -> Iterator[tuple[Resource, Place]]:
    """The roles as which jobs and models run, with the place where they run."""
    seen: set[str] = set()
    for role, place in (*_of_models(stack), *_of_builds(stack), *_of_persons(stack)):
        if role and role.id not in seen:
            seen.add(role.id)
            yield role, place


def jobs_have_what_they_need(stack: Stack) -> Iterator[str]:
    """Log, metrics, images, network and volume keys of each execution role."""
    for role, place in execution_roles(stack):
        yield from lacking(stack, role, _common(stack))
        yield from lacking(stack, role, interfaces(stack, place, "sagemaker"))


def jobs_reach_nothing_else(stack: Stack) -> Iterator[str]:
    """Whoever writes the code of a job has what the role may: it ends at the project."""
    for role, place in execution_roles(stack):
        yield from excess(stack, role, elsewhere(stack, place, "sagemaker"))
        yield from excess(stack, role, _never(stack, role))


def jobs_run_in_private_subnets(stack: Stack) -> Iterator[str]:
    """Jobs are created in the private subnets, or not at all; and as the role itself."""
    for role, place in execution_roles(stack):
        for kind in ("training-job", "processing-job", "model", "hyper-parameter-tuning-job"):
            create = f"sagemaker:Create{kind.title().replace('-', '')}"
            on = f"arn:aws:sagemaker:{stack.region}:{stack.account}:{kind}/pipelines-x"
            asked = {
                "sagemaker:VpcSecurityGroupIds": tuple(place.groups),
                "sagemaker:InterContainerTrafficEncryption": "true",
                "sagemaker:OutputKmsKey": "arn:key",
            }
            for subnets in ((), ("subnet-of-others",), (place.subnets[0], "subnet-of-others")):
                wrong = {**asked, "sagemaker:VpcSubnets": subnets} if subnets else asked
                need = Need(
                    why=f"create jobs in {subnets or 'no VPC'}",
                    actions=(create,),
                    resource=on,
                    context=wrong,
                )
                yield from excess(stack, role, [need])


def people_run_jobs_in_their_network(stack: Stack) -> Iterator[str]:
    """Whoever may create jobs at all may do so in the private subnets, with the group of jobs."""
    wanted = tuple(stack.ref(subnet.id) for subnet in private_subnets(stack))
    places = [place for _, place in _of_persons(stack)]
    published = {str(p.properties["Value"]) for p in stack.of_type("AWS::SSM::Parameter")}
    for role in stack.of_type("AWS::IAM::Role") if wanted and places else ():
        named = any(
            action_matches(s, TRAIN) and s["Effect"] == "Allow" for s in identity(stack, role)
        )
        if not named or stack.arn(role.id) not in published:
            continue
        asked = {
            "sagemaker:VpcSubnets": wanted,
            "sagemaker:VpcSecurityGroupIds": tuple(places[0].groups),
            "sagemaker:InterContainerTrafficEncryption": "true",
            "sagemaker:OutputKmsKey": "arn:key",
            "sagemaker:EnableRemoteDebug": "false",
        }
        place = f"arn:aws:sagemaker:{stack.region}:{stack.account}"
        for kind, action in JOBS.items():
            job = f"{place}:{kind}/x"
            need = Need(why=f"run {kind}s", actions=(action,), resource=job, context=asked)
            yield from lacking(stack, role, [need])
        plain = {**asked, "sagemaker:InterContainerTrafficEncryption": "false"}
        for kind in ("training-job", "hyper-parameter-tuning-job"):
            need = Need(
                why="train in plain text",
                actions=(JOBS[kind],),
                resource=f"{place}:{kind}/x",
                context=plain,
            )
            yield from excess(stack, role, [need])


def _common(stack: Stack) -> Iterator[Need]:
    place = f"{stack.region}:{stack.account}"
    group = f"arn:aws:logs:{place}:log-group:/aws/sagemaker/TrainingJobs"
    yield Need(why="write its log", actions=LOGS, resource=f"{group}:log-stream:x")
    metrics = {"cloudwatch:namespace": "/aws/sagemaker/TrainingJobs"}
    yield Need(why="write metrics", actions=("cloudwatch:PutMetricData",), context=metrics)
    older = {"cloudwatch:namespace": "aws/sagemaker/Endpoints/data-metrics"}
    yield Need(why="write metrics", actions=("cloudwatch:PutMetricData",), context=older)
    yield Need(why="log in to registries", actions=("ecr:GetAuthorizationToken",))
    image = f"arn:aws:ecr:{stack.region}:{AWS_IMAGES}:repository/pytorch-training"
    of_aws = {"aws:ResourceAccount": AWS_IMAGES}
    yield Need(why="pull images of AWS", actions=PULL, resource=image, context=of_aws)


def _never(stack: Stack, role: Resource) -> Iterator[Need]:
    metrics = {"cloudwatch:namespace": "AWS/Billing"}
    yield Need(
        why="write metrics of others", actions=("cloudwatch:PutMetricData",), context=metrics
    )
    image = f"arn:aws:ecr:{stack.region}:{stack.account}:repository/of-others"
    yield Need(why="pull images of other projects", actions=PULL, resource=image)
    own = stack.arn(role.id)
    for on, to in (
        (own, "ec2.amazonaws.com"),
        (own, "lambda.amazonaws.com"),
        (f"arn:aws:iam::{stack.account}:role/somebody-else", SAGEMAKER),
    ):
        yield Need(
            why=f"pass a role to {to}",
            actions=("iam:PassRole",),
            resource=on,
            context={"iam:PassedToService": to},
        )
    for key in stack.of_type("AWS::KMS::Key"):
        yield Need(
            why="grant a key to persons",
            actions=("kms:CreateGrant",),
            resource=stack.arn(key.id),
            context={"kms:GrantIsForAWSResource": "false"},
        )


def versions_wait_for_a_decision(stack: Stack) -> Iterator[str]:
    """Where a decision starts the deployment, no version is born decided; the lead decides."""
    versions = f"arn:aws:sagemaker:{stack.region}:{stack.account}:model-package"
    create = ("sagemaker:CreateModelPackage",)
    groups = [stack.ref(g.id) for g in stack.of_type("AWS::SageMaker::ModelPackageGroup")]
    for role, _ in execution_roles(stack):
        if (groups and not people_decide(stack)) or _published(stack, role).endswith("/lead"):
            continue
        for name in groups or ["any"]:
            on = f"{versions}/{name.rpartition('/')[2]}/1"
            born = {"sagemaker:ModelApprovalStatus": "Approved"}
            need = Need(
                why="register an approved version", actions=create, resource=on, context=born
            )
            yield from excess(stack, role, [need])


def _published(stack: Stack, role: Resource) -> str:
    for parameter in stack.of_type("AWS::SSM::Parameter"):
        if parameter.properties["Value"] == stack.arn(role.id):
            return str(parameter.properties["Name"])
    return ""


def _of_models(stack: Stack) -> Iterator[tuple[Resource | None, Place]]:
    place = Place(
        vpc="vpcid-0a", subnets=("subnetids-0a", "subnetids-0b"), groups=("securitygroupid-0a",)
    )
    for model in stack.of_type("AWS::SageMaker::Model"):
        yield role_of(stack, model.properties["ExecutionRoleArn"]), place
    for pipeline in stack.of_type("AWS::SageMaker::Pipeline"):
        yield role_of(stack, pipeline.properties["RoleArn"]), place


def _of_builds(stack: Stack) -> Iterator[tuple[Resource | None, Place]]:
    for build in stack.of_type("AWS::CodeBuild::Project"):
        known = {
            v["Name"]: v["Value"]
            for v in build.properties["Environment"].get("EnvironmentVariables", [])
        }
        if "SAGEMAKER_PIPELINE_ROLE_ARN" in known and "VpcConfig" in build.properties:
            place = build.properties["VpcConfig"]
            yield (
                role_of(stack, known["SAGEMAKER_PIPELINE_ROLE_ARN"]),
                Place(
                    vpc=place["VpcId"], subnets=place["Subnets"], groups=place["SecurityGroupIds"]
                ),
            )


def _of_persons(stack: Stack) -> Iterator[tuple[Resource | None, Place]]:
    network = vpc(stack)
    parameters = {
        p.properties["Name"]: p.properties["Value"] for p in stack.of_type("AWS::SSM::Parameter")
    }
    if network is None or "/vpc/sg/id" not in parameters:
        return
    place = Place(
        vpc=stack.ref(network.id),
        groups=[parameters["/vpc/sg/id"]],
        subnets=[stack.ref(s.id) for s in private_subnets(stack)],
    )
    for name, arn in parameters.items():
        if "/role/" in name and not name.endswith("/auditor"):
            yield role_of(stack, arn), place
