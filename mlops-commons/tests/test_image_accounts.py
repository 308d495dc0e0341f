"""The table of AWS's image accounts, as its readers use it."""

import pytest

from mlops_commons.image_accounts import image_accounts, image_accounts_of

pytestmark = pytest.mark.pure


def test_every_account_id_has_twelve_digits_and_stands_once_in_its_region() -> None:
    for region, accounts in image_accounts().items():
        assert all(len(account) == 12 and account.isdigit() for account in accounts), region
        assert list(accounts) == sorted(set(accounts)), region


def test_a_region_has_the_accounts_that_awss_page_names() -> None:
    """Amazon SageMaker AI, "Docker Registry Paths and Example Code for Europe (Ireland)"."""
    named = {"763104351884", "141502667606", "468650794304", "131013547314", "685385470294"}
    assert named <= set(image_accounts_of("eu-west-1"))


def test_a_region_without_images_has_no_accounts_and_an_unknown_one_has_all() -> None:
    assert image_accounts_of("eu-nowhere-7") == ()
    assert set(image_accounts_of("${Token[AWS.Region.4]}")) > set(image_accounts_of("eu-west-1"))
