"""A value of another type in the place of each key: an error in words, and never a traceback."""

import copy
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

import jsonschema
import pytest
import yaml

from mlops_commons.config.explaining.examples import EVERY_KEY
from mlops_commons.config.explaining.keys import Key, keys
from mlops_commons.config.explaining.schema import SCHEMAS, schema_text
from mlops_commons.config.loader import load_config
from mlops_commons.utilities.errors import ConfigError, PlatformError
from mlops_commons.utilities.paths import EXAMPLES

pytestmark = pytest.mark.pure

ROOTS: Final = {"cdk-app.yml": "cdk_app_config", "cdk-infra-app.yml": "cdk_infra_app_config"}
VALIDATORS: Final = {
    path.name.replace(".schema.json", ".yml"): jsonschema.Draft202012Validator(
        json.loads(schema_text(model))
    )
    for path, model in SCHEMAS.items()
}
"""The schemas that editors have: of lists and mappings the loader refuses what they underline."""
VALUES: Final[tuple[object, ...]] = ({}, [], ["x"], [{}], 1, None, "x" * 400, "?*[")
A_FORM: Final = "import_network"
"""A block whose keys are all empty is a form that nobody has filled in."""
OF_PYTHON: Final = r"pydantic|NoneType|object at 0x|<class|Input should|KeyError|Traceback"


@cache
def shipped() -> dict[str, Any]:
    """The example with the most keys, and with zones, which are held against regions."""
    folder = EXAMPLES / "organisation"
    contents = {name: yaml.safe_load((folder / name).read_text()) or {} for name in ROOTS}
    network = contents["cdk-infra-app.yml"]["cdk_infra_app_config"].setdefault("network", {})
    created = network.setdefault("default_create_network", {})
    created["availability_zones"] = ["eu-west-1a", "eu-west-1b"]
    return contents


def with_value(document: dict[str, Any], key: Key, value: object) -> None:
    """Put a value at a key; blocks and first entries of lists are made for it."""
    node = document.setdefault(ROOTS[key.file], {})
    *above, last = key.path.split(".")
    for part in above:
        name, listed = part.removesuffix("[]"), part.endswith("[]")
        node[name] = node.get(name) or ([{}] if listed else {})
        node = node[name][0] if listed else node[name]
    node[last] = value


def fault(folder: Path, key: Key, value: object) -> str:
    """What is wrong with how the loader takes a value at a key; empty where nothing is."""
    contents = copy.deepcopy(shipped())
    with_value(contents[key.file], key, value)
    for name, content in contents.items():
        (folder / name).write_text(json.dumps(content))
    try:
        load_config(*(folder / name for name in ROOTS))
    except ConfigError as error:
        return "in Python's words" if re.search(OF_PYTHON, str(error)) else ""
    except Exception as error:
        return f"ends in {error!r:.100}"
    nested = isinstance(value, dict | list) and not (value == {} and key.path.endswith(A_FORM))
    return "taken" if nested and not VALIDATORS[key.file].is_valid(contents[key.file]) else ""


@pytest.mark.parametrize("value", VALUES, ids=lambda value: repr(value)[:12])
def test_each_key_with_a_value_of_another_type_gives_an_error_in_words(
    tmp_path: Path, value: object
) -> None:
    faults = {key.path: fault(tmp_path, key, value) for key in keys()}
    assert {path: found for path, found in faults.items() if found} == {}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("app_prefix", "ml\u043eps"),
        ("pipeline.region", "\u0435u-west-1"),
        ("org.keys.projec\u0442s", "x"),
        ("portfolio.provider_name", "x" * 50 + "\u043e"),
        ("projects.separation", "pro\u0458ect"),
        ("pipeline.code_commit.infra.repo_name", "mlops-\u0456nfra"),
    ],
)
def test_a_letter_that_looks_like_another_is_named(tmp_path: Path, path: str, value: str) -> None:
    contents = copy.deepcopy(shipped())
    node = contents["cdk-app.yml"]["cdk_app_config"]
    *above, last = path.split(".")
    for part in above:
        node = node.setdefault(part, {})
    node[last] = value
    (tmp_path / "app.yml").write_text(json.dumps(contents["cdk-app.yml"]))
    with pytest.raises(ConfigError, match=r"in it is U\+04.., cyrillic small letter") as caught:
        load_config(tmp_path / "app.yml", tmp_path / "none.yml")
    assert path in str(caught.value)


def leaves(node: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Where the single values of a file stand."""
    if not isinstance(node, dict | list):
        yield path
        return
    for name, value in node.items() if isinstance(node, dict) else enumerate(node):
        yield from leaves(value, (*path, name))


@pytest.mark.parametrize("text", ["x", "a b", "-1"])
def test_each_value_of_a_file_with_all_keys_may_be_another_text(tmp_path: Path, text: str) -> None:
    """What one key says wrongly is looked up for others: a region that is none has no partition."""
    folder = EVERY_KEY / "company"
    contents = {name: yaml.safe_load((folder / name).read_text()) for name in ROOTS}
    faults = {}
    for name in ROOTS:
        for path in leaves(contents[name]):
            changed = copy.deepcopy(contents)
            node: Any = changed[name]
            for part in path[:-1]:
                node = node[part]
            node[path[-1]] = text
            for file, content in changed.items():
                (tmp_path / file).write_text(json.dumps(content))
            try:
                load_config(*(tmp_path / file for file in ROOTS))
            except PlatformError:
                continue
            except Exception as error:
                faults[path] = repr(error)
    assert faults == {}
