"""Another qualifier of the CDK's bootstrap is refused with one sentence, not used in half."""

from pathlib import Path

import aws_cdk as cdk
import pytest

from mlops_commons.cdk.platform_app import check_qualifier, platform_app
from mlops_commons.utilities.errors import PlatformError

pytestmark = pytest.mark.construct
KEY = "@aws-cdk/core:bootstrapQualifier"


def test_another_qualifier_is_refused_with_the_next_step(tmp_path: Path) -> None:
    app = cdk.App(outdir=str(tmp_path), context={KEY: "acmeml01"})
    with pytest.raises(PlatformError, match="acmeml01") as raised:
        check_qualifier(app)
    assert "remove the key" in raised.value.hint


def test_the_cdks_own_qualifier_may_be_written_out(tmp_path: Path) -> None:
    check_qualifier(cdk.App(outdir=str(tmp_path), context={KEY: "hnb659fds"}))
    assert platform_app(outdir=str(tmp_path))
