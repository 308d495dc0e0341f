"""Clients of an emulated AWS, and stacks whose end a test waits for."""

import io
import json
import time
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from mlops_rehearsal.emulator.clients import client
from mlops_rehearsal.emulator.server import Emulator

ACCOUNT = "111122223333"
OF_JOBS = (
    *("logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams"),
    *("logs:PutLogEvents", "cloudwatch:PutMetricData", "cloudwatch:DescribeAlarms"),
    *("ecr:GetAuthorizationToken", "ecr:BatchCheckLayerAvailability"),
)
"""What every role of jobs and models needs beside data, images and networks."""
FETCHING = (
    *("codecommit:GetBranch", "codecommit:GetCommit", "codecommit:UploadArchive"),
    *("codecommit:GetUploadArchiveStatus", "codecommit:CancelUploadArchive"),
)
"""What the role of a pipeline needs to fetch its source."""
TRUST = {"Effect": "Allow", "Action": "sts:AssumeRole"}


@dataclass(frozen=True)
class Accounts:
    """Accounts of an emulator, seen from one; the access key of an account's root is its id."""

    emulator: Emulator
    account: str = ACCOUNT
    region: str = "eu-west-1"

    def client(self, service: str, credentials: Mapping[str, str] | None = None) -> Any:
        root = {"aws_access_key_id": self.account, "aws_secret_access_key": "test"}
        emulator = self.emulator
        return client(
            service, self.region, emulator.endpoint, emulator.certificate, credentials or root
        )

    def role(self, name: str, service: str, *statements: Mapping[str, Any]) -> str:
        """A role that a service may assume, with one inline policy; answers with its ARN."""
        iam = self.client("iam")
        trust = {"Statement": [{**TRUST, "Principal": {"Service": service}}]}
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
        if statements:
            policy = {"Version": "2012-10-17", "Statement": statements}
            iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=json.dumps(policy))
        return str(arn["Role"]["Arn"])

    def deploy(self, stack: str, resources: Mapping[str, Any], **options: Any) -> tuple[str, str]:
        """Create a stack and wait; answers with its status and the first reason of a failure."""
        return self._ended(self.client("cloudformation").create_stack, stack, resources, options)

    def update(self, stack: str, resources: Mapping[str, Any], **options: Any) -> tuple[str, str]:
        """Update a stack, else as `deploy`."""
        return self._ended(self.client("cloudformation").update_stack, stack, resources, options)

    def bootstrapped(self, parameters: Mapping[str, str], tags: Mapping[str, str]) -> None:
        """The stack of the CDK's bootstrap with what it is asked about; it makes one parameter."""
        cloudformation = self.client("cloudformation")
        version = {"Name": "/cdk-bootstrap/hnb659fds/version", "Type": "String", "Value": "29"}
        found = cloudformation.describe_stacks()["Stacks"]
        there = any(stack["StackName"] == "CDKToolkit" for stack in found)
        change = cloudformation.update_stack if there else cloudformation.create_stack
        template = {
            "Parameters": {name: {"Type": "String"} for name in parameters},
            "Resources": {"Version": {"Type": "AWS::SSM::Parameter", "Properties": version}},
        }
        change(
            StackName="CDKToolkit",
            TemplateBody=json.dumps(template),
            Parameters=[
                {"ParameterKey": name, "ParameterValue": value}
                for name, value in parameters.items()
            ],
            Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
        )
        done = "stack_update_complete" if there else "stack_create_complete"
        cloudformation.get_waiter(done).wait(
            StackName="CDKToolkit", WaiterConfig={"Delay": 1, "MaxAttempts": 30}
        )

    def _ended(
        self,
        begin: Callable[..., Any],
        stack: str,
        resources: Mapping[str, Any],
        options: Mapping[str, Any],
    ) -> tuple[str, str]:
        begin(StackName=stack, TemplateBody=json.dumps({"Resources": resources}), **options)
        stacks = self.client("cloudformation")
        end = time.monotonic() + 60
        while True:
            status = stacks.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"]
            if not status.endswith("IN_PROGRESS") or time.monotonic() > end:
                break
            time.sleep(0.1)
        events = stacks.describe_stack_events(StackName=stack)["StackEvents"]
        failed = [e for e in reversed(events) if e["ResourceStatus"].endswith("FAILED")]
        return status, failed[0].get("ResourceStatusReason", "") if failed else ""


def seed(accounts: Accounts, name: str, files: dict[str, str]) -> None:
    """A bucket with an archive of files, from which a repository can begin."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for file, text in files.items():
            entry = zipfile.ZipInfo(file)
            entry.external_attr = (0o100755 if file.endswith(".sh") else 0o100644) << 16
            archive.writestr(entry, text)
    s3 = accounts.client("s3")
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_object(Bucket=name, Key="seed.zip", Body=content.getvalue())
