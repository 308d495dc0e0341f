"""Keys with ids of the caller's choice, as if a company had made them there long ago."""

import json

from ministack_aws.engine import kms
from ministack_aws.engine.requests import request_scope
from ministack_aws.engine.types import Answer, Request


def answer(request: Request) -> tuple[int, Answer]:
    """An HTTP status, and the ARN of the key; what is there already gets the policy alone.

    The request has `arn` and `policy`.
    """
    arn: str = request["arn"]
    _, _, _, region, account, resource = arn.split(":")
    key_id = resource.removeprefix("key/")
    with request_scope(account, region):
        if key_id not in kms.stored():
            _, _, body = kms.create_key({"Description": "of the company"})
            made = json.loads(body)["KeyMetadata"]["KeyId"]
            kms.stored()[key_id] = kms.stored().pop(made) | {"KeyId": key_id, "Arn": arn}
        kms.stored()[key_id]["Policy"] = json.dumps(request["policy"])
    return 200, {"arn": arn}
