"""A template that may be delivered, and what an attacker makes of it: a row breaks one rule."""

import copy
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from launched_projects import DEV, PREPROD, PROD, PROJECT, PROJECT_ID, PROJECT_NAME, REGION

from cdk_service_catalog.gate.runtime.settings import Project, Settings
from cdk_service_catalog.gate.runtime.templates import file_of

SETTINGS = Settings(
    bucket_prefix="mlops",
    region=REGION,
    accounts={"dev": DEV, "preprod": PREPROD, "prod": PROD},
    namespaces={"preprod": "bu1"},
    image_accounts=("141502667606",),
)
STAGES = tuple(SETTINGS.accounts)
NAMED = Project(name=PROJECT_NAME, id=PROJECT_ID)
VERSION = f"arn:aws:sagemaker:{REGION}:{DEV}:model-package/{PROJECT}/3"
OTHER_VERSION = f"arn:aws:sagemaker:{REGION}:{DEV}:model-package/{PROJECT}/2"
ARCHIVES = f"s3://mlops-{PROJECT_ID}-artifacts-{DEV}/registered"
ARCHIVE = f"{ARCHIVES}/{'3' * 64}/model.tar.gz"
IMAGE = f"141502667606.dkr.ecr.{REGION}.amazonaws.com/sagemaker-scikit-learn:1.9-0"
FOREIGN = "666666666666"
OF_OTHERS = f"arn:aws:sns:{REGION}:{PROD}:sagemaker-p-zzz-prod-done"
LEAD = f"arn:aws:iam::{PROD}:role/prod-mlops-infra-LeadDataScientistRole-1"
Template = dict[str, Any]


def role(purpose: str, service: str = "sagemaker") -> Template:
    statement = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"Service": f"{service}.amazonaws.com"},
    }
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "RoleName": f"sagemaker-{PROJECT_ID}-prod-{purpose}",
            "PermissionsBoundary": {"Ref": "Boundary"},
            "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        },
    }


