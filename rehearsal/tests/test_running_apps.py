"""What people have running in Studio, and the command that stops it."""

import pytest
from accounts_of_tests import Accounts

from mlops_commons.teardown.inventory import running_apps

pytestmark = pytest.mark.app


@pytest.mark.parametrize(
    ("owner", "option"),
    [
        ({"SpaceName": "notes"}, "--space-name notes"),
        ({"UserProfileName": "pat"}, "--user-profile-name pat"),
    ],
)
def test_an_app_has_the_command_that_stops_it(
    accounts: Accounts, owner: dict[str, str], option: str
) -> None:
    sagemaker = accounts.client("sagemaker")
    app = {"DomainId": "d-0123456789ab", "AppType": "JupyterLab", "AppName": "default", **owner}
    sagemaker.create_app(**app)
    (found,) = running_apps(sagemaker)
    assert found.delete_command == (
        f"aws sagemaker delete-app --domain-id d-0123456789ab {option} "
        "--app-type JupyterLab --app-name default"
    )
    sagemaker.delete_app(**app)
    assert list(running_apps(sagemaker)) == []
