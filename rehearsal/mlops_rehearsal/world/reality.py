"""What a rehearsal shows of each part of the platform, and what only AWS can show."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Shown(StrEnum):
    """How far a rehearsal can be believed about a part."""

    REAL = "the real programs"
    EMULATED = "emulated"
    SCHEMA = "checked by schema only"
    AWS = "only AWS can show it"


@dataclass(frozen=True)
class Part:
    """A part of the platform or of AWS; `how` says what plays it, or what is missing."""

    name: str
    shown: Shown
    how: str


PARTS: Final = (
    Part(
        "CDK CLI, cdk-assets, git, synthesis, validators, tests of pipelines",
        Shown.REAL,
        "as installed here; tests are not run again with the same content",
    ),
    Part(
        "IAM: identity, resource, trust and session policies, boundaries, conditions",
        Shown.EMULATED,
        "evaluated by MiniStack; trust policies of services with their conditions; principals "
        "that are not there, unknown operators and IAM's limits are refused",
    ),
    Part(
        "What services do with roles",
        Shown.EMULATED,
        "each deed of one table is asked for when it is done: fetch source, publish approvals, "
        "write logs, join a VPC, pull images, encrypt volumes and repositories, scale, read "
        "alarms; notices, access logs and flow logs that would not arrive end the act",
    ),
    Part(
        "Order of resources",
        Shown.EMULATED,
        "what a template does not order is made in the order in which it fails",
    ),
    Part(
        "Service control policies, quotas",
        Shown.EMULATED,
        "`--scp` evaluates policies in every decision but of an account's root; "
        "`--fresh-account` counts VPCs, addresses, gateways, endpoints, roles, policies, buckets, "
        "rules, pipelines and portfolios",
    ),
    Part(
        "CloudFormation's service role",
        Shown.EMULATED,
        "evaluated for each resource by the handlers' permissions in the registry's schemas; exact "
        "resources where the properties name them, else any of the service in the account",
    ),
    Part(
        "VPC, IAM, KMS, S3, SSM, Lambda, logs, events, SNS, ECR",
        Shown.EMULATED,
        "MiniStack's services; functions run as processes of this machine's Python and node",
    ),
    Part(
        "Network paths",
        Shown.EMULATED,
        "computed from routes, security groups, DNS, endpoints and their policies: what Studio "
        "calls from its domain, and S3 from jobs and models; a container in network isolation runs "
        "in a namespace with loopback alone, or, where this machine makes none, Python's sockets "
        "refuse",
    ),
    Part(
        "CodeCommit",
        Shown.EMULATED,
        "a bare git repository, filled from the stack's asset, reached by real git with the URLs "
        "of git-remote-codecommit and of `GetRepository`",
    ),
    Part(
        "Git hosts and CodeConnections",
        Shown.EMULATED,
        "`git http-backend` on loopback, for who has the host's token; a connection is pending "
        "until somebody finishes it, and leads to the repositories that it is installed for; "
        "triggers by branch. The handshake itself, and which of its two names AWS asks for "
        "UseConnection by, are not shown",
    ),
    Part(
        "Permissions of git",
        Shown.EMULATED,
        "`codecommit:GitPull` and `GitPush` of the profile's or the environment's credentials for "
        "each clone, fetch and push, then again for each reference that is pushed "
        "(`codecommit:References`); not of who pushes into the folder itself",
    ),
    Part(
        "Pull requests",
        Shown.EMULATED,
        "approval rules and their templates, approvals, merges by fast-forward, with policies and "
        "tags of the repository; how AWS names two sessions of one author is not shown",
    ),
    Part(
        "A push",
        Shown.EMULATED,
        'its event, "CodeCommit Repository State Change", on the account\'s bus, after a '
        "merge and after the seed too",
    ),
    Part(
        "CodePipeline, CodeBuild",
        Shown.EMULATED,
        "played: artifacts through the artifact bucket, commands with the role of the project; "
        "images and runtime versions are this machine's",
    ),
    Part(
        "The gate: Lambda actions of CodePipeline",
        Shown.EMULATED,
        "the functions run as their own roles with the job that CodePipeline describes; its "
        "`artifactCredentials` are a session of the pipeline's role, in AWS one for the artifacts "
        "of the action; limits of variables and of Lambda's time are not reached",
    ),
    Part(
        "Keys of artifacts",
        Shown.AWS,
        "the policy of a pipeline's bucket goes by `<pipeline>/<artifact>/<random>`, which AWS's "
        "examples show and no page promises",
    ),
    Part(
        "Service Catalog",
        Shown.EMULATED,
        "portfolios, launch constraints, launches: the stack is made with the launch role's "
        "permissions",
    ),
    Part(
        "SageMaker Pipelines, jobs",
        Shown.EMULATED,
        "the compiled definition step by step; containers are processes on this machine with the "
        "folders and variables of SageMaker's contract, data moves with the execution role's "
        "permissions",
    ),
    Part(
        "Custom images",
        Shown.EMULATED,
        "what the Dockerfile copies, pushed to ECR and pulled with the permissions that it takes; "
        "its other instructions are not run, and programs start with this machine's Python",
    ),
    Part(
        "Model registry",
        Shown.EMULATED,
        "versions, approval and its event, the group's policy for other accounts",
    ),
    Part(
        "Endpoints",
        Shown.EMULATED,
        "a process with the model's own `inference.py`, or what plays vLLM's server; the model is "
        "read with the role of the stage, its key's policy included; data capture is written",
    ),
    Part(
        "Canary deployments of endpoints",
        Shown.EMULATED,
        "the share of the traffic, `AWS/SageMaker` metrics, alarms and the way back; a baking "
        "period lasts five seconds",
    ),
    Part(
        "Encryption of objects in S3",
        Shown.EMULATED,
        "default keys of buckets; `kms:GenerateDataKey` and `kms:Decrypt` of who writes and reads, "
        "by the key's policy too, from every account",
    ),
    Part(
        "EventBridge",
        Shown.EMULATED,
        "rules and input transformers; a target pipeline is started with the permissions of the "
        "target's role",
    ),
    Part(
        "Properties of every resource",
        Shown.SCHEMA,
        "checked against the registry's schemas",
    ),
    Part(
        "Every other type of the registry",
        Shown.SCHEMA,
        "records of what a template says, with Ref and GetAtt by the schema; nothing plays them",
    ),
    Part(
        "Studio, CodePipeline's records",
        Shown.SCHEMA,
        "records of what a template says, with the calls that read them",
    ),
    Part(
        "Network paths of what runs",
        Shown.AWS,
        "programs reach the emulator directly, from every network; their calls beside those "
        "above are not asked for, nor are network ACLs and Route 53 Resolver",
    ),
    Part(
        "Timing, quotas of a new account below the defaults",
        Shown.AWS,
        "nothing here is slow as AWS is; instances and builds at once are given by AWS",
    ),
    Part(
        "KMS permissions of what services read themselves",
        Shown.AWS,
        "such as seeds of repositories and the code of functions",
    ),
    Part(
        "How good a fine-tuned model is",
        Shown.AWS,
        "a tiny base model goes all the way; a real one needs a GPU, and so does vLLM as its image "
        "has it",
    ),
    Part("Service-side checks", Shown.AWS, "what no schema says and no check above"),
)
"""In the order of `Shown`."""
