"""What a project gets, as the template of its product says."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from launched_projects import (
    DEV,
    PREPROD,
    PROD,
    PRODUCTS,
    PROJECT,
    PROJECT_ID,
    PROJECT_NAME,
    PROPS,
    REGION,
    STAGES,
    SUBNETS,
    LaunchedProject,
    launched,
    longest,
    product,
    template,
    with_prefix,
)
from policy_evaluation import Request, allows

from cdk_service_catalog.project.definition import DeployTrigger
from mlops_commons.builds import TRUST
from mlops_commons.iam.evaluation import conditions_hold

pytestmark = pytest.mark.pure

SLUGS = [found.slug for found in PRODUCTS]
TRAINING = f"arn:aws:sagemaker:{REGION}:{DEV}:pipeline/{PROJECT}"
LIMITS = {
    ("AWS::S3::Bucket", "BucketName"): (63, r"[a-z0-9][a-z0-9-]+[a-z0-9]"),
    ("AWS::IAM::Role", "RoleName"): (64, r"[\w+=,.@-]+"),
    ("AWS::IAM::ManagedPolicy", "ManagedPolicyName"): (128, r"[\w+=,.@-]+"),
    ("AWS::CodeCommit::Repository", "RepositoryName"): (100, r"[\w.-]+"),
    ("AWS::CodeBuild::Project", "Name"): (150, r"[A-Za-z0-9][\w-]+"),
    ("AWS::CodePipeline::Pipeline", "Name"): (100, r"[A-Za-z0-9.@_-]+"),
    ("AWS::Events::Rule", "Name"): (64, r"[.\w-]+"),
    ("AWS::SNS::Topic", "TopicName"): (256, r"[\w-]+"),
    ("AWS::SageMaker::ModelPackageGroup", "ModelPackageGroupName"): (
        63,
        r"[a-zA-Z0-9](-*[a-zA-Z0-9])*",
    ),
    ("AWS::ECR::Repository", "RepositoryName"): (256, r"[a-z0-9]+([._-][a-z0-9]+)*"),
    ("AWS::SSM::Parameter", "Name"): (1011, r"(/[\w.-]+)+"),
    ("AWS::Logs::LogGroup", "LogGroupName"): (512, r"[\w/.#-]+"),
}


def pipeline(slug: str, end: str) -> dict[str, Any]:
    (found,) = [
        p for p in launched(slug).of_type("AWS::CodePipeline::Pipeline") if p["Name"].endswith(end)
    ]
    return found


def actions(slug: str, end: str) -> dict[str, list[str]]:
    return {
        stage["Name"]: [
            action["Name"] for action in sorted(stage["Actions"], key=lambda a: a["RunOrder"])
        ]
        for stage in pipeline(slug, end)["Stages"]
    }


@pytest.mark.parametrize("slug", SLUGS)
def test_a_person_types_a_name_only(slug: str) -> None:
    parameters = template(product(slug).definition)["Parameters"]
    without = [name for name, entry in parameters.items() if "Default" not in entry]
    assert without == ["SageMakerProjectName", "SageMakerProjectId"]  # Studio fills in the id
    assert parameters["PreProdAccount"]["Default"] == PREPROD
    assert parameters["ProdAccount"]["Default"] == PROD


@pytest.mark.parametrize("slug", SLUGS)
def test_a_project_delivers_to_the_configured_accounts_only(slug: str) -> None:
    """Finding 4 of the review: any other account could read models, source code and data."""
    parameters = template(product(slug).definition)["Parameters"]
    assert parameters["PreProdAccount"]["AllowedValues"] == [PREPROD]
    assert parameters["ProdAccount"]["AllowedValues"] == [PROD]


@pytest.mark.parametrize("slug", SLUGS)
def test_every_default_fits_its_own_pattern(slug: str) -> None:
    for name, entry in template(product(slug).definition)["Parameters"].items():
        if "Default" in entry and "AllowedPattern" in entry:
            assert re.fullmatch(entry["AllowedPattern"], entry["Default"]), name
        assert len(entry["Description"]) > 10


@pytest.mark.parametrize(
    ("parameter", "value", "fits"),
    [
        ("SageMakerProjectName", "churn-model", True),
        ("SageMakerProjectName", "a" * 32, True),
        ("SageMakerProjectName", "Churn", False),
        ("SageMakerProjectName", "churn_model", False),
        ("SageMakerProjectName", "-churn", False),
        ("SageMakerProjectName", "churn-", False),
        ("SageMakerProjectName", "role", False),
        ("SageMakerProjectName", "boundary", False),
        ("SageMakerProjectName", "role-mining", True),
        ("SageMakerProjectName", "churn-p-abcd", False),
        ("SageMakerProjectName", "p-abcd", False),
        ("SageMakerProjectName", "map-churn", True),
        ("SageMakerProjectId", "p-abcdefghijkl", True),
        ("SageMakerProjectId", "P-ABC", False),
    ],
)
def test_a_parameter_takes_what_names_can_be_made_of(
    parameter: str, value: str, fits: bool
) -> None:
    entry = template(product("basic").definition)["Parameters"][parameter]
    assert bool(re.fullmatch(entry["AllowedPattern"], value)) == fits
    assert entry["ConstraintDescription"]


@pytest.mark.parametrize("slug", SLUGS)
def test_every_parameter_has_a_label_and_a_group(slug: str) -> None:
    content = template(product(slug).definition)
    interface = content["Metadata"]["AWS::CloudFormation::Interface"]
    grouped = [name for group in interface["ParameterGroups"] for name in group["Parameters"]]
    assert sorted(grouped) == sorted(content["Parameters"]) == sorted(interface["ParameterLabels"])


@pytest.mark.parametrize("slug", SLUGS)
def test_the_longest_project_has_names_within_every_limit(slug: str) -> None:
    project = LaunchedProject(product(slug).definition, longest())
    seen = 0
    for resource in project.resources.values():
        for (kind, name), (maximum, pattern) in LIMITS.items():
            if resource["Type"] == kind:
                value = resource["Properties"][name]
                seen += 1
                assert len(value) <= maximum, value
                assert re.fullmatch(pattern, value), value
    assert seen > 25


def test_a_long_prefix_is_shortened_in_bucket_names() -> None:
    resources = template(product("basic").definition, with_prefix("Platform-" * 6))["Resources"]
    name = resources["ArtifactBucket"]["Properties"]["BucketName"]["Fn::Sub"]
    prefix = name.split("-${SageMakerProjectId}")[0]
    assert prefix == prefix.lower()
    assert len(prefix) <= 22


@pytest.mark.parametrize("slug", SLUGS)
def test_everything_that_people_work_on_begins_with_sagemaker(slug: str) -> None:
    project = launched(slug)
    kinds = ("AWS::CodeCommit::Repository", "AWS::ECR::Repository")
    names = [p["RepositoryName"] for kind in kinds for p in project.of_type(kind)]
    names += [p["Name"] for p in project.of_type("AWS::CodePipeline::Pipeline")]
    assert all(name.startswith("sagemaker-") for name in names)
    assert all(b["BucketName"].startswith("mlops-") for b in project.of_type("AWS::S3::Bucket"))


@pytest.mark.parametrize("slug", SLUGS)
def test_what_holds_data_is_retained_and_encrypted_with_the_projects_keys(slug: str) -> None:
    project = launched(slug)
    for name, resource in project.resources.items():
        if resource["Type"] in ("AWS::S3::Bucket", "AWS::KMS::Key", "AWS::CodeCommit::Repository"):
            assert resource["DeletionPolicy"] == "RetainExceptOnCreate", name
    for bucket in project.of_type("AWS::S3::Bucket"):
        (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        assert rule["ServerSideEncryptionByDefault"]["KMSMasterKeyID"].startswith("arn:aws:kms")
    for key in project.of_type("AWS::KMS::Key"):
        assert key["EnableKeyRotation"] is True
    assert project.resources["ModelPackageGroup"]["DeletionPolicy"] == "RetainExceptOnCreate"


@pytest.mark.parametrize("slug", SLUGS)
def test_the_build_pipeline_trains_and_builds_images_where_the_product_has_them(slug: str) -> None:
    images = ["BuildImage"] if product(slug).definition.image_repository else []
    assert actions(slug, "-build") == {"Source": ["Source"], "Build": [*images, "RunPipeline"]}


@pytest.mark.parametrize("slug", SLUGS)
def test_the_deploy_pipeline_goes_to_prod_with_approvals_and_tests(slug: str) -> None:
    assert actions(slug, "-deploy") == {
        "Source": ["Source"],
        "Choose": ["Choose"],
        "Synth": ["Synth", "Verify"],
        "Deploy-dev": ["Prepare-dev", "Deploy-dev", "Test-dev"],
        "Deploy-preprod": [
            *("Prepare-preprod", "Approve-preprod", "Deploy-preprod", "Test-preprod")
        ],
        "Deploy-prod": ["Prepare-prod", "Approve-prod", "Deploy-prod", "Test-prod"],
    }


def deploy_actions(slug: str) -> dict[str, dict[str, Any]]:
    stages = pipeline(slug, "-deploy")["Stages"]
    return {action["Name"]: action for stage in stages for action in stage["Actions"]}


@pytest.mark.parametrize("slug", SLUGS)
def test_each_deployment_uses_the_roles_and_the_region_of_its_account(slug: str) -> None:
    found = deploy_actions(slug)
    for name, account in {"dev": DEV, "preprod": PREPROD, "prod": PROD}.items():
        for verb in ("Prepare", "Deploy"):
            action = found[f"{verb}-{name}"]
            assert action["Region"] == REGION
            role = f"arn:aws:iam::{account}:role/mlops-bu-{name}-project"
            assert action["RoleArn"] == f"{role}-deploy-euw1"
            assert action["Configuration"]["StackName"] == f"{PROJECT}-deploy-{name}"
        assert found[f"Prepare-{name}"]["Configuration"]["RoleArn"] == f"{role}-cfn-euw1"


@pytest.mark.parametrize("slug", SLUGS)
def test_stages_take_what_the_gate_has_verified_and_nothing_else(slug: str) -> None:
    for name, action in deploy_actions(slug).items():
        given = [artifact["Name"] for artifact in action["InputArtifacts"]]
        made = [artifact["Name"] for artifact in action["OutputArtifacts"]]
        assert ("Verified" in made) is (name == "Verify")
        if action["ActionTypeId"]["Provider"] == "CloudFormation":
            stage = name.partition("-")[2]
            template = f"Verified::{stage}.template.json"
            wanted = [template] if name.startswith("Prepare") else []
            assert given == ["Verified"] * len(wanted)
            assert [action["Configuration"].get("TemplatePath")] == (wanted or [None])


@pytest.mark.parametrize("stage", ["preprod", "prod"])
@pytest.mark.parametrize("slug", SLUGS)
def test_an_approval_says_what_is_approved(slug: str, stage: str) -> None:
    text = deploy_actions(slug)[f"Approve-{stage}"]["Configuration"]["CustomData"]
    for variable in ("Choose.VERSION", "Choose.METRIC", "Choose.REPORT", "Source.CommitId"):
        assert f"#{{{variable}}}" in text
    assert f"#{{Verify.CHANGES_{stage.upper()}}}" in text
    assert f"tests in {'dev' if stage == 'preprod' else 'preprod'} have passed" in text
    longest_values = {"VERSION": 9, "METRIC": 120, "CommitId": 40, "CHANGES": 180}
    # The bucket's name has 63 characters at most, an execution's id 12.
    longest_values["REPORT"] = len("https://.console.aws.amazon.com/s3/object/?region=&prefix=")
    longest_values["REPORT"] += (
        2 * 14 + 63 + len("executions/123456789012/Evaluate/evaluation/report.html")
    )
    assert len(text) + sum(longest_values.values()) < 1000


@pytest.mark.parametrize("slug", SLUGS)
def test_the_gate_knows_the_project_from_the_template_alone(slug: str) -> None:
    for name in ("Choose", "Verify"):
        configuration = deploy_actions(slug)[name]["Configuration"]
        parameters = json.loads(configuration["UserParameters"])
        assert parameters["project_id"] == PROJECT_ID
        assert parameters["project_name"] == PROJECT_NAME
        assert configuration["FunctionName"] == f"mlops-bu-gate-{name.lower()}-euw1"
        assert len(configuration["UserParameters"]) < 500


@pytest.mark.parametrize("slug", SLUGS)
def test_without_an_approved_version_every_deployment_is_skipped_and_nothing_fails(
    slug: str,
) -> None:
    for stage in pipeline(slug, "-deploy")["Stages"][3:]:
        (condition,) = stage["BeforeEntry"]["Conditions"]
        (rule,) = condition["Rules"]
        assert condition["Result"] == "SKIP"
        assert rule["RuleTypeId"]["Provider"] == "VariableCheck"
        assert rule["Configuration"] == {
            "Variable": "#{Verify.DELIVERS}",
            "Operator": "NE",
            "Value": "none",
        }


@pytest.mark.parametrize("slug", SLUGS)
def test_the_version_that_an_event_names_reaches_the_gate_and_its_choice_synth(slug: str) -> None:
    assert pipeline(slug, "-deploy")["Variables"][0]["DefaultValue"] == "latest"
    found = deploy_actions(slug)
    wanted = json.loads(found["Choose"]["Configuration"]["UserParameters"])["wanted"]
    assert wanted == "#{variables.ModelPackageArn}"
    assert json.loads(found["Synth"]["Configuration"]["EnvironmentVariables"]) == [
        {"name": name, "type": "PLAINTEXT", "value": f"#{{Choose.{name}}}"}
        for name in (
            *("MODEL_PACKAGE_ARN", "MODEL_DATA_URI", "MODEL_IMAGE", "MODEL_SKILL"),
            *["INFERENCE_PIPELINE"] * product(slug).definition.inference_pipeline,
        )
    ]
    rule = launched(slug).resources["DeployStarts"]["Properties"]
    (target,) = rule["Targets"]
    _, ready = rule["EventPattern"]["$or"]
    if product(slug).definition.deploy_trigger is DeployTrigger.MODEL_APPROVAL:
        assert ready["detail"] == {
            "ModelPackageGroupName": [PROJECT],
            "ModelApprovalStatus": ["Approved", "Rejected"],
        }
        filled = target["InputTransformer"]["InputTemplate"].replace("<subject>", '"arn:1"')
        assert target["InputTransformer"]["InputPathsMap"] == {"subject": "$.resources[0]"}
        assert json.loads(filled) == {
            "name": f"sagemaker-{PROJECT}-deploy",
            "variables": [{"name": "ModelPackageArn", "value": "arn:1"}],
        }
    else:
        assert ready["detail"] == {
            "pipelineArn": [TRAINING],
            "currentPipelineExecutionStatus": ["Succeeded"],
        }
        assert "InputTransformer" not in target


@pytest.mark.parametrize("slug", SLUGS)
def test_a_test_knows_its_stage_endpoint_and_role(slug: str) -> None:
    found = {}
    for stage in pipeline(slug, "-deploy")["Stages"]:
        for action in stage["Actions"]:
            if action["ActionTypeId"]["Category"] == "Test":
                rows = json.loads(action["Configuration"]["EnvironmentVariables"])
                found[action["Name"].removeprefix("Test-")] = {r["name"]: r["value"] for r in rows}
    assert tuple(found) == tuple(stage.name for stage in STAGES)
    assert found["preprod"]["ENDPOINT_NAME"] == f"{PROJECT}-preprod"
    assert found["preprod"]["TEST_ROLE_ARN"] == (
        f"arn:aws:iam::{PREPROD}:role/sagemaker-{PROJECT_ID}-preprod-test"
    )


def alternatives(pattern: dict[str, Any]) -> list[dict[str, Any]]:
    """The patterns of which a rule takes any."""
    found: list[dict[str, Any]] = pattern.get("$or", [pattern])
    return found


@pytest.mark.parametrize("slug", SLUGS)
def test_both_seed_repositories_start_their_pipeline_by_events(slug: str) -> None:
    rules = launched(slug).of_type("AWS::Events::Rule")
    sources = [a.get("resources") for r in rules for a in alternatives(r["EventPattern"])]
    for end in ("build", "deploy"):
        assert [f"arn:aws:codecommit:{REGION}:{DEV}:sagemaker-{PROJECT}-{end}"] in sources
        (source,) = pipeline(slug, f"-{end}")["Stages"][0]["Actions"]
        assert source["Configuration"]["PollForSourceChanges"] is False


@pytest.mark.parametrize("slug", SLUGS)
def test_people_are_told_which_step_of_the_training_has_failed_and_why(slug: str) -> None:
    """SageMaker Developer Guide, "Events that Amazon SageMaker AI sends to Amazon EventBridge"."""
    (rule,) = [r for r in launched(slug).of_type("AWS::Events::Rule") if "Step" in str(r)]
    stepped = rule["EventPattern"]["$or"][1]
    assert stepped["detail"] == {
        "pipelineArn": [TRAINING],
        "currentStepStatus": ["Failed"],
    }
    (target,) = rule["Targets"]
    assert target["Arn"] == launched(slug).arn("Notifications")
    given = target["InputTransformer"]
    assert given["InputPathsMap"] == {
        "event": "$.detail-type",
        "detail": "$.detail",
        "action": "$.detail.state",
        "step": "$.detail.currentStepStatus",
        "phase": "$.detail.completed-phase-status",
        "version": "$.detail.ModelPackageArn",
        "build": "$.detail.execution-result.external-execution-url",
        "report": "$.detail.additional-information.logs.deep-link",
        "kind": "$.detail.stepType",
    }
    # Values are put in as JSON, within quotes as text, and what an event has not is left out
    # (EventBridge User Guide, "Input transformation").
    detail = {"stepName": "Train", "failureReason": 'row 1: "a" is no number'}
    text = given["InputTemplate"].replace("<event>", '"x"').replace("<detail>", json.dumps(detail))
    for name, value in {"step": "Failed", "kind": "Training"}.items():
        text = text.replace(f"<{name}>", value)
    notice = json.loads(re.sub("<[a-z]+>", "", text))
    assert notice["detail"] == detail
    assert (notice["failed"], notice["waits_for_approval"]) == ("Failed", "")
    assert notice["links"]["build"] == ""
    at = f"https://{REGION}.console.aws.amazon.com/cloudwatch/home?region={REGION}"
    assert notice["links"]["jobs"] == (
        f"{at}#logsV2:log-groups$3FlogGroupNameFilter$3D$252Faws$252Fsagemaker$252FTraining"
    )
    assert notice["links"]["trainings"] == (
        f"https://{REGION}.console.aws.amazon.com/codesuite/codebuild/projects/"
        f"sagemaker-{PROJECT}-report/history?region={REGION}"
    )
    assert "a gate that refuses, trainings has the build that says more" in notice["notice"]
    assert len(given["InputTemplate"]) <= 8192


@pytest.mark.parametrize("slug", SLUGS)
def test_an_event_that_a_rule_cannot_deliver_tells_the_topic(slug: str) -> None:
    project = launched(slug)
    rules = {rule["Name"] for rule in project.of_type("AWS::Events::Rule")}
    alarms = [*project.of_type("AWS::CloudWatch::Alarm")]
    assert {alarm["Dimensions"][0]["Value"] for alarm in alarms} == rules
    assert len(rules) == len(alarms) == 4
    assert {str(alarm["AlarmActions"]) for alarm in alarms} == {str([project.arn("Notifications")])}
    own = f"arn:aws:cloudwatch:{REGION}:{DEV}:alarm:{alarms[0]['AlarmName']}"
    documents = (
        project.resources["NotificationsPolicy"]["Properties"]["PolicyDocument"],
        project.resources["PipelineKey"]["Properties"]["KeyPolicy"],
    )
    of_prod = f"arn:aws:cloudwatch:{REGION}:{PROD}:alarm:{PROJECT}-prod-latency"
    sources = (
        (own, True),
        (own.replace(PROJECT_ID, "p-other"), False),
        (of_prod, True),
        (of_prod.replace(PROJECT_ID, "p-other"), False),
        (of_prod.replace(PROD, PREPROD), False),
        (of_prod.replace(PROD, "666666666666"), False),
    )
    for document, action in zip(documents, ("sns:Publish", "kms:GenerateDataKey"), strict=True):
        for source, lets in sources:
            context = {"aws:SourceAccount": source.split(":")[4], "aws:SourceArn": source}
            let = [
                row
                for row in document["Statement"]
                if row["Principal"].get("Service") == "cloudwatch.amazonaws.com"
                and conditions_hold(row["Condition"], Request(action, own, context))
                and action in row["Action"]
            ]
            assert bool(let) is lets


@pytest.mark.parametrize("slug", SLUGS)
def test_a_failed_pipeline_and_an_approval_tell_the_topic(slug: str) -> None:
    topic = launched(slug).arn("Notifications")
    (failed,) = [
        rule
        for rule in launched(slug).of_type("AWS::Events::Rule")
        for pattern in alternatives(rule["EventPattern"])
        if pattern["detail"].get("state") == ["FAILED"]
        and pattern["detail-type"] == ["CodePipeline Action Execution State Change"]
    ]
    assert failed["Targets"][0]["Arn"] == topic
    approvals = [
        action["Configuration"]["NotificationArn"]
        for stage in pipeline(slug, "-deploy")["Stages"]
        for action in stage["Actions"]
        if action["ActionTypeId"]["Category"] == "Approval"
    ]
    assert approvals == [topic] * len([stage for stage in STAGES if stage.approved])


@pytest.mark.parametrize("slug", SLUGS)
def test_settings_of_every_stage_are_in_ssm(slug: str) -> None:
    found = {p["Name"]: p["Value"] for p in launched(slug).of_type("AWS::SSM::Parameter")}
    assert found == {
        "/mlops/churn/dev/account_id": DEV,
        "/mlops/churn/dev/region": REGION,
        "/mlops/churn/preprod/account_id": PREPROD,
        "/mlops/churn/preprod/region": REGION,
        "/mlops/churn/prod/account_id": PROD,
        "/mlops/churn/prod/region": REGION,
    }


def test_builds_know_the_network_and_the_namespaces_of_stages() -> None:
    projects = {p["Name"]: p for p in launched("basic").of_type("AWS::CodeBuild::Project")}

    def environment(end: str) -> dict[str, str]:
        rows = projects[f"sagemaker-{PROJECT}-{end}"]["Environment"]["EnvironmentVariables"]
        return {row["Name"]: row["Value"] for row in rows}

    assert environment("train")["SUBNET_IDS"] == "subnet-0a,subnet-0b"
    assert environment("train")["SECURITY_GROUP_IDS"] == "sg-0a"
    assert environment("synth")["PREPROD_PARAMETER_NAMESPACE"] == "bu1"
    assert "PROD_PARAMETER_NAMESPACE" not in environment("synth")


@pytest.mark.parametrize("slug", SLUGS)
def test_every_build_runs_in_the_private_subnets_and_nowhere_else(slug: str) -> None:
    found = {
        logical_id: resource
        for logical_id, resource in launched(slug).resources.items()
        if resource["Type"] == "AWS::CodeBuild::Project"
    }
    images = {"ImageProject"} if product(slug).definition.image_repository else set()
    tests = {f"Test{stage.id}Project" for stage in STAGES}
    checks = {"BuildCheckProject", "DeployCheckProject"}
    own = {"TrainProject", "ReportProject", "SynthProject"}
    assert set(found) == {*own, *tests, *checks, *images}
    for resource in found.values():
        assert resource["Properties"]["VpcConfig"] == {
            "VpcId": "vpc-0a",
            "Subnets": [*SUBNETS],
            "SecurityGroupIds": ["sg-0a"],
        }


@pytest.mark.parametrize("index", ["", "https://packages.example.com/simple/"])
def test_every_build_installs_from_the_index_that_the_configuration_names(index: str) -> None:
    content = template(product("byoc").definition, replace(PROPS, package_index=index))
    builds = [r for r in content["Resources"].values() if r["Type"] == "AWS::CodeBuild::Project"]
    assert len(builds) == 9
    for build in builds:
        rows = build["Properties"]["Environment"]["EnvironmentVariables"]
        named = [row["Value"] for row in rows if row["Name"] == "PIP_INDEX_URL"]
        assert named == ([index] if index else [])


@pytest.mark.parametrize("slug", SLUGS)
def test_every_build_of_a_seed_trusts_the_organization_first(slug: str) -> None:
    """A variable names a file that nothing else writes; without it no tool would trust anybody."""
    found = product(slug)
    files = {
        f"{repository}/{file}": seed.read(file)
        for repository, seed in found.seeds.items()
        for file in seed.files
        if file.name.startswith("buildspec")
    }
    assert len(files) >= 6
    for name, content in files.items():
        first = yaml.safe_load(content)["phases"]["install"]["commands"][0]
        assert first == TRUST, name


@pytest.mark.parametrize("mlflow", [False, True])
def test_the_build_that_reports_tracks_runs_in_the_app_of_dev_and_no_other_role_may(
    mlflow: bool,
) -> None:
    content = template(product("basic").definition, replace(PROPS, mlflow=mlflow))
    app = content["Parameters"].get("MlflowApp")
    assert (app and app["Default"]) == ("/mlops/mlflow/arn" if mlflow else None)
    named = {
        name: row["Value"]
        for name, resource in content["Resources"].items()
        if resource["Type"] == "AWS::CodeBuild::Project"
        for row in resource["Properties"]["Environment"]["EnvironmentVariables"]
        if row["Name"] == "MLFLOW_APP_ARN"
    }
    assert named == ({"ReportProject": {"Ref": "MlflowApp"}} if mlflow else {})
    allowed = {
        name: statement["Resource"]
        for name, resource in content["Resources"].items()
        if resource["Type"] in {"AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"}
        for statement in resource["Properties"]["PolicyDocument"]["Statement"]
        if "Mlflow" in str(statement["Action"])
    }
    assert allowed == ({"ReportPolicy": [{"Ref": "MlflowApp"}]} if mlflow else {})


@pytest.mark.parametrize("slug", SLUGS)
def test_a_build_is_made_after_its_role_may_look_at_the_network(slug: str) -> None:
    resources = launched(slug).source
    for resource in resources.values():
        if resource["Type"] == "AWS::CodeBuild::Project":
            role = resource["Properties"]["ServiceRole"]["Fn::GetAtt"][0]
            needed = [
                logical_id
                for logical_id, policy in resources.items()
                if policy["Type"] == "AWS::IAM::ManagedPolicy"
                and {"Ref": role} in policy["Properties"]["Roles"]
            ]
            assert needed and set(needed) <= set(resource["DependsOn"])


@pytest.mark.parametrize("slug", SLUGS)
def test_only_builds_of_images_are_privileged(slug: str) -> None:
    privileged = [
        p["Name"]
        for p in launched(slug).of_type("AWS::CodeBuild::Project")
        if p["Environment"]["PrivilegedMode"]
    ]
    images = product(slug).definition.image_repository
    assert privileged == ([f"sagemaker-{PROJECT}-image"] if images else [])


@pytest.mark.parametrize("slug", SLUGS)
def test_images_are_immutable_and_scanned(slug: str) -> None:
    for repository in launched(slug).of_type("AWS::ECR::Repository"):
        assert repository["ImageTagMutability"] == "IMMUTABLE"
        assert repository["ImageScanningConfiguration"] == {"ScanOnPush": True}
        assert repository["EncryptionConfiguration"]["EncryptionType"] == "KMS"


@pytest.mark.parametrize("slug", SLUGS)
def test_every_template_is_within_cloudformations_limits(slug: str) -> None:
    content = template(product(slug).definition)
    assert len(content["Resources"]) <= 500
    assert len(json.dumps(content, indent=1)) < 1_000_000


@pytest.mark.parametrize("slug", SLUGS)
def test_no_build_reaches_a_stage_that_nobody_has_approved_yet(slug: str) -> None:
    """A build runs what was pushed: with its role a pusher could change what waits for approval."""
    project = launched(slug)
    accounts = {"dev": DEV, "preprod": PREPROD, "prod": PROD}
    tests = {
        f"arn:aws:iam::{a}:role/sagemaker-{PROJECT_ID}-{s}-test": s for s, a in accounts.items()
    }
    reached, asked = set(), 0
    for stage in pipeline(slug, "-deploy")["Stages"]:
        for action in sorted(stage["Actions"], key=lambda a: a["RunOrder"]):
            category = action["ActionTypeId"]["Category"]
            if category == "Approval":
                reached.add(action["Name"].removeprefix("Approve-"))
            elif action["ActionTypeId"]["Provider"] == "CodeBuild":
                role = _role_of_build(project, action["Configuration"]["ProjectName"])
                may = {
                    stage_name
                    for arn, stage_name in tests.items()
                    if allows(project.statements(role), Request("sts:AssumeRole", arn))
                }
                asked += len(may)
                assert may <= {"dev", *reached}, action["Name"]
    assert asked == len(STAGES)


def _role_of_build(project: LaunchedProject, name: str) -> str:
    (found,) = [
        logical_id.removesuffix("Project")
        for logical_id, resource in project.resources.items()
        if resource["Type"] == "AWS::CodeBuild::Project" and resource["Properties"]["Name"] == name
    ]
    arn = project.resources[f"{found}Project"]["Properties"]["ServiceRole"]
    name = str(arn).rpartition("/")[2]
    (role,) = [
        logical_id.removesuffix("Role")
        for logical_id, resource in project.resources.items()
        if resource["Type"] == "AWS::IAM::Role" and resource["Properties"]["RoleName"] == name
    ]
    return role


@pytest.mark.parametrize("slug", SLUGS)
def test_no_build_waits_for_a_training(slug: str) -> None:
    """It would be paid for as long as the training takes."""
    minutes = [p["TimeoutInMinutes"] for p in launched(slug).of_type("AWS::CodeBuild::Project")]
    assert max(minutes) <= 60


@pytest.mark.parametrize("slug", SLUGS)
def test_the_end_of_a_training_starts_its_report_with_main_and_its_execution(slug: str) -> None:
    """CodeBuild API Reference, StartBuild; EventBridge names the project by the target."""
    project = launched(slug)
    (rule,) = [r for r in project.of_type("AWS::Events::Rule") if "-training-ends" in r["Name"]]
    assert rule["EventPattern"] == {
        "source": ["aws.sagemaker"],
        "detail-type": ["SageMaker Model Building Pipeline Execution Status Change"],
        "detail": {
            "pipelineArn": [TRAINING],
            "currentPipelineExecutionStatus": ["Succeeded", "Failed", "Stopped"],
        },
    }
    (target,) = rule["Targets"]
    assert target["Arn"] == f"arn:aws:codebuild:{REGION}:{DEV}:project/sagemaker-{PROJECT}-report"
    given = target["InputTransformer"]
    assert given["InputPathsMap"] == {"execution": "$.detail.pipelineExecutionArn"}
    assert json.loads(given["InputTemplate"].replace("<execution>", '"arn:1"')) == {
        "environmentVariablesOverride": [
            {"name": "EXECUTION_ARN", "value": "arn:1", "type": "PLAINTEXT"}
        ]
    }
    (build,) = [
        p for p in project.of_type("AWS::CodeBuild::Project") if p["Name"].endswith("-report")
    ]
    assert build["SourceVersion"] == "refs/heads/main"
    assert build["Source"]["BuildSpec"] == "buildspec.report.yml"
    # CodeBuild starts nothing above a limit, and each end is reported.
    assert "ConcurrentBuildLimit" not in build
    variables = {row["Name"]: row["Value"] for row in build["Environment"]["EnvironmentVariables"]}
    assert variables["SAGEMAKER_PIPELINE_ARN"] == TRAINING


@pytest.mark.parametrize("slug", SLUGS)
def test_a_training_that_ends_badly_without_a_failed_step_is_told(slug: str) -> None:
    """CodeBuild User Guide, "Build notifications input format reference"."""
    (rule,) = [r for r in launched(slug).of_type("AWS::Events::Rule") if "Step" in str(r)]
    phase = rule["EventPattern"]["$or"][2]
    assert phase["detail-type"] == ["CodeBuild Build Phase Change"]
    assert phase["detail"]["project-name"] == [f"sagemaker-{PROJECT}-report"]
    assert {"INSTALL", "PRE_BUILD"} <= set(phase["detail"]["completed-phase"])
    # It fails with each training of which a step has failed, and that was told.
    assert "BUILD" not in phase["detail"]["completed-phase"]
    assert "SUCCEEDED" not in phase["detail"]["completed-phase-status"]
    seed = product(slug).seeds["build_app"]
    phases = yaml.safe_load(seed.read(Path("buildspec.report.yml")))["phases"]
    assert set(phases) == {"install", "pre_build", "build"}


@pytest.mark.parametrize("slug", SLUGS)
def test_a_version_that_waits_is_told_with_its_number(slug: str) -> None:
    """SageMaker Developer Guide, "Events that Amazon SageMaker AI sends to Amazon EventBridge"."""
    project = launched(slug)
    (rule,) = [r for r in project.of_type("AWS::Events::Rule") if "Step" in str(r)]
    waits = rule["EventPattern"]["$or"][3]
    assert waits["detail-type"] == ["SageMaker Model Package State Change"]
    assert waits["detail"] == {
        "ModelPackageGroupName": [PROJECT],
        "ModelApprovalStatus": ["PendingManualApproval"],
    }
    template = rule["Targets"][0]["InputTransformer"]["InputTemplate"]
    text = template.replace("<version>", "arn:1/3").replace("<event>", '"x"')
    notice = json.loads(re.sub("<[a-z]+>", "", text.replace("<detail>", "{}")))
    assert (notice["waits_for_approval"], notice["failed"]) == ("arn:1/3", "")
    assert "waits for approval in Studio" in notice["notice"]
