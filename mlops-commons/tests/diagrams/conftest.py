"""The templates of the apps that are here, synthesised once for all questions about them."""

import pytest
from checkouts import APPS_HERE, make_checkout

from mlops_commons.assembly.templates import read_templates
from mlops_commons.diagrams.pictures import Apps


@pytest.fixture(scope="session")
def apps_here(tmp_path_factory: pytest.TempPathFactory) -> Apps:
    """What the real CDK CLI makes of this repository's configuration."""
    found = {}
    for app in APPS_HERE:
        checkout = make_checkout(tmp_path_factory.mktemp(app) / "repository", app)
        found[app] = read_templates(checkout.synth().folder)
    return found
