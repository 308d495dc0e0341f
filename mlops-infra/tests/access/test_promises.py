"""What our documents tell people to do, their roles may do, and nobody else's."""

import pytest
from persona_policies import ACCOUNT, REGION, may

from mlops_commons.contract import Persona
from mlops_commons.utilities.paths import REPOSITORY_ROOT
from mlops_infra.access.promises import NAME, PROMISES, Call, Promise

pytestmark = pytest.mark.construct

IDS = [promise.deed for promise in PROMISES]


def arn(resource: str) -> str:
    if resource == "*" or resource.startswith("arn:"):
        return resource
    service, _, rest = resource.partition(":")
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{rest}"


def may_do(persona: Persona, call: Call) -> bool:
    return may(persona, call.action, arn(call.resource), dict(call.context))


@pytest.mark.parametrize("promise", PROMISES, ids=IDS)
def test_who_is_promised_something_may_make_every_call_of_it(promise: Promise) -> None:
    refused = [
        (persona, call.action)
        for persona in promise.who
        for call in promise.calls
        if not may_do(persona, call)
    ]
    assert refused == []


@pytest.mark.parametrize("promise", PROMISES, ids=IDS)
def test_nobody_else_may_make_all_calls_of_it(promise: Promise) -> None:
    others = set(Persona) - set(promise.who)
    assert [p for p in others if all(may_do(p, call) for call in promise.calls)] == []


@pytest.mark.parametrize("promise", PROMISES, ids=IDS)
def test_the_sentence_stands_in_the_document(promise: Promise) -> None:
    text = (REPOSITORY_ROOT / promise.document).read_text(encoding="utf-8")
    assert promise.sentence in text


REFUSED = (
    # A queue, a function or a web server of somebody else would get what a project says.
    *(
        Call("sns:Subscribe", f"sns:{NAME}", (("sns:Protocol", protocol),))
        for protocol in ("https", "http", "sqs", "lambda", "firehose", "sms")
    ),
    Call("sns:Subscribe", "sns:billing", (("sns:Protocol", "email"),)),
    Call("sns:Publish", f"sns:{NAME}"),
    # What deployed projects have written is evidence; other accounts' buckets are not ours.
    Call("s3:PutObject", f"arn:aws:s3:::sagemaker-p-1-dev-{ACCOUNT}/output/1/scores/x.out"),
    Call("s3:PutObject", f"arn:aws:s3:::sagemaker-p-1-dev-{ACCOUNT}/capture/1.jsonl"),
    Call("s3:PutObject", "arn:aws:s3:::sagemaker-p-1-dev-999999999999/input/x"),
    Call("s3:GetObject", "arn:aws:s3:::sagemaker-p-1-dev-999999999999/output/x"),
    Call(
        "s3:GetObject",
        f"arn:aws:s3:::sagemaker-p-1-dev-{ACCOUNT}/output/x",
        (("aws:ResourceAccount", "999999999999"),),
    ),
    # Builds of the platform and of others are none of a project's.
    Call("logs:GetLogEvents", "logs:log-group:/aws/codebuild/payroll:log-stream:1"),
    Call("logs:GetLogEvents", "logs:log-group:/aws/lambda/payroll:log-stream:1"),
    Call("codebuild:BatchGetBuilds", "codebuild:project/payroll"),
    Call("codebuild:StartBuild", f"codebuild:project/{NAME}-build"),
    Call("codepipeline:StartPipelineExecution", f"codepipeline:{NAME}-build"),
    Call("codepipeline:GetPipelineState", "codepipeline:payroll"),
)


@pytest.mark.parametrize("call", REFUSED, ids=lambda call: f"{call.action} {call.resource}")
def test_beside_what_is_promised_nothing_is_open(call: Call) -> None:
    assert [persona for persona in Persona if may_do(persona, call)] == []
