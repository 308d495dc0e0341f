"""What statements compare with: policy variables, tags, and the role that CloudFormation gets."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from ministack_aws.access.variables import filled
from ministack_aws.engine import iam, tagging
from ministack_aws.engine.requests import get_region, request_scope
from ministack_aws.engine.types import Question, Statement

Resolve = Callable[[str, Question], Any]
FirstMatch = Callable[[Question, list[Statement], str], Statement | None]
Context = Callable[[str, str, bytes, Mapping[str, Any]], dict[str, Any]]
IMPORTED: Final = "ResourcesToImport."


def register() -> None:
    """Wrap the functions that need it."""
    iam.condition_value.wrap(_with_tags_of_the_role)
    iam.condition_value.wrap(_with_tags_of_the_resource)
    iam.first_match.wrap(_with_variables)
    iam.request_tag_context.wrap(_with_the_role_of_a_stack)


def _with_variables(first_match: FirstMatch) -> FirstMatch:
    def wrapped(ctx: Question, stmts: list[Statement], effect: str) -> Statement | None:
        found = (filled(statement, ctx) for statement in stmts if statement.effect == effect)
        return first_match(ctx, [statement for statement in found if statement], effect)

    return wrapped


def _with_tags_of_the_role(resolve: Resolve) -> Resolve:
    """IAM User Guide, aws:PrincipalTag: the tags of the role of a session."""

    def wrapped(key: str, context: Question) -> Any:
        prefix, _, wanted = key.partition("/")
        found = resolve(key, context)
        session = context.principal_arn
        asked = prefix.lower() == "aws:principaltag" and ":assumed-role/" in session
        if found is not None or not asked:
            return found
        name = session.split("/")[1]
        role = iam.roles().get_scoped(context.principal_account, None, name) or {}
        tags = {tag["Key"].lower(): tag["Value"] for tag in role.get("Tags") or ()}
        return tags.get(wanted.lower())

    return wrapped


def _with_tags_of_the_resource(resolve: Resolve) -> Resolve:
    """IAM User Guide, aws:ResourceTag: also where the boundary alone asks for it."""

    def wrapped(key: str, context: Question) -> Any:
        prefix, _, wanted = key.partition("/")
        found = resolve(key, context)
        parts = context.resource_arn.split(":", 5)
        if found is not None or prefix.lower() != "aws:resourcetag" or len(parts) < 6:
            return found
        with request_scope(parts[4] or context.principal_account, parts[3] or get_region()):
            tags = tagging.resource_tags(context.resource_arn) or {}
        return {name.lower(): value for name, value in tags.items()}.get(wanted.lower())

    return wrapped


def _with_the_role_of_a_stack(context_of: Context) -> Context:
    """Service Authorization Reference, CloudFormation: cloudformation:RoleArn is "the ARN of an IAM
    service role", cloudformation:ImportResourceTypes "the template resource types"."""

    def wrapped(
        service: str, iam_action: str, body: bytes, params: Mapping[str, Any]
    ) -> dict[str, Any]:
        found = context_of(service, iam_action, body, params)
        if service != "cloudformation":
            return found
        role = _text(params.get("RoleARN"))
        kinds = [_text(value) for name, value in params.items() if name.startswith(IMPORTED)]
        return {
            **found,
            **({"cloudformation:RoleArn": role} if role else {}),
            **({"cloudformation:ImportResourceTypes": kinds} if kinds else {}),
        }

    return wrapped


def _text(value: Any) -> str:
    return str(value[0] if isinstance(value, list) and value else value or "")
