"""What `config validate` takes, CloudFormation's schemas take of the templates made from it.

Values are drawn from the schemas of both files, key by key, and kept where validation takes them.
The judge is the engine that AWS itself uses, which knows the registry's patterns and lengths, and
which nothing here is made from.
"""

import importlib
from pathlib import Path

import pytest
from checkouts import APPS_HERE
from drawn_configuration import configurations, every_place
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from mlops_commons.assembly.validators import engine_errors
from mlops_commons.config.projects_of_sets import delivered_apps

pytestmark = pytest.mark.app

PACKAGES = {"infra": "mlops_infra", "template": "cdk_service_catalog"}
EXAMPLES = {"infra": 6, "template": 3}
"""As many as run in a minute; the draws are the same wherever the same modules are loaded."""


@pytest.mark.parametrize("app", APPS_HERE)
def test_cloudformation_takes_what_validation_takes(
    app: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    tried: set[str] = set()

    @settings(
        max_examples=EXAMPLES[app],
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],  # making an example smaller would take an hour
        suppress_health_check=list(HealthCheck),
    )
    @given(data=st.data())
    def check(data: st.DataObject) -> None:
        folder = tmp_path_factory.mktemp("drawn")
        sources, taken = data.draw(configurations(folder))
        if app not in delivered_apps(sources.config):
            return  # no project can be where builds reach no index, and validation says so
        said = "\n".join(taken)
        try:
            module = importlib.import_module(f"{PACKAGES[app]}.application")
            module.build_app(sources.config, outdir=str(folder / "cdk.out")).synth()
        except Exception as error:
            raise AssertionError(f"accepted, and not synthesised:\n{said}") from error
        found = [f"{f.place}: {f.message}" for f in engine_errors(folder / "cdk.out")]
        assert found == [], f"accepted, and refused by CloudFormation:\n{said}"
        tried.update(row.partition(": ")[0] for row in taken)

    check()
    assert len(tried) > len(every_place()) / 2


@pytest.mark.parametrize("app", APPS_HERE[:1])
def test_what_cloudformation_refuses_is_seen(app: str, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(
        '{"version": "54.0.0", "artifacts": {"one": {"type": "aws:cloudformation:stack", '
        '"environment": "aws://222222222222/eu-west-1", '
        '"properties": {"templateFile": "one.template.json"}}}}'
    )
    (tmp_path / "one.template.json").write_text(
        '{"Resources": {"Role": {"Type": "AWS::IAM::Role", "Properties": {"RoleName": '
        f'"{"r" * 65}", "AssumeRolePolicyDocument": {{}}}}}}}}}}'
    )
    found = [(finding.place, finding.rule) for finding in engine_errors(tmp_path)]
    assert ("Role.Properties.RoleName", "F3033") in found
