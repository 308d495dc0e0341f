"""Why a wildcard in a policy stands: every sentence that several policies need, once."""

from typing import Final

NO_RESOURCE_LEVEL: Final = (
    "these actions do not support resource-level permissions (Service Authorization Reference)"
)
NAMED_BY_USERS: Final = (
    "people choose these names while they work; the statement ends at this account and region"
)
NAMED_BY_PROJECTS: Final = "what SageMaker projects create is named 'sagemaker-<project>-...'"
JOB_LOG_GROUPS: Final = "SageMaker names a log group for each kind of job, below this prefix"
ONE_ROLE: Final = (
    "the policy serves exactly this role, is generated with it and goes with it; as a managed "
    "policy it could be attached to somebody else"
)
