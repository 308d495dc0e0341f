"""Refuse what makes a policy longer than IAM takes, with its line.

No check of `config/checks/`: the policies are those of an app, which commons does not know, and
each synthesis refuses them too, without a line.
"""

from collections.abc import Iterable, Iterator
from importlib import import_module
from typing import Final

from mlops_commons.config.document import KeyPath
from mlops_commons.config.sources import APP_ROOT, Sources
from mlops_commons.config.validation import HINT
from mlops_commons.iam.long_policies import OF_PERSONAS, SHORTER, LongPolicy, Part
from mlops_commons.utilities.errors import ConfigError, Problem
from mlops_commons.utilities.paths import apps_here

MODULE: Final = "mlops_infra.policy_lengths"
"""Named, because nothing here imports an app; the repository of the other app has none of it."""
OF_ORGANIZATION: Final = {
    Part.PREFIX: (APP_ROOT, "app_prefix"),
    Part.ROLES: (APP_ROOT, "org", "roles"),
    Part.DENIALS: (APP_ROOT, "org", "permissions_boundary", "deny"),
}


def check_long_policies(sources: Sources) -> None:
    """Refuse policies that IAM would not take.

    Raises:
        ConfigError: every one of them.
    """
    if "infra" not in apps_here():
        return
    found: Iterable[LongPolicy] = import_module(MODULE).long_policies(sources.config)
    # What is written once for all sets makes the same policy too long in each.
    problems = list(dict.fromkeys(_problems(sources, found)))
    if problems:
        raise ConfigError(problems, hint=HINT)


def _problems(sources: Sources, found: Iterable[LongPolicy]) -> Iterator[Problem]:
    for policy in found:
        message = f"{policy.message}: {SHORTER[policy.part]}"
        if policy.part in OF_ORGANIZATION:
            yield sources.app_document.problem(OF_ORGANIZATION[policy.part], message)
        elif policy.part in (Part.ROLE_ACTIONS, Part.DEPLOYS):
            path = sources.projects_path(policy.set_name, policy.part)
            yield sources.app_document.problem(path, message)
        else:
            yield sources.infra_document.problem(_in_infra(sources, policy), message)


def _in_infra(sources: Sources, policy: LongPolicy) -> KeyPath:
    if policy.part in OF_PERSONAS and policy.persona:
        return (*sources.persona_path(policy.set_name, policy.persona), policy.part)
    if policy.part is Part.SUBNETS:
        return (*sources.network_path(policy.set_name, policy.stage_name), policy.part)
    paths = [(*block, "jobs", policy.part) for block in sources.sagemaker_paths(policy.set_name)]
    return next((path for path in paths if path in sources.infra_document.lines), paths[-1])
