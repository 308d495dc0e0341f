"""`synth` of an app with one stack: made once, then used again, and refused where it says so."""

import json
from pathlib import Path

import pytest

from mlops_commons.cli.apps.synth import has_summary, synth
from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.paths import REPOSITORY_ROOT

pytestmark = pytest.mark.app

APP = """
import aws_cdk as cdk
from aws_cdk import aws_sns as sns

print("the app ran")
app = cdk.App()
env = cdk.Environment(account="111111111111", region="eu-west-1")
sns.CfnTopic(cdk.Stack(app, "one", env=env, description="a topic"), "Topic")
app.synth()
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("a checkout")
    (root / "app").mkdir()
    (root / "app" / "app.py").write_text(APP)
    settings = (REPOSITORY_ROOT / "mlops-infra" / "cdk.json").read_text()
    (root / "app" / "cdk.json").write_text(settings)
    (root / "node_modules").symlink_to(REPOSITORY_ROOT / "node_modules")
    return root


def test_an_app_is_synthesised_once_and_then_used_again(
    root: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    app = root / "app"

    def run(*flags: str) -> tuple[int, str, str]:
        code = synth(app, flags, root=root)
        return (code, *capfd.readouterr())

    code, output, errors = run()
    assert (code, "the app ran" in errors, "the app ran" in output) == (0, True, False)
    assert "1 account in eu-west-1, 1 stack, 1 resource; synthesised" in output
    row = next(line for line in output.splitlines() if line.startswith("111111111111"))
    assert row.split() == ["111111111111", "governance", "eu-west-1", "one", "1", "a", "topic"]

    code, output, errors = run()
    assert (code, errors, "unchanged since the last synth" in output) == (0, "", True)

    code, output, errors = run("--json")
    assert (code, errors) == (0, "")
    assert [stack["stack"] for stack in json.loads(output)["stacks"]] == ["one"]

    code, output, errors = run("--force", "-q")
    assert (code, errors, "synthesised" in output) == (0, "", True)

    (app / "app.py").write_text(APP.replace('"one"', '"two"'))
    code, output, errors = run("--quiet", "--json")
    assert (code, errors) == (0, "")
    assert [stack["stack"] for stack in json.loads(output)["stacks"]] == ["two"]
    assert not list((app / "cdk.out").glob("one.*"))  # nothing of the synth before

    (app / "app.py").write_text("raise SystemExit('the cause')")
    code, output, errors = run("-q")
    assert (code != 0, output, "the cause" in errors) == (True, "", True)

    (app / "app.py").write_text(APP.replace('"one"', '"two"'))
    code, output, errors = run()
    assert (code, "the app ran" in errors) == (0, True)


SPEAKING = """
import os

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2

app = cdk.App()
env = cdk.Environment(account="111111111111", region="eu-west-1")
stack = cdk.Stack(cdk.Stage(app, "dev", env=env), "one")
{body}
app.synth()
"""


@pytest.mark.parametrize(
    ("body", "flags", "expected", "said"),
    [
        (
            "cdk.Annotations.of(stack).add_info('by the way')",
            [],
            0,
            "[Info at /dev/one] by the way",
        ),
        ("cdk.Annotations.of(stack).add_warning('h')", [], 0, "[Warning at /dev/one] h"),
        (
            "cdk.Annotations.of(stack).add_warning('h')",
            ["--strict"],
            1,
            "[Warning at /dev/one] h",
        ),
        ("cdk.Annotations.of(stack).add_error('no')", ["-q"], 1, "[Error at /dev/one] no"),
        ("ec2.Vpc.from_lookup(stack, 'Vpc', vpc_id='vpc-1')", [], 1, "is looked up in an account"),
        ("print(app.node.try_get_context('user'))", [], 0, "from cdk.context.json"),
        ("print(app.node.try_get_context('own'))", [], 0, "from cdk.json"),
        ("print(os.environ['NODE_OPTIONS'])", [], 0, "size=8 --stack-trace-limit=20"),
    ],
)
def test_what_constructs_say_is_told_and_decides(
    root: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    body: str,
    flags: list[str],
    expected: int,
    said: str,
) -> None:
    monkeypatch.setenv("NODE_OPTIONS", "--stack-trace-limit=20")
    app = root / "app"
    (app / "app.py").write_text(SPEAKING.format(body=body))
    settings = {"app": "python3 app.py", "context": {"own": "from cdk.json", "user": "hidden"}}
    (app / "cdk.json").write_text(json.dumps(settings))
    (app / "cdk.context.json").write_text('{"user": "from cdk.context.json"}')
    assert synth(app, ["--force", *flags], root=root) == expected
    assert capfd.readouterr().err.count(said) == 1


def test_a_context_that_is_no_json_is_named(root: Path) -> None:
    (root / "app" / "cdk.context.json").write_text("no JSON")
    with pytest.raises(PlatformError, match=r"cdk\.context\.json is not JSON"):
        synth(root / "app", ["--force"], root=root)


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ([], True),
        (["-q"], True),
        (["--force", "--quiet", "--json", "--all"], True),
        (["STACK"], False),
        (["-c", "key=value"], False),
        (["--output", "elsewhere"], False),
        (["--help"], False),
    ],
)
def test_only_the_whole_app_as_configured_has_a_summary(flags: list[str], expected: bool) -> None:
    assert has_summary(flags) is expected
