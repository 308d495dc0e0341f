"""The policies that personas are made of, one row each."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from mlops_commons.iam.statements import Statement
from mlops_infra.access.code import use_code
from mlops_infra.access.data import use_data
from mlops_infra.access.decisions import (
    approve_models,
    create_projects,
    deny_decisions,
    deny_detours,
)
from mlops_infra.access.development import develop_models
from mlops_infra.access.jobs import run_jobs
from mlops_infra.access.operations import operate_endpoints
from mlops_infra.access.reading import explore
from mlops_infra.access.scope import PolicyScope
from mlops_infra.access.workspaces import work_in_studio


@dataclass(frozen=True, kw_only=True)
class Policy:
    """A managed policy: its name in templates and its statements within a scope."""

    name: str
    title: str
    statements: Callable[[PolicyScope], tuple[Statement, ...]]


POLICIES: Final = (
    Policy(name="Explore", title="read resources, logs and metrics", statements=explore),
    Policy(name="WorkInStudio", title="own private spaces and apps", statements=work_in_studio),
    Policy(name="RunJobs", title="jobs in the private subnets", statements=run_jobs),
    Policy(name="DevelopModels", title="pipelines and experiments", statements=develop_models),
    Policy(name="UseData", title="buckets and keys of projects", statements=use_data),
    Policy(name="UseCode", title="repositories and images", statements=use_code),
    Policy(name="ApproveModels", title="approve model versions", statements=approve_models),
    Policy(name="CreateProjects", title="start SageMaker projects", statements=create_projects),
    Policy(name="OperateEndpoints", title="endpoints, pipelines", statements=operate_endpoints),
    Policy(name="DenyDecisions", title="never decide for the lead", statements=deny_decisions),
    Policy(name="DenyDetours", title="no other profile or role", statements=deny_detours),
)
"""To add a policy, add a row; a persona takes it by its name."""