def good() -> Template:
    """What a deploy app of prod makes, small."""
    return copy.deepcopy(
        {
            "Description": "a model in prod",
            "Parameters": {
                "Boundary": {
                    "Type": "AWS::SSM::Parameter::Value<String>",
                    "Default": "/mlops/boundary/deployment",
                },
                "Subnets": {
                    "Type": "AWS::SSM::Parameter::Value<List<String>>",
                    "Default": "/vpc/subnets/private/ids",
                },
                "Plain": {"Type": "String", "Default": "plain"},
            },
            "Resources": {
                "Role": role("execution"),
                "Policy": {
                    "Type": "AWS::IAM::ManagedPolicy",
                    "Properties": {"PolicyDocument": {"Statement": []}, "Roles": [{"Ref": "Role"}]},
                },
                "Bucket": {
                    "Type": "AWS::S3::Bucket",
                    "Properties": {"BucketName": f"sagemaker-{PROJECT_ID}-prod-{PROD}"},
                },
                "BucketPolicy": {
                    "Type": "AWS::S3::BucketPolicy",
                    "Properties": {
                        "Bucket": {"Ref": "Bucket"},
                        "PolicyDocument": {
                            "Statement": [
                                {"Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "s3:*"}
                            ]
                        },
                    },
                },
                "Model": {
                    "Type": "AWS::SageMaker::Model",
                    "Properties": {
                        "Containers": [{"ModelPackageName": VERSION}],
                        "EnableNetworkIsolation": True,
                        "ExecutionRoleArn": {"Fn::GetAtt": ["Role", "Arn"]},
                        "VpcConfig": {"Subnets": {"Ref": "Subnets"}},
                    },
                },
                "Configuration": {
                    "Type": "AWS::SageMaker::EndpointConfig",
                    "Properties": {
                        "ProductionVariants": [
                            {"ModelName": {"Fn::GetAtt": ["Model", "ModelName"]}}
                        ],
                        "DataCaptureConfig": {
                            "DestinationS3Uri": {"Fn::Sub": "s3://${Bucket}/captured"}
                        },
                    },
                },
                "Endpoint": {
                    "Type": "AWS::SageMaker::Endpoint",
                    "Properties": {
                        "EndpointName": f"{PROJECT}-prod",
                        "EndpointConfigName": {
                            "Fn::GetAtt": ["Configuration", "EndpointConfigName"]
                        },
                    },
                },
                "Target": {
                    "Type": "AWS::ApplicationAutoScaling::ScalableTarget",
                    "Properties": {"ResourceId": f"endpoint/{PROJECT}-prod/variant/AllTraffic"},
                },
                "Waking": {
                    "Type": "AWS::ApplicationAutoScaling::ScalingPolicy",
                    "Properties": {"ScalingTargetId": {"Ref": "Target"}},
                },
                "Waiting": {
                    "Type": "AWS::CloudWatch::Alarm",
                    "Properties": {"AlarmActions": [{"Ref": "Waking"}]},
                },
                "Monitor": {
                    "Type": "AWS::SageMaker::Pipeline",
                    "Properties": {
                        "PipelineName": f"{PROJECT}-prod-monitoring",
                        "RoleArn": {"Fn::GetAtt": ["Role", "Arn"]},
                        "PipelineDefinition": {"PipelineDefinitionBody": comparison()},
                    },
                },
                "RunFailed": {
                    "Type": "AWS::Events::Rule",
                    "Properties": {
                        "EventPattern": {
                            "source": ["aws.sagemaker"],
                            "detail": {"pipelineArn": [scored_by()]},
                        },
                        "Targets": [
                            {"Id": "Topic", "Arn": f"arn:aws:sns:{REGION}:{PROD}:alerts-of-a-team"}
                        ],
                    },
                },
                "Schedule": {
                    "Type": "AWS::Scheduler::Schedule",
                    "Properties": {
                        "Name": f"{PROJECT}-prod",
                        "Target": {"Arn": scored_by(), "RoleArn": {"Fn::GetAtt": ["Role", "Arn"]}},
                    },
                },
                "Pipeline": {
                    "Type": "AWS::SageMaker::Pipeline",
                    "Properties": {
                        "PipelineName": f"{PROJECT}-prod-inference",
                        "RoleArn": {"Fn::GetAtt": ["Role", "Arn"]},
                        "PipelineDefinition": {"PipelineDefinitionBody": body()},
                    },
                },
            },
        }
    )


def scored_by() -> Template:
    """The ARN of the inference pipeline, as the deploy app writes it."""
    place = "arn:${AWS::Partition}:sagemaker:${AWS::Region}:${AWS::AccountId}"
    return {"Fn::Sub": f"{place}:pipeline/{PROJECT}-prod-inference"}


def body(
    *,
    kind: str = "Processing",
    rest: str = "",
    network: str = '"EnableNetworkIsolation": true',
    model: str = '"${M}"',
    more: str = "",
    parameter: tuple[str, str] = ("Text", "plain"),
) -> Template:
    """The definition of an inference pipeline, as the deploy app writes it."""
    check = f'"RoleArn": "${{R}}", "NetworkConfig": {{{network}}}{rest}'
    text = (
        '{"Version": "2020-12-01", "Parameters": [{"Name": "Version", "DefaultValue": "${V}"},'
        f'{{"Name": "{parameter[0]}", "DefaultValue": "{parameter[1]}"}}],'
        f'"Steps": [{{"Name": "check", "Type": "{kind}", "Arguments": {{{check}}}}},'
        f'{{"Name": "score", "Type": "Transform", "Arguments": {{"ModelName": {model}}}}}{more}]}}'
    )
    values = {
        "V": VERSION,
        "R": {"Fn::GetAtt": ["Role", "Arn"]},
        "M": {"Fn::GetAtt": ["Model", "ModelName"]},
    }
    return {"Fn::Sub": [text, values]}


def comparison(image: str = IMAGE, archive: str = ARCHIVE, kind: str = "S3Prefix") -> Template:
    """The definition of a pipeline that runs a program out of the archive of a version."""
    step = {
        "Name": "Compare",
        "Type": "Processing",
        "Arguments": {
            "RoleArn": "${R}",
            "AppSpecification": {"ImageUri": image},
            "NetworkConfig": {"EnableNetworkIsolation": True},
            "ProcessingInputs": [
                {"InputName": "model", "S3Input": {"S3Uri": archive, "S3DataType": kind}}
            ],
        },
    }
    text = json.dumps({"Version": "2020-12-01", "Steps": [step]})
    return {"Fn::Sub": [text, {"R": {"Fn::GetAtt": ["Role", "Arn"]}}]}


def compared(**values: str) -> Callable[[Template], object]:
    body_of = {"PipelineDefinitionBody": comparison(**values)}
    return properties("Monitor", PipelineDefinition=body_of)


def step(kind: str, arguments: str = "") -> str:
    """A further step of a definition."""
    return f', {{"Name": "s", "Type": "{kind}", "Arguments": {{{arguments}}}}}'


def zipped(**files: bytes) -> bytes:
    """A zip of files by name."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return content.getvalue()


def assembly(**more: bytes) -> bytes:
    """What synthesis of a good deploy app makes, and more."""
    text = json.dumps(good()).encode()
    return zipped(**{file_of(stage): text for stage in STAGES}, **more)


@dataclass(frozen=True)
class Row:
    """What an attacker does, and the rule that refuses it."""

    what: str
    rule: str
    change: Callable[[Template], object]


def properties(name: str, **values: Any) -> Callable[[Template], object]:
    return lambda t: t["Resources"][name]["Properties"].update(values)


def resource(kind: str, **values: Any) -> Callable[[Template], object]:
    return lambda t: t["Resources"].update(Bad={"Type": kind, "Properties": values})


def component(
    of_it: Template | None = None, *, isolated: bool = True, **specification: Any
) -> Callable[[Template], object]:
    """A component with the model of the template on isolated machines, but for what is given."""
    own = {
        "InferenceComponentName": f"{PROJECT}-prod",
        "EndpointName": {"Fn::GetAtt": ["Endpoint", "EndpointName"]},
        "Specification": {
            "ModelName": {"Fn::GetAtt": ["Model", "ModelName"]},
            "ComputeResourceRequirements": {"MinMemoryRequiredInMb": 1024},
            **specification,
        },
    }
    made = {"Type": "AWS::SageMaker::InferenceComponent", "Properties": {**own, **(of_it or {})}}

    def change(template: Template) -> None:
        template["Resources"]["Component"] = made
        properties("Configuration", EnableNetworkIsolation=isolated)(template)

    return change


def topic(**values: Any) -> Callable[[Template], object]:
    name = f"sagemaker-{PROJECT_ID}-prod-done"
    key = {"Type": "AWS::KMS::Key", "Properties": {}}
    own = {"TopicName": name, "KmsMasterKeyId": {"Fn::GetAtt": ["Key", "Arn"]}}
    made = {"Type": "AWS::SNS::Topic", "Properties": {**own, **values}}
    return lambda t: t["Resources"].update(Key=key, Topic=made)


def hearing(target: str = "", pattern: Any = None, **more: Any) -> Callable[[Template], object]:
    """A rule of EventBridge that is the project's, but for what is given."""
    own = {"detail": {"pipelineArn": [scored_by()]}}
    arn = target or f"arn:aws:sns:{REGION}:{DEV}:sagemaker-{PROJECT}"
    told = [{"Id": "Topic", "Arn": arn}]
    rule: Template = {"EventPattern": own if pattern is None else pattern, "Targets": told, **more}
    return resource("AWS::Events::Rule", **rule)


def scheduled(target: str, **more: Any) -> Callable[[Template], object]:
    given = {"Arn": target, "RoleArn": {"Fn::GetAtt": ["Role", "Arn"]}, **more}
    return resource("AWS::Scheduler::Schedule", Name=f"{PROJECT}-prod", Target=given)


def processing(arguments: str) -> Callable[[Template], object]:
    """A step of a pipeline that is as it must be, but for what is given."""
    isolated = '"NetworkConfig": {"EnableNetworkIsolation": true}'
    return definition(more=step("Processing", f"{isolated}, {arguments}"))


def pieces(*values: str) -> str:
    """A text of a definition that SageMaker joins when a run starts."""
    return json.dumps({"Std:Join": {"On": "", "Values": values}})


def trusted(**statement: Any) -> Callable[[Template], object]:
    allowed = {"Effect": "Allow", "Action": "sts:AssumeRole", **statement}
    return properties("Role", AssumeRolePolicyDocument={"Statement": [allowed]})


def bucket_policy(**statement: Any) -> Callable[[Template], object]:
    allowed = {"Effect": "Allow", "Action": "s3:GetObject", **statement}
    return properties("BucketPolicy", PolicyDocument={"Statement": [allowed]})


def parameter(**values: Any) -> Callable[[Template], object]:
    return lambda t: t["Parameters"].update(Bad=values)


def definition(**values: Any) -> Callable[[Template], object]:
    return properties("Pipeline", PipelineDefinition={"PipelineDefinitionBody": body(**values)})


def without_isolation(template: Template) -> None:
    """The model of a serverless endpoint, which the platform may allow; batches score in no VPC."""
    properties("Model", EnableNetworkIsolation=False)(template)
    variant = {"ModelName": {"Fn::GetAtt": ["Model", "ModelName"]}, "ServerlessConfig": {}}
    properties("Configuration", ProductionVariants=[variant])(template)


def chosen(value: Any) -> Template:
    """What CloudFormation takes for the value, whatever stands there."""
    return {"Fn::If": ["C", value, {"Ref": "AWS::NoValue"}]}


def selected(value: Any) -> Template:
    """The same, by a map that says which of one it is."""
    return {"Fn::Select": [{"Fn::FindInMap": ["M", "a", "b"]}, [value]]}


EVERYBODY: Template = {"Effect": "Allow", "Action": "s3:GetObject", "Principal": "*"}
ROWS = (
    Row("a macro rewrites the template", "sections", lambda t: t.update(Transform="AWS::Include")),
    Row("hooks run code", "sections", lambda t: t.update(Hooks={"h": {}})),
    Row(
        "an export takes a name of the account",
        "sections",
        lambda t: t.update(Outputs={"O": {"Value": "1", "Export": {"Name": "VpcId"}}}),
    ),
    Row("a loop makes resources", "shapes", lambda t: t["Resources"].update({"L": ["x", [], {}]})),
    Row(
        "a condition hides all properties",
        "shapes",
        lambda t: t["Resources"].update(
            Bad={"Type": "AWS::KMS::Key", "Properties": {"Fn::If": ["C", {}, {}]}}
        ),
    ),
    Row(
        "an import reads another stack",
        "functions",
        properties("Bucket", Tags=[{"Fn::ImportValue": "Secret"}]),
    ),
    *(
        Row(f"{what}, {how}", "functions", properties(name, **{key: hidden(value)}))
        for how, hidden in (("chosen by a condition", chosen), ("selected by a map", selected))
        for what, name, key, value in (
            ("a policy", "BucketPolicy", "PolicyDocument", {"Statement": [EVERYBODY]}),
            ("captured requests", "Configuration", "DataCaptureConfig", {"S3Uri": "s3://evil"}),
            ("variants", "Configuration", "ProductionVariants", [{"ModelName": "fraud"}]),
            ("an address", "Monitor", "DataQualityJobInput", "s3://evil/x"),
        )
    ),
    Row(
        "a statement, chosen by a condition",
        "functions",
        properties("BucketPolicy", PolicyDocument={"Statement": [chosen(EVERYBODY)]}),
    ),
    Row(
        "an address in pieces of what the map says",
        "functions",
        properties("Monitor", Uri={"Fn::Select": [0, {"Fn::Split": [",", "s3://evil,x"]}]}),
    ),
    Row(
        "a secret between two subnets",
        "dynamic-references",
        properties("Bucket", Tags=[{"Fn::Join": ["{{resolve:ssm:/x}}", {"Ref": "Subnets"}]}]),
    ),
    Row(
        "a secret that a condition chooses",
        "dynamic-references",
        properties("Bucket", Tags=[chosen("{{resolve:ssm:/x}}")]),
    ),
    Row(
        "a secret is read while it deploys",
        "dynamic-references",
        properties("Bucket", Tags=["{{resolve:secretsmanager:prod}}"]),
    ),
    Row(
        "the same, in pieces",
        "dynamic-references",
        properties("Bucket", Tags=[{"Fn::Join": ["", ["{{res", "olve:ssm:/x}}"]]}]),
    ),
    Row("a custom resource runs code", "types", resource("Custom::Admin", Token="x")),
    Row("a nested stack hides templates", "types", resource("AWS::CloudFormation::Stack")),
    Row("a function runs code", "types", resource("AWS::Lambda::Function")),
    Row("a user gets a key", "types", resource("AWS::IAM::AccessKey")),
    Row("a policy is attached inline", "types", resource("AWS::IAM::Policy", Roles=[])),
    Row("a parameter without a value", "parameters", parameter(Type="String")),
    Row(
        "a parameter of somebody else",
        "parameters",
        parameter(Type="AWS::SSM::Parameter::Value<String>", Default="/other/secret"),
    ),
    Row(
        "the endpoint of another project",
        "names",
        properties("Endpoint", EndpointName="fraud-p-zzz-prod"),
    ),
    Row(
        "a project whose id begins with this one's",
        "names",
        properties("Endpoint", EndpointName=f"{PROJECT}d-prod"),
    ),
    Row(
        "a name that only the deployment knows",
        "names",
        properties("Endpoint", EndpointName={"Fn::Sub": "${Subnets}-prod"}),
    ),
    Row(
        "another endpoint is scaled to nothing",
        "names",
        properties("Target", ResourceId="endpoint/fraud-p-zzz-prod/variant/AllTraffic"),
    ),
    Row(
        "a bucket of another project",
        "names",
        lambda t: t["Resources"].update(
            Bad={
                "Type": "AWS::S3::Bucket",
                "Properties": {"BucketName": f"sagemaker-p-zzz-prod-{PROD}"},
            }
        ),
    ),
    Row(
        "a role of the platform",
        "role-names",
        properties("Role", RoleName="prod-mlops-infra-LeadDataScientistRole-1"),
    ),
    Row(
        "a role that CloudFormation names", "role-names", properties("Role", RoleName={"Ref": "X"})
    ),
    Row(
        "a role of another stage",
        "role-names",
        properties("Role", RoleName=f"sagemaker-{PROJECT_ID}-dev-x"),
    ),
    Row("a role below a path", "role-names", properties("Role", Path="/service-role/")),
    Row(
        "a model of another project is served",
        "references",
        properties("Configuration", ProductionVariants=[{"ModelName": "fraud"}]),
    ),
    Row(
        "answers are told to another project",
        "references",
        properties(
            "Configuration",
            AsyncInferenceConfig={
                "OutputConfig": {"NotificationConfig": {"SuccessTopic": OF_OTHERS}}
            },
        ),
    ),
    Row(
        "an alarm stops a machine",
        "alarm-actions",
        resource(
            "AWS::CloudWatch::Alarm",
            AlarmActions=[
                f"arn:aws:swf:{REGION}:{PROD}:action/actions/AWS_EC2.InstanceId.Stop/1.0"
            ],
        ),
    ),
    Row(
        "a topic sends answers to a web server",
        "topics",
        topic(Subscription=[{"Protocol": "https", "Endpoint": "https://evil.example"}]),
    ),
    Row("a topic that anybody reads", "topics", topic(KmsMasterKeyId="alias/aws/sns")),
    *(
        Row(f"all archives, by {name}", "archives", compared(archive=uri))
        for name, uri in {
            "the folder": f"{ARCHIVES}/",
            "what it begins with": ARCHIVES,
            "less of it": ARCHIVES[:-4],
            "their bucket": ARCHIVES.rpartition("/")[0],
            "their bucket, with a slash": f"{ARCHIVES.rpartition('/')[0]}/",
            "capital letters": ARCHIVES.replace("registered", "REGISTERED").upper(),
            "what the training has left": ARCHIVE.replace("registered", "models"),
            "scripts of no hash": f"{ARCHIVES.rpartition('/')[0]}/sources/",
        }.items()
    ),
    Row(
        "a list of addresses in the stage's bucket",
        "pipelines",
        compared(kind="ManifestFile", archive=f"s3://sagemaker-{PROJECT_ID}-prod-{PROD}/list"),
    ),
    Row(
        "an archive that whoever starts a run may replace",
        "pipelines",
        properties(
            "Pipeline",
            PipelineDefinition={
                "PipelineDefinitionBody": body(parameter=("Model", ARCHIVE)),
            },
        ),
    ),
    *(
        Row(f"a bucket by {name}", "buckets", compared(archive=uri))
        for name, uri in {
            "its host": f"https://evil.s3.{REGION}.amazonaws.com/x",
            "its path": f"https://s3.{REGION}.amazonaws.com/evil/x",
            "no name of AWS": "HTTPS://evil/x",
        }.items()
    ),
    Row(
        "a bucket tells somebody else's topic",
        "copies",
        properties(
            "Bucket",
            NotificationConfiguration={
                "TopicConfigurations": [{"Event": "s3:ObjectCreated:*", "Topic": OF_OTHERS}]
            },
        ),
    ),
    Row(
        "a topic that a parameter names",
        "alarm-actions",
        lambda template: (
            parameter(Type="AWS::SSM::Parameter::Value<String>", Default="/vpc/id")(template),
            properties("Waiting", AlarmActions=[{"Ref": "Bad"}])(template),
        ),
    ),
    Row(
        "answers are written elsewhere",
        "buckets",
        properties(
            "Configuration", AsyncInferenceConfig={"OutputConfig": {"S3OutputPath": "s3://evil/x"}}
        ),
    ),
    Row("a container runs as the lead", "roles", properties("Model", ExecutionRoleArn=LEAD)),
    Row(
        "the same role, from pieces",
        "roles",
        properties(
            "Model",
            ExecutionRoleArn={"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:role/${Plain}"},
        ),
    ),
    Row(
        "a foreign topic is told",
        "accounts",
        resource("AWS::CloudWatch::Alarm", AlarmActions=[f"arn:aws:sns:{REGION}:{FOREIGN}:t"]),
    ),
    Row(
        "an alarm scales what it does not say",
        "alarm-actions",
        resource(
            "AWS::CloudWatch::Alarm",
            AlarmActions=[
                f"arn:aws:autoscaling:{REGION}:{PROD}:scalingPolicy:0f1e:resource/sagemaker/"
                "endpoint/fraud-p-zzz-prod/variant/AllTraffic:policyName/x"
            ],
        ),
    ),
    Row(
        "a policy scales the endpoint of another project",
        "names",
        properties("Waking", ResourceId="endpoint/fraud-p-zzz-prod/variant/AllTraffic"),
    ),
    Row(
        "the same, by the id of the target",
        "names",
        properties(
            "Waking",
            ScalingTargetId="endpoint/fraud-p-zzz-prod/variant/AllTraffic|"
            "sagemaker:variant:DesiredInstanceCount|sagemaker",
        ),
    ),
    Row(
        "another project is told by an alarm",
        "alarm-actions",
        resource("AWS::CloudWatch::Alarm", AlarmActions=[OF_OTHERS]),
    ),
    *(
        Row(f"events go to {what}", "targets", hearing(f"arn:aws:{arn}"))
        for what, arn in (
            ("the people of another project", f"sns:{REGION}:{DEV}:sagemaker-fraud-p-zzz"),
            (
                "another project's topic in this stage",
                f"sns:{REGION}:{PROD}:sagemaker-p-zzz-prod-x",
            ),
            (
                "another project's pipeline",
                f"codepipeline:{REGION}:{DEV}:sagemaker-fraud-p-zzz-deploy",
            ),
            ("a function of the gate", f"lambda:{REGION}:{DEV}:function:mlops-bu-gate-seal-euw1"),
            ("a build", f"codebuild:{REGION}:{DEV}:project/sagemaker-{PROJECT}-synth"),
            ("the bus of dev", f"events:{REGION}:{DEV}:event-bus/default"),
            ("a web server", f"events:{REGION}:{PROD}:api-destination/loot/1"),
            ("a queue", f"sqs:{REGION}:{PROD}:loot"),
            ("a machine", f"ssm:{REGION}:{PROD}:document/AWS-RunShellScript"),
            ("a log group", f"logs:{REGION}:{PROD}:log-group:loot"),
        )
    ),
    Row(
        "events that are lost go to a queue",
        "targets",
        hearing(Targets=[{"DeadLetterConfig": {"Arn": f"arn:aws:sqs:{REGION}:{PROD}:loot"}}]),
    ),
    *(
        Row(f"a schedule {what}", "targets", scheduled(f"arn:aws:{arn}", **more))
        for what, arn, more in (
            (
                "runs an image that no rule has read",
                "scheduler:::aws-sdk:sagemaker:createProcessingJob",
                {"Input": f'{{"ImageUri": "{DEV}.dkr.ecr.{REGION}.amazonaws.com/x:latest"}}'},
            ),
            ("mails data", "scheduler:::aws-sdk:sns:publish", {"Input": "{}"}),
            ("forges an event", "scheduler:::aws-sdk:eventbridge:putEvents", {}),
            (
                "starts another project's pipeline",
                f"sagemaker:{REGION}:{PROD}:pipeline/fraud-p-zzz-prod-inference",
                {},
            ),
            ("trains in dev", f"sagemaker:{REGION}:{DEV}:pipeline/{PROJECT}", {}),
        )
    ),
    *(
        Row(f"a rule sees {what}", "events", hearing(pattern=pattern))
        for what, pattern in (
            (
                "all but its own",
                {"detail": {"pipelineArn": [{"anything-but": [scored_by()]}]}},
            ),
            ("every event of the account", {"source": [{"prefix": ""}]}),
            ("the jobs of all projects", {"source": ["aws.sagemaker"], "detail-type": ["Job"]}),
            ("its own or everything", {"detail": {"x": [PROJECT_ID, {"exists": True}]}}),
            ("one of two", {"$or": [{"detail": {"x": [PROJECT_ID]}}, {"source": ["aws.s3"]}]}),
            ("a project with a longer id", {"detail": {"x": [f"{PROJECT_ID}9"]}}),
            ("what a text says", json.dumps({"detail": {"x": [PROJECT_ID]}})),
        )
    ),
    Row("a rule hears another bus", "events", hearing(EventBusName="partners")),
    Row(
        "a foreign account from a map",
        "accounts",
        resource(
            "AWS::CloudWatch::Alarm",
            AlarmActions=[
                {"Fn::Join": ["", ["arn:aws:sns:x:", {"Fn::FindInMap": ["M", "a", "b"]}, ":t"]]}
            ],
        ),
    ),
    Row(
        "prod names preprod's account",
        "accounts",
        resource("AWS::CloudWatch::Alarm", AlarmActions=[f"arn:aws:sns:{REGION}:{PREPROD}:t"]),
    ),
    Row(
        "requests are captured elsewhere",
        "buckets",
        properties("Configuration", DataCaptureConfig={"DestinationS3Uri": "s3://evil/x"}),
    ),
    Row(
        "a bucket that looks like the project's",
        "buckets",
        properties(
            "Configuration",
            DataCaptureConfig={"DestinationS3Uri": f"s3://sagemaker-{PROJECT_ID}-prod-{FOREIGN}/"},
        ),
    ),
    Row("data is replicated", "copies", properties("Bucket", ReplicationConfiguration={})),
    Row(
        "access logs go elsewhere",
        "copies",
        properties("Bucket", LoggingConfiguration={"DestinationBucketName": "evil"}),
    ),
    Row("a bucket that anybody lists", "copies", properties("Bucket", AccessControl="PublicRead")),
    Row(
        "a bucket that could be opened to everybody",
        "copies",
        properties("Bucket", PublicAccessBlockConfiguration={"BlockPublicAcls": True}),
    ),
    Row(
        "a role without a boundary",
        "boundary",
        lambda t: t["Resources"]["Role"]["Properties"].pop("PermissionsBoundary"),
    ),
    Row(
        "a boundary of the attacker's",
        "boundary",
        properties("Role", PermissionsBoundary={"Ref": "Plain"}),
    ),
    Row(
        "a boundary that is a piece of the platform's",
        "boundary",
        properties(
            "Role",
            PermissionsBoundary={"Fn::Select": [0, {"Fn::Split": ["-x", {"Ref": "Boundary"}]}]},
        ),
    ),
    Row(
        "a boundary that is a parameter of the project",
        "boundary",
        lambda t: t["Parameters"]["Boundary"].update(Default=f"/mlops/{PROJECT_NAME}/mine"),
    ),
    Row("everybody takes the role", "trust", trusted(Principal={"AWS": "*"})),
    Row(
        "a service that tags sessions",
        "trust",
        trusted(
            Principal={"Service": "sagemaker.amazonaws.com"},
            Action=["sts:AssumeRole", "sts:TagSession"],
        ),
    ),
    Row(
        "a test that names its session as another's",
        "trust",
        trusted(
            Principal={"AWS": f"arn:aws:iam::{DEV}:role/sagemaker-{PROJECT_ID}-test-prod"},
            Action=["sts:AssumeRole", "sts:SetSourceIdentity"],
        ),
    ),
    Row("everybody, in short", "trust", trusted(Principal="*")),
    Row(
        "whoever is in dev takes the role",
        "trust",
        trusted(Principal={"AWS": f"arn:aws:iam::{DEV}:root"}),
    ),
    Row(
        "what tests another stage takes the role",
        "trust",
        trusted(Principal={"AWS": f"arn:aws:iam::{DEV}:role/sagemaker-{PROJECT_ID}-test-dev"}),
    ),
    Row(
        "a condition that is none",
        "trust",
        trusted(
            Principal={"AWS": f"arn:aws:iam::{DEV}:root"},
            Condition={"ArnLike": {"aws:PrincipalArn": "*"}},
        ),
    ),
    Row(
        "a service that runs the attacker's code",
        "trust",
        trusted(Principal={"Service": "ec2.amazonaws.com"}),
    ),
    Row("everybody but one", "trust", trusted(NotPrincipal={"AWS": "x"})),
    Row("a lead gets the policy", "attachments", properties("Policy", Roles=["Lead"])),
    Row("a user gets the policy", "attachments", properties("Policy", Users=["u"])),
    Row(
        "a policy of AWS",
        "attached",
        properties("Role", ManagedPolicyArns=["arn:aws:iam::aws:policy/AdministratorAccess"]),
    ),
    Row("the bucket is public", "resource-policies", bucket_policy(Principal="*")),
    Row(
        "dev reads the data of prod",
        "resource-policies",
        bucket_policy(Principal={"AWS": f"arn:aws:iam::{DEV}:role/x"}),
    ),
    Row(
        "a distribution of anybody reads the bucket",
        "resource-policies",
        bucket_policy(Principal={"Service": "cloudfront.amazonaws.com"}),
    ),
    Row(
        "a service works for any account that it names itself",
        "resource-policies",
        bucket_policy(
            Principal={"Service": "cloudfront.amazonaws.com"},
            Condition={"StringEqualsIfExists": {"aws:SourceAccount": PROD}},
        ),
    ),
    Row(
        "the policy of a bucket is a text",
        "resource-policies",
        properties("BucketPolicy", PolicyDocument=json.dumps({"Statement": [EVERYBODY]})),
    ),
    Row(
        "the policy of a key is a text of pieces that only the deployment knows",
        "resource-policies",
        resource("AWS::KMS::Key", KeyPolicy={"Fn::Sub": '{"Statement": ${Subnets}}'}),
    ),
    Row(
        "a policy on another bucket",
        "resource-policies",
        properties("BucketPolicy", Bucket="mlops-project-logs"),
    ),
    Row(
        "a version that nobody chose, in a policy",
        "versions",
        properties("Policy", PolicyDocument={"Statement": [{"Resource": OTHER_VERSION}]}),
    ),
    Row(
        "code from elsewhere in the container",
        "models",
        properties(
            "Model",
            Containers=[
                {"ModelPackageName": VERSION, "Environment": {"SAGEMAKER_PROGRAM": "evil.py"}}
            ],
        ),
    ),
    Row(
        "a container besides",
        "models",
        properties(
            "Model", PrimaryContainer={"ModelDataUrl": f"s3://mlops-{PROJECT_ID}-artifacts-{DEV}/x"}
        ),
    ),
    Row(
        "a shadow that copies requests to a model of somebody else",
        "references",
        properties("Configuration", ShadowProductionVariants=[{"ModelName": "fraud-p-zzz"}]),
    ),
    Row(
        "a shadow that copies requests to another version",
        "versions",
        resource(
            "AWS::SageMaker::Model",
            EnableNetworkIsolation=True,
            Containers=[{"ModelPackageName": OTHER_VERSION}],
        ),
    ),
    Row(
        "a component with an image and an archive of its own",
        "components",
        component(Container={"ArtifactUrl": ARCHIVE, "Image": IMAGE}),
    ),
    Row(
        "a component that puts an adapter into another one",
        "components",
        component(BaseInferenceComponentName="fraud-p-zzz-prod"),
    ),
    Row(
        "a component with a container for each instance type",
        "components",
        component(
            {"Specifications": [{"InstanceType": "ml.m5.large", "Container": {"Image": IMAGE}}]}
        ),
    ),
    Row(
        "a component on the machines of another project",
        "references",
        component({"EndpointName": "fraud-p-zzz-prod"}),
    ),
    Row(
        "a component with the model of another project",
        "references",
        component(ModelName="fraud-p-zzz"),
    ),
    Row(
        "a component named as another project's",
        "names",
        component({"InferenceComponentName": "fraud-p-zzz-prod"}),
    ),
    Row("a component on machines with a network", "isolation", component(isolated=False)),
    Row(
        "machines with a network for components that come later",
        "isolation",
        properties("Configuration", ProductionVariants=[{"InstanceType": "ml.m5.large"}]),
    ),
    Row(
        "machines for components that run as somebody else",
        "roles",
        properties("Configuration", ExecutionRoleArn=LEAD),
    ),
    Row(
        "another project's component that is scaled",
        "names",
        properties("Target", ResourceId="inference-component/fraud-p-zzz-prod"),
    ),
    Row("a model with a network", "isolation", properties("Model", EnableNetworkIsolation=False)),
    Row(
        "a monitoring job with a network",
        "networks",
        resource(
            "AWS::SageMaker::DataQualityJobDefinition",
            JobResources={},
            NetworkConfig={"EnableNetworkIsolation": False},
        ),
    ),
    Row(
        "a schedule with a job of its own in another network",
        "networks",
        resource(
            "AWS::SageMaker::MonitoringSchedule",
            MonitoringScheduleConfig={
                "MonitoringJobDefinition": {
                    "MonitoringResources": {},
                    "NetworkConfig": {"VpcConfig": {"Subnets": ["subnet-1"]}},
                }
            },
        ),
    ),
    Row("a job with a network", "networks", definition(network='"X": 1')),
    Row(
        "a step whose start says whether it has a network",
        "networks",
        definition(network='"EnableNetworkIsolation": {"Get": "Parameters.Version"}'),
    ),
    Row("a step that has no network config", "networks", definition(more=step("Processing"))),
    Row(
        "a step that runs a function and gives it nothing",
        "pipelines",
        definition(more=', {"Name": "s", "Type": "Lambda", "FunctionArn": "f"}'),
    ),
    Row(
        "a function in the branch of a condition",
        "pipelines",
        definition(more=step("Condition", '"ElseSteps": [{"Type": "Lambda"}]')),
    ),
    Row("a model of another project scores", "pipelines", definition(model='"fraud-p-zzz"')),
    Row(
        "a model that whoever starts a run names",
        "pipelines",
        definition(model='{"Get": "Parameters.Version"}'),
    ),
    Row("a model whose name is only a part", "pipelines", definition(model='"${M}-x"')),
    Row("a resource of the template that is no model", "pipelines", definition(model='"${R}"')),
    Row(
        "another model that scores in a branch",
        "pipelines",
        definition(
            more=step(
                "Condition",
                '"IfSteps": [{"Type": "Transform", "Arguments": {"ModelName": "fraud-p-zzz"}}]',
            )
        ),
    ),
    Row("a model with a network scores", "pipelines", without_isolation),
    Row(
        "a step that makes a model of its own",
        "pipelines",
        definition(more=step("Model", f'"Containers": [{{"ModelPackageName": "{VERSION}"}}]')),
    ),
    Row(
        "another version in the pipeline", "pipelines", definition(rest=f', "X": "{OTHER_VERSION}"')
    ),
    Row("a step that runs a function", "pipelines", definition(kind="Lambda")),
    Row(
        "a key of another account, its letters written otherwise",
        "accounts",
        definition(rest=', "K": "\\u0061rn:aws:kms:eu-west-1:666666666666:key/1"'),
    ),
    Row(
        "a bucket of somebody else, its slashes written otherwise",
        "buckets",
        definition(rest=', "U": "s3:\\/\\/loot-of-somebody\\/x"'),
    ),
    Row(
        "results go to a bucket in pieces",
        "buckets",
        processing(f'"S3Output": {{"S3Uri": {pieces("s3:", "//loot/x")}}}'),
    ),
    Row(
        "a foreign key in pieces",
        "accounts",
        processing(f'"KmsKeyId": {pieces("arn:aws:kms:eu-west-1:", f"{FOREIGN}:key/1")}'),
    ),
    Row(
        "the archive of another version in pieces",
        "archives",
        processing(f'"S3Input": {{"S3Uri": {pieces(ARCHIVES, "/", "2" * 64, "/model.tar.gz")}}}'),
    ),
    Row(
        "an image in pieces",
        "images",
        processing(f'"ImageUri": {pieces(FOREIGN, ".dkr.ecr.eu-west-1.amazonaws.com/x")}'),
    ),
    Row(
        "an image that whoever starts a run names",
        "pipelines",
        processing('"ImageUri": {"Get": "Parameters.Version"}'),
    ),
    Row(
        "an image that a job has written down",
        "images",
        processing('"ImageUri": {"Std:JsonGet": {"PropertyFile": "x", "Path": "image"}}'),
    ),
    Row(
        "a role that whoever starts a run names",
        "pipelines",
        processing('"RoleArn": {"Get": "Parameters.Version"}'),
    ),
    Row(
        "a definition that nobody can read",
        "pipelines",
        properties("Pipeline", PipelineDefinition={"PipelineDefinitionS3Location": {}}),
    ),
    Row(
        "an image of somebody else",
        "images",
        compared(image=f"{FOREIGN}.dkr.ecr.{REGION}.amazonaws.com/x"),
    ),
    Row(
        "the project's image by a tag",
        "images",
        compared(image=f"{DEV}.dkr.ecr.{REGION}.amazonaws.com/sagemaker-{PROJECT_ID}:latest"),
    ),
    Row(
        "the program and the baseline of a version that nobody has approved",
        "archives",
        compared(archive=f"{ARCHIVES}/{'2' * 64}/model.tar.gz"),
    ),
    Row("every archive there is", "archives", compared(archive=f"{ARCHIVES}/")),
)
