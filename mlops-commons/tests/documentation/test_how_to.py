"""What the guides quote is so: configurations load, messages are those of the code."""

import ast
import re
from pathlib import Path

import pytest
from documentation import markdown_files

from mlops_commons.config import load_config
from mlops_commons.utilities.fingerprint import source_files
from mlops_commons.utilities.paths import APP_DIRECTORIES, CDK_APP_CONFIG, REPOSITORY_ROOT

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
)
ANY = "\0"
TEMPLATES_HERE = (REPOSITORY_ROOT / APP_DIRECTORIES["template"]).is_dir()
OF_TEMPLATES = ("projects of set", "the products cannot be read")


@pytest.mark.parametrize(("file", "text"), EXAMPLES, ids=lambda value: getattr(value, "name", ""))
def test_an_example_of_a_configuration_loads(file: Path, text: str, tmp_path: Path) -> None:
    app, infra = tmp_path / "cdk-app.yml", tmp_path / "cdk-infra-app.yml"
    is_infra = text.startswith("cdk_infra_app_config:")
    app.write_text(SAMPLE if is_infra else text)
    infra.write_text(text if is_infra else "cdk_infra_app_config: {}\n")
    assert load_config(app, infra).deployments


def test_a_message_in_troubleshooting_is_one_of_the_code() -> None:
    known = [*patterns(REPOSITORY_ROOT)]
    quoted = [message for message in MESSAGES if not message.startswith(OF_THE_CDK)]
    if not TEMPLATES_HERE:
        quoted = [message for message in quoted if not message.startswith(OF_TEMPLATES)]
    assert len(quoted) > 10
    unknown = [
        message
        for message in quoted
        if not any(known_message.search(message.replace("...", ANY)) for known_message in known)
    ]
    assert unknown == []


def test_a_message_that_nothing_says_is_found() -> None:
    known = [*patterns(REPOSITORY_ROOT)]
    assert not any(pattern.search("the moon is not installed") for pattern in known)


def patterns(root: Path) -> list[re.Pattern[str]]:
    """What each text of the code can come to; what it leaves open matches anything."""
    found = []
    for file in source_files([*root.glob("mlops-*/*/"), root / "mlops-commons"]):
        if file.suffix == ".py" and "tests" not in file.parts:
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                found += _pattern(node)
        elif file.suffix == ".sh":
            texts = re.findall(r"""['"]([^'"\n]{12,})['"]""", file.read_text(encoding="utf-8"))
            found += [re.compile(re.escape(text.split(":")[0].split("$")[0])) for text in texts]
    return found


def _pattern(node: ast.AST) -> list[re.Pattern[str]]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        parts = [node.value]
    elif isinstance(node, ast.JoinedStr):
        parts = [part.value if isinstance(part, ast.Constant) else ANY for part in node.values]
    else:
        return []
    text = "".join(str(part) for part in parts)
    if len(text.replace(ANY, "").strip()) < 12:
        return []
    return [re.compile(".*".join(re.escape(part) for part in text.strip().split(ANY)))]


SAMPLE = CDK_APP_CONFIG.read_text(encoding="utf-8")
