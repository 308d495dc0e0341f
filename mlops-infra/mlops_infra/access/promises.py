"""What our documents tell people to do, and the calls that it takes: person, deed, permission.

Nothing here makes a policy. Tests evaluate these calls over the policies as they are synthesised,
and look whether each sentence still stands where it is said to.
"""

from dataclasses import dataclass
from typing import Final

from mlops_commons.contract import Persona

INFRA: Final = "mlops-infra/README.md"
TEMPLATES: Final = "mlops-sm-project-template/README.md"
PEOPLE: Final = "docs/how-to/people-and-permission-sets.md"
TROUBLE: Final = "docs/troubleshooting.md"
SEEDS: Final = "mlops-sm-project-template/cdk_service_catalog/seed_bases"
PROJECT: Final = "mlops-sm-project-template/cdk_service_catalog/project"

EVERYBODY: Final = tuple(Persona)
LEAD: Final = (Persona.LEAD_DATA_SCIENTIST,)
ENGINEER: Final = (Persona.ML_ENGINEER,)
WORKING: Final = tuple(key for key in Persona if key is not Persona.AUDITOR)


@dataclass(frozen=True)
class Call:
    """One call that a deed takes.

    Attributes:
        action: of IAM.
        resource: `service:rest` stands for an ARN of the account and region; anything else is one.
        context: what the call has besides, such as the subnets of a job.
    """

    action: str
    resource: str
    context: tuple[tuple[str, str | tuple[str, ...]], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Promise:
    """One row.

    Attributes:
        deed: what a person does.
        document: where people are told to, and `sentence` with which words.
        who: the personas that may do it; nobody else may.
        calls: what it takes.
    """

    deed: str
    document: str
    sentence: str
    who: tuple[Persona, ...]
    calls: tuple[Call, ...]


NAME: Final = "sagemaker-churn-p-1"
ARTIFACTS: Final = "arn:aws:s3:::mlops-p-1-artifacts-111111111111"
STAGE_DATA: Final = "arn:aws:s3:::sagemaker-p-1-dev-111111111111"
MONITORING: Final = "sagemaker:pipeline/churn-p-1-dev-monitoring"
THROUGH_S3: Final = (("kms:ViaService", "s3.eu-west-1.amazonaws.com"),)
DECRYPT: Final = Call("kms:Decrypt", "kms:key/1", THROUGH_S3)
ENCRYPT: Final = Call("kms:GenerateDataKey", "kms:key/1", THROUGH_S3)
IN_THE_VPC: Final = (
    ("sagemaker:VpcSubnets", ("subnet-0a", "subnet-0b")),
    ("sagemaker:VpcSecurityGroupIds", ("sg-0a",)),
    ("sagemaker:InterContainerTrafficEncryption", "true"),
)


def _read(log_group: str) -> Call:
    return Call("logs:GetLogEvents", f"logs:log-group:{log_group}:log-stream:1")


PROMISES: Final = (
    Promise(
        deed="see why a pipeline has failed",
        document=f"{PROJECT}/notifications.py",
        sentence="the first of links that is not empty shows the whole log",
        who=EVERYBODY,
        calls=(
            Call("codepipeline:ListPipelines", "*"),
            Call("codepipeline:GetPipelineState", f"codepipeline:{NAME}-deploy"),
            Call("codepipeline:ListActionExecutions", f"codepipeline:{NAME}-deploy"),
            Call("codebuild:BatchGetBuilds", f"codebuild:project/{NAME}-build"),
            _read(f"/aws/codebuild/{NAME}-build"),
        ),
    ),
    Promise(
        deed="read what the gate does not accept",
        document=TROUBLE,
        sentence="the log group\n`/aws/lambda/<prefix>-<set>-gate-verify-<region>` keeps it",
        who=EVERYBODY,
        calls=(_read("/aws/lambda/mlops-retail-gate-verify-euw1"),),
    ),
    Promise(
        deed="hear of approvals and failures by mail",
        document=TEMPLATES,
        sentence="subscribe to hear of approvals, versions that wait, failed pipelines",
        who=WORKING,
        calls=(Call("sns:Subscribe", f"sns:{NAME}", (("sns:Protocol", "email"),)),),
    ),
    Promise(
        deed="give a batch pipeline its data",
        document=f"{SEEDS}/batch_deploy_app/README.md",
        sentence="Put data into `s3://sagemaker-<project id>-<stage>-<account>/input/`",
        who=WORKING,
        calls=(
            Call("s3:ListBucket", STAGE_DATA),
            Call("s3:PutObject", f"{STAGE_DATA}/input/today.csv"),
            ENCRYPT,
        ),
    ),
    Promise(
        deed="read scores",
        document=f"{SEEDS}/batch_deploy_app/README.md",
        sentence="| `output/<execution>/scores/` | a file `<name>.out` for each new one",
        who=WORKING,
        calls=(Call("s3:GetObject", f"{STAGE_DATA}/output/1/scores/today.csv.out"), DECRYPT),
    ),
    Promise(
        deed="read what an endpoint was asked and has answered",
        document=f"{SEEDS}/endpoint_deploy_app/README.md",
        sentence="requests and answers are kept in the stage's bucket under the stage's key",
        who=WORKING,
        calls=(Call("s3:GetObject", f"{STAGE_DATA}/capture/1.jsonl"), DECRYPT),
    ),
    Promise(
        deed="put data of your own into the artifact bucket",
        document=f"{SEEDS}/build_app/README.md",
        sentence="put it in the artifact bucket",
        who=WORKING,
        calls=(Call("s3:PutObject", f"{ARTIFACTS}/data/mine.csv"), ENCRYPT),
    ),
    Promise(
        deed="bring a base model",
        document=f"{SEEDS}/torch_build_app/README.md",
        sentence="aws s3 cp --recursive base-model s3://<artifact bucket>/data/base-model/",
        who=WORKING,
        calls=(
            Call("s3:PutObject", f"{ARTIFACTS}/data/base-model/model.safetensors"),
            Call("s3:AbortMultipartUpload", f"{ARTIFACTS}/data/base-model/model.safetensors"),
            ENCRYPT,
            DECRYPT,  # of the parts that were uploaded before
        ),
    ),
    Promise(
        deed="start a pipeline with other parameters",
        document=f"{SEEDS}/build_app/README.md",
        sentence="It starts the project's pipeline as the last build has written it",
        who=WORKING,
        calls=(
            Call("sagemaker:ListPipelines", "*"),
            Call("sagemaker:DescribePipeline", "sagemaker:pipeline/churn-p-1-training"),
            Call("sagemaker:StartPipelineExecution", "sagemaker:pipeline/churn-p-1-training"),
        ),
    ),
    Promise(
        deed="train by a push",
        document=f"{SEEDS}/build_app/README.md",
        sentence="a push starts the pipeline `sagemaker-<project>-build`",
        who=WORKING,
        calls=(
            Call("codecommit:GitPull", f"codecommit:{NAME}-build"),
            Call(
                "codecommit:GitPush",
                f"codecommit:{NAME}-build",
                (("codecommit:References", ("refs/heads/main",)),),
            ),
        ),
    ),
    Promise(
        deed="open a pull request for a deployment",
        document=PEOPLE,
        sentence="Push a branch, open a pull request",
        who=WORKING,
        calls=(
            Call(
                "codecommit:GitPush",
                f"codecommit:{NAME}-deploy",
                (("codecommit:References", ("refs/heads/more-machines",)),),
            ),
            Call("codecommit:CreatePullRequest", f"codecommit:{NAME}-deploy"),
        ),
    ),
    Promise(
        deed="merge what was approved",
        document=PEOPLE,
        sentence="then anybody merges",
        who=WORKING,
        calls=(
            Call(
                "codecommit:MergePullRequestByFastForward",
                f"codecommit:{NAME}-deploy",
                (("aws:ResourceTag/mlops:reviewed", "true"),),
            ),
        ),
    ),
    Promise(
        deed="read what has drifted",
        document=f"{SEEDS}/endpoint_deploy_app/README.md",
        sentence="the newest run of the pipeline `<project>-<project id>-<stage>-monitoring` says",
        who=EVERYBODY,
        calls=(
            Call("sagemaker:ListPipelineExecutions", MONITORING),
            Call("sagemaker:DescribePipelineExecution", f"{MONITORING}/execution/1"),
        ),
    ),
    Promise(
        deed="read all that a comparison has found",
        document=f"{SEEDS}/endpoint_deploy_app/README.md",
        sentence="`monitoring/<execution>/` of the stage's bucket",
        who=WORKING,
        calls=(
            Call("s3:GetObject", f"{STAGE_DATA}/monitoring/1/constraint_violations.json"),
            DECRYPT,
        ),
    ),
    Promise(
        deed="find the private subnets for a job",
        document=INFRA,
        sentence="Every job needs subnets of the stage (`/vpc/subnets/private/ids`)",
        who=EVERYBODY,
        calls=(Call("ssm:GetParameter", "ssm:parameter/vpc/subnets/private/ids"),),
    ),
    Promise(
        deed="start a project",
        document=TEMPLATES,
        sentence="A lead opens Studio, Projects, Organization templates",
        who=LEAD,
        calls=(
            Call("servicecatalog:SearchProducts", "*"),
            Call(
                "servicecatalog:ProvisionProduct",
                "arn:aws:catalog:eu-west-1:111111111111:product/prod-1",
            ),
            Call("sagemaker:CreateProject", "sagemaker:project/churn"),
        ),
    ),
    Promise(
        deed="approve a version of a model",
        document=TEMPLATES,
        sentence="When a lead approves a\nversion",
        who=LEAD,
        calls=(
            Call("sagemaker:DescribeModelPackage", "sagemaker:model-package/churn-p-1/1"),
            Call("sagemaker:UpdateModelPackage", "sagemaker:model-package/churn-p-1/1"),
        ),
    ),
    Promise(
        deed="approve a deployment, where no approvers are configured",
        document=PEOPLE,
        sentence="Until approvers are configured, the lead approves deployments",
        who=LEAD,
        calls=(
            Call("codepipeline:GetPipelineState", f"codepipeline:{NAME}-deploy"),
            Call(
                "codepipeline:PutApprovalResult",
                f"codepipeline:{NAME}-deploy/Deploy-prod/Approve-prod",
            ),
        ),
    ),
    Promise(
        deed="operate endpoints and retry stages",
        document=INFRA,
        sentence="endpoints, pipelines | never decide",
        who=ENGINEER,
        calls=(
            Call("sagemaker:UpdateEndpoint", "sagemaker:endpoint/churn"),
            Call("codepipeline:RetryStageExecution", f"codepipeline:{NAME}-deploy/Deploy-dev"),
        ),
    ),
)
"""To promise something, add a row; the documents that are searched for it are people's."""
