"""What the guides quote is so: configurations load, messages are those of the code."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from documentation import markdown_files
from one_account_set import ONE_SET

from mlops_commons.config import load_config
from mlops_commons.utilities.fingerprint import source_files
from mlops_commons.utilities.paths import APP_DIRECTORIES, REPOSITORY_ROOT

pytestmark = pytest.mark.pure

DOCS = REPOSITORY_ROOT / "docs"
YAML = re.compile(r"^( *)```yaml\n(.*?)^ *```", re.DOTALL | re.MULTILINE)
EXAMPLES = [
    (file, re.sub(rf"^{indent}", "", block, flags=re.MULTILINE))
    for file in markdown_files(DOCS)
    for indent, block in YAML.findall(file.read_text(encoding="utf-8"))
]
TROUBLESHOOTING = (DOCS / "troubleshooting.md").read_text(encoding="utf-8")
MESSAGES = re.findall(r"^### `(.*)`$", TROUBLESHOOTING, re.MULTILINE)
OF_THE_CDK = (
    "Need to perform AWS calls for account",
    "SSM parameter /cdk-bootstrap/",
    "... is not authorized to perform:",
    "Stack:... is in ROLLBACK_COMPLETE state",
    "The VPC endpoint service ... does not support the availability zone",
)
QUOTED = re.compile(r"""['"]([^'"\n]{12,})['"]""")
TEMPLATES_HERE = (REPOSITORY_ROOT / APP_DIRECTORIES["template"]).is_dir()
OF_TEMPLATES = ("projects of set", "the products cannot be read")


@pytest.mark.parametrize(("file", "text"), EXAMPLES, ids=lambda value: getattr(value, "name", ""))
def test_an_example_of_a_configuration_loads(file: Path, text: str, tmp_path: Path) -> None:
    app, infra = tmp_path / "cdk-app.yml", tmp_path / "cdk-infra-app.yml"
    is_infra = text.startswith("cdk_infra_app_config:")
    apart = "  projects: {separation: project}\n" if "project: p-" in text else ""
    app.write_text(ONE_SET + apart if is_infra else completed(text))
    infra.write_text(text if is_infra else "cdk_infra_app_config: {}\n")
    assert load_config(app, infra).deployments


def completed(text: str) -> str:
    """A guide that is about one key shows it alone: the others are those of any configuration."""
    key = "cdk_app_config"
    return yaml.safe_dump({key: yaml.safe_load(ONE_SET)[key] | yaml.safe_load(text)[key]})


@pytest.fixture(scope="module")
def known() -> list[list[str]]:
    return [*texts(REPOSITORY_ROOT)]


def test_a_message_in_troubleshooting_is_one_of_the_code(known: list[list[str]]) -> None:
    quoted = [message for message in MESSAGES if not message.startswith(OF_THE_CDK)]
    if not TEMPLATES_HERE:
        quoted = [message for message in quoted if not message.startswith(OF_TEMPLATES)]
    assert len(quoted) > 10
    assert [message for message in quoted if not any(is_in(text, message) for text in known)] == []


def test_a_message_that_nothing_says_is_found(known: list[list[str]]) -> None:
    assert not any(is_in(text, "the moon is not installed") for text in known)


def is_in(text: list[str], message: str) -> bool:
    """Whether the parts of a text stand in a message, in their order."""
    start = 0
    for part in text:
        found = message.find(part, start)
        if found < 0:
            return False
        start = found + len(part)
    return True


def texts(root: Path) -> Iterator[list[str]]:
    """Each text of the code that is long enough to say something: the parts that are fixed."""
    for file in source_files(
        [root / "mlops-commons" / "mlops_commons", *root.glob("mlops-*/*_*/")]
    ):
        content = file.read_text(encoding="utf-8") if file.suffix in (".py", ".sh") else ""
        if file.suffix == ".py":
            for parts in _of_python(ast.parse(content)):
                if sum(map(len, parts)) >= 12:
                    yield parts
        for text in QUOTED.findall(content if file.suffix == ".sh" else ""):
            message = re.split(r"\\n|\$[({]", text.removeprefix("error: "))[0]
            fixed = [part.strip() for part in re.split(r"%s|\$\w+", message) if part.strip()]
            if sum(map(len, fixed)) >= 12:
                yield fixed


def _of_python(tree: ast.AST) -> Iterator[list[str]]:
    inside: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            # Its parts alone say nothing, as ' is not installed' does.
            inside.update(map(id, node.values))
            yield [str(p.value).strip() for p in node.values if isinstance(p, ast.Constant)]
        elif (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in inside
        ):
            yield [node.value.strip()]
