"""Everything that the sample deploys, for the tests of the checks."""

import pytest

from mlops_commons.utilities.paths import CDK_APP_CONFIG, CDK_INFRA_APP_CONFIG, SAMPLE
from mlops_reachability.synthesis import synthesise
from mlops_rehearsal.behaviour.stack import Stack
from mlops_rehearsal.behaviour.templates import stacks


@pytest.fixture(scope="package")
def templates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Stack]:
    """The templates by the names of `bench/mutants.py`, synthesised once."""
    cdk_app, infra = (SAMPLE / file.name for file in (CDK_APP_CONFIG, CDK_INFRA_APP_CONFIG))
    return dict(stacks(synthesise(cdk_app, infra, tmp_path_factory.mktemp("made"))))
