"""The steps of a pipeline that score a batch: a model of a version, and a transform job with it."""

from ministack_aws.arns import arn
from ministack_aws.cloudformation.records import STORE, key_of
from ministack_aws.engine.requests import get_account_id
from ministack_aws.engine.types import Record
from ministack_aws.errors import ServiceError
from ministack_aws.sagemaker import (
    job_deeds,
    job_roles,
    model_registry,
    model_servers,
    models,
    serving_images,
    transfers,
)
from ministack_aws.sagemaker.pipeline_definition import Execution, Scope, Step


def create_model(step: Step, scope: Scope, role: str, execution: Execution) -> Record:
    """API_CreateModel, for a model whose container is a version, of this account or another."""
    request = scope.request(step)
    name = _name(step, scope)
    model_arn = arn("sagemaker", f"model/{name.lower()}")
    vpc = request.get("VpcConfig", {})
    context = {"sagemaker:vpcsubnets": vpc["Subnets"]} if vpc.get("Subnets") else {}
    credentials = job_roles.assume(role)
    _refuse(job_roles.refusal(credentials, "sagemaker:CreateModel", model_arn, context))
    for container in request["Containers"]:
        version = container["ModelPackageName"]
        if version.split(":")[4] != get_account_id():
            for action in model_registry.NEEDED_ACROSS_ACCOUNTS:
                # Both sides have to allow it.
                _refuse(job_roles.refusal(credentials, action, version))
                _refuse(model_registry.group_refusal(version, role, action))
    _refuse(job_deeds.vpc_refusal(vpc, request["ExecutionRoleArn"], model_arn))
    STORE[key_of(models.MODEL, model_arn)] = {**request, "ModelName": name}
    return {**request, "ModelName": name, "ModelArn": model_arn}


def transform(step: Step, scope: Scope, role: str, execution: Execution) -> Record:
    """API_CreateTransformJob: the answer for each object of the input, as `<name>.out`."""
    request = scope.request(step)
    credentials = job_roles.assume(role)
    job = arn("sagemaker", f"transform-job/{_name(step, scope).lower()}")
    model_arn, model = models.find_model(request["ModelName"])
    # The model as its ARN says (Service Authorization Reference, CreateTransformJob).
    context = {"sagemaker:modelarn": model_arn}
    _refuse(job_roles.refusal(credentials, "sagemaker:CreateTransformJob", job, context))
    job_deeds.prepare("TransformJob", request, role, job)
    s3 = job_roles.client("s3", job_roles.assume(model["ExecutionRoleArn"]))
    source, output = request["TransformInput"], request["TransformOutput"]
    headers = {
        "content-type": source.get("ContentType", "text/csv"),
        "accept": output.get("Accept", "text/csv"),
    }
    port = models.port_of(model_arn, model, {serving_images.BATCH: "true"})
    try:
        for key, content in transfers.objects(s3, source["DataSource"]["S3DataSource"]["S3Uri"]):
            answer, _ = model_servers.invoke(port, headers, content)
            target = f"{output['S3OutputPath'].rstrip('/')}/{key}.out"
            transfers.upload_object(s3, answer, target, output.get("KmsKeyId", ""))
    finally:
        model_servers.stop(model_arn)
    return request


def _name(step: Step, scope: Scope) -> str:
    return f"pipelines-{scope.execution['PipelineExecutionId']}-{step['Name']}"[:63]


def _refuse(refusal: str | None) -> None:
    if refusal:
        raise ServiceError("AccessDeniedException", refusal)
