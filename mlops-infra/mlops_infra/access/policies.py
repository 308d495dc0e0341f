"""The policies that personas are made of, one row each; a persona takes the row itself."""

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
)
from mlops_infra.access.development import develop_models
from mlops_infra.access.jobs import run_jobs
from mlops_infra.access.operations import operate_endpoints
from mlops_infra.access.reading import explore
from mlops_infra.access.scope import PolicyScope
from mlops_infra.access.workspaces import work_in_studio


@dataclass(frozen=True)
class Policy:
    """A managed policy: its name in templates and its statements within a scope."""

    name: str
    title: str
    statements: Callable[[PolicyScope], tuple[Statement, ...]]


EXPLORE: Final = Policy("Explore", "read resources, logs and metrics", explore)
WORK_IN_STUDIO: Final = Policy(
    "WorkInStudio", "own profile, private spaces and apps", work_in_studio
)
RUN_JOBS: Final = Policy("RunJobs", "jobs in the private subnets", run_jobs)
DEVELOP_MODELS: Final = Policy("DevelopModels", "pipelines and experiments", develop_models)
USE_DATA: Final = Policy("UseData", "data of projects, models to read", use_data)
USE_CODE: Final = Policy("UseCode", "repositories and images to read, main by review", use_code)
APPROVE_MODELS: Final = Policy("ApproveModels", "approve model versions", approve_models)
CREATE_PROJECTS: Final = Policy("CreateProjects", "start SageMaker projects", create_projects)
OPERATE_ENDPOINTS: Final = Policy("OperateEndpoints", "endpoints, pipelines", operate_endpoints)
DENY_DECISIONS: Final = Policy("DenyDecisions", "never decide for the lead", deny_decisions)
