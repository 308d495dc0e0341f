"""What the extension of MiniStack does to stacks, seen through CloudFormation's own calls."""

import json
import shutil
import subprocess
import time
from typing import Any

import pytest
from accounts_of_tests import ACCOUNT, Accounts, seed
from botocore.exceptions import ClientError

pytestmark = pytest.mark.app

GIT = shutil.which("git") or "git"


def bucket(**properties: Any) -> dict[str, Any]:
    return {"B": {"Type": "AWS::S3::Bucket", "Properties": properties}}


@pytest.mark.parametrize(
    ("stack", "resources", "reason"),
    [
        ("unknown-property", bucket(BuketName="x"), "extraneous key ['BuketName']"),
        (
            "missing-property",
            {"P": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String"}}},
            "'Value' is a required property",
        ),
        (
            "bad-pattern",
            {
                "K": {
                    "Type": "AWS::KMS::Alias",
                    "Properties": {"AliasName": "without-prefix", "TargetKeyId": "key"},
                }
            },
            "does not match",
        ),
    ],
)
def test_a_property_that_the_schema_refuses_fails_the_stack(
    accounts: Accounts, stack: str, resources: dict[str, Any], reason: str
) -> None:
    status, why = accounts.deploy(stack, resources)
    assert status.startswith("ROLLBACK")
    assert reason in why


def test_numbers_may_be_written_as_text(accounts: Accounts) -> None:
    resources = {
        "L": {
            "Type": "AWS::Logs::LogGroup",
            "Properties": {"LogGroupName": "coerced", "RetentionInDays": "7"},
        }
    }
    assert accounts.deploy("coerced", resources) == ("CREATE_COMPLETE", "")


def test_the_service_role_needs_the_permissions_of_each_resource(accounts: Accounts) -> None:
    role = accounts.role(
        "only-parameters",
        "cloudformation.amazonaws.com",
        {"Effect": "Allow", "Action": "ssm:*", "Resource": "*"},
    )
    parameter = {"Name": "/mine", "Type": "String", "Value": "v"}
    allowed = {"P": {"Type": "AWS::SSM::Parameter", "Properties": parameter}}
    assert accounts.deploy("may", allowed, RoleARN=role)[0] == "CREATE_COMPLETE"
    status, why = accounts.deploy("may-not", bucket(BucketName="denied-bucket"), RoleARN=role)
    assert status.startswith("ROLLBACK")
    assert "assumed-role/only-parameters/AWSCloudFormation is not authorized" in why
    assert "s3:CreateBucket on resource: arn:aws:s3:::denied-bucket" in why


def test_the_resource_of_a_permission_counts(accounts: Accounts) -> None:
    role = accounts.role(
        "one-bucket",
        "cloudformation.amazonaws.com",
        {"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::this-one"},
    )
    assert accounts.deploy("this", bucket(BucketName="this-one"), RoleARN=role)[1] == ""
    assert "not authorized" in accounts.deploy("other", bucket(BucketName="other"), RoleARN=role)[1]


def test_a_role_is_handed_on_only_by_who_may_pass_it(accounts: Accounts) -> None:
    role = accounts.role(
        "makes-functions",
        "cloudformation.amazonaws.com",
        {"Effect": "Allow", "Action": ["lambda:*", "logs:*"], "Resource": "*"},
    )
    execution = accounts.role("execution", "lambda.amazonaws.com")
    properties = {
        "Runtime": "python3.13",
        "Handler": "index.handler",
        "Role": execution,
        "Code": {"ZipFile": "def handler(event, context): return 1\n"},
    }
    function = {"F": {"Type": "AWS::Lambda::Function", "Properties": properties}}
    status, why = accounts.deploy("passes", function, RoleARN=role)
    assert status.startswith("ROLLBACK")
    assert f"iam:PassRole on resource: {execution}" in why


def test_a_role_that_does_not_trust_cloudformation_is_refused(accounts: Accounts) -> None:
    role = accounts.role("of-lambda", "lambda.amazonaws.com")
    with pytest.raises(ClientError, match="invalid or cannot be assumed"):
        accounts.deploy("untrusted", bucket(), RoleARN=role)


def test_a_bucket_with_content_is_not_deleted(accounts: Accounts) -> None:
    accounts.deploy("full", bucket(BucketName="full-bucket"))
    accounts.client("s3").put_object(Bucket="full-bucket", Key="k", Body=b"1")
    stacks = accounts.client("cloudformation")
    stacks.delete_stack(StackName="full")
    with pytest.raises(Exception, match=r"DELETE_FAILED|terminal failure"):
        stacks.get_waiter("stack_delete_complete").wait(
            StackName="full", WaiterConfig={"Delay": 1, "MaxAttempts": 10}
        )


def repository(name: str, seeded_from: str) -> dict[str, Any]:
    code = {"BranchName": "main", "S3": {"Bucket": seeded_from, "Key": "seed.zip"}}
    properties = {"RepositoryName": name, "Code": code}
    return {"R": {"Type": "AWS::CodeCommit::Repository", "Properties": properties}}


def test_a_repository_is_a_git_repository_with_the_code(accounts: Accounts) -> None:
    seed(accounts, "seed-of-repository", {"README.md": "hello\n", "a/run.sh": "true\n"})
    resources = repository("mine", "seed-of-repository")
    assert accounts.deploy("repository", resources) == ("CREATE_COMPLETE", "")
    folder = accounts.emulator.repositories / ACCOUNT / "eu-west-1" / "mine.git"
    shown = subprocess.run(
        [GIT, "-C", str(folder), "show", "main:README.md"], capture_output=True, check=True
    )
    assert shown.stdout == b"hello\n"
    # CloudFormation's first commit keeps no file modes (aws-cdk issue 24083).
    listed = subprocess.run(
        [GIT, "-C", str(folder), "ls-tree", "-r", "main"],
        capture_output=True,
        check=True,
        text=True,
    )
    assert {line.split()[0] for line in listed.stdout.splitlines()} == {"100644"}
    found = accounts.client("codecommit").get_repository(repositoryName="mine")
    assert found["repositoryMetadata"]["defaultBranch"] == "main"


def test_an_empty_file_does_not_seed_a_repository(accounts: Accounts) -> None:
    seed(accounts, "seed-with-empty-file", {"__init__.py": ""})
    status, why = accounts.deploy("empty-file", repository("empty", "seed-with-empty-file"))
    assert status.startswith("ROLLBACK")
    assert "__init__.py is empty" in why


def test_calls_of_added_services_are_authorised(accounts: Accounts) -> None:
    role = accounts.role(
        "looks",
        "sagemaker.amazonaws.com",
        {"Effect": "Allow", "Action": "sagemaker:ListDomains", "Resource": "*"},
    )
    credentials = accounts.emulator.service_credentials(role, "sagemaker.amazonaws.com", "me")
    sagemaker = accounts.client("sagemaker", credentials)
    assert "Domains" in sagemaker.list_domains()
    with pytest.raises(ClientError, match=r"assumed-role/looks/me.*ListUserProfiles"):
        sagemaker.list_user_profiles()


def test_a_service_gets_only_the_roles_that_trust_it(accounts: Accounts) -> None:
    role = accounts.role("for-builds", "codebuild.amazonaws.com")
    assert accounts.emulator.service_credentials(role, "codebuild.amazonaws.com", "b")
    with pytest.raises(Exception, match="not authorized to perform: sts:AssumeRole"):
        accounts.emulator.service_credentials(role, "lambda.amazonaws.com", "b")


def test_a_run_that_the_emulator_cannot_play_fails_instead_of_running_for_ever(
    accounts: Accounts,
) -> None:
    sagemaker = accounts.client("sagemaker")
    step = {"Name": "A", "Type": "Processing", "Arguments": {}}
    sagemaker.create_pipeline(
        PipelineName="broken",
        PipelineDefinition=json.dumps({"Version": "2020-12-01", "Steps": [step]}),
        ClientRequestToken="0" * 32,
        RoleArn="a text that is not the ARN of a role",
    )
    run = sagemaker.start_pipeline_execution(PipelineName="broken")
    end = time.monotonic() + 20
    status = "Executing"
    while status == "Executing" and time.monotonic() < end:
        time.sleep(0.1)
        found = sagemaker.describe_pipeline_execution(
            PipelineExecutionArn=run["PipelineExecutionArn"]
        )
        status = found["PipelineExecutionStatus"]
    assert (status, found["FailureReason"].partition(":")[0]) == ("Failed", "IndexError")


def test_an_execution_keeps_the_definition_and_the_parameters_that_it_was_started_with(
    accounts: Accounts,
) -> None:
    sagemaker = accounts.client("sagemaker")
    first = json.dumps({"Version": "2020-12-01", "Parameters": [_text("Share")], "Steps": []})
    later = json.dumps({"Version": "2020-12-01", "Parameters": [], "Steps": []})
    role = accounts.role("runs-pipelines", "sagemaker.amazonaws.com")
    sagemaker.create_pipeline(
        PipelineName="changes",
        PipelineDefinition=first,
        ClientRequestToken="0" * 32,
        RoleArn=role,
    )
    given = [{"Name": "Share", "Value": "0.2"}]
    run = sagemaker.start_pipeline_execution(PipelineName="changes", PipelineParameters=given)
    asked = {"PipelineExecutionArn": run["PipelineExecutionArn"]}
    sagemaker.update_pipeline(PipelineName="changes", PipelineDefinition=later, RoleArn=role)
    found = sagemaker.describe_pipeline_definition_for_execution(**asked)
    assert json.loads(found["PipelineDefinition"]) == json.loads(first)
    found = sagemaker.list_pipeline_parameters_for_execution(**asked)
    assert found["PipelineParameters"] == given
    assert "definition" not in sagemaker.describe_pipeline_execution(**asked)


def _text(name: str) -> dict[str, str]:
    return {"Name": name, "Type": "String", "DefaultValue": "0.1"}
