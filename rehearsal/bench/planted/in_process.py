"""The faults that need no world: of configurations and of templates, caught in this process."""

import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from mlops_commons.utilities.paths import CDK_APP_CONFIG, CDK_INFRA_APP_CONFIG, SAMPLE
from mlops_reachability.synthesis import synthesise
from mlops_rehearsal.behaviour.stack import Stack
from mlops_rehearsal.behaviour.templates import stacks
from planted.of_configurations import CONFIGURATION_FAULTS, said_of_configuration
from planted.of_governance import GOVERNANCE_FAULTS
from planted.of_projects import PROJECT_FAULTS
from planted.of_stages import STAGE_FAULTS
from planted.template import said_by_validators, said_of

TEMPLATE_FAULTS = (*GOVERNANCE_FAULTS, *STAGE_FAULTS, *PROJECT_FAULTS)
Said = tuple[str, str, str, str]
"""Name, where it shows, the regular expression of what must be said, and what is said."""
Wanted = Callable[[str], object]


def in_configurations(wanted: Wanted) -> Iterator[Said]:
    """Each fault of a configuration, loaded."""
    for fault in CONFIGURATION_FAULTS:
        if wanted(fault.name):
            yield fault.name, "config validate", fault.says, said_of_configuration(fault)


def in_templates(wanted: Wanted) -> Iterator[Said]:
    """Each fault of a template, in what the sample synthesises."""
    if any(wanted(fault.name) for fault in TEMPLATE_FAULTS):
        with tempfile.TemporaryDirectory() as folder:
            cdk_app, infra = SAMPLE / CDK_APP_CONFIG.name, SAMPLE / CDK_INFRA_APP_CONFIG.name
            templates = dict(stacks(synthesise(cdk_app, infra, Path(folder))))
        yield from in_stacks(templates, wanted)


def in_stacks(templates: Mapping[str, Stack], wanted: Wanted = bool) -> Iterator[Said]:
    """Each fault of a template: what the checks say, or the validators of AWS's schemas."""
    chosen = [fault for fault in TEMPLATE_FAULTS if wanted(fault.name)]
    for fault in chosen:
        if not fault.schema:
            yield fault.name, "checks", fault.says, said_of(fault, templates[fault.template])
    refused = [fault for fault in chosen if fault.schema]
    for fault, said in zip(refused, said_by_validators(refused, templates), strict=True):
        yield fault.name, "validators", fault.says, said
