"""Files that no person writes on purpose: each ends in one report, soon, and never in a traceback."""

import os
import random
import re
import string
import time
from pathlib import Path

import pytest

from mlops_commons.config import load_config
from mlops_commons.config.selection import only_set
from mlops_commons.config.syntax import composed
from mlops_commons.utilities.errors import ConfigError, PlatformError
from mlops_commons.utilities.paths import EXAMPLES

pytestmark = pytest.mark.pure

APP = """\
cdk_app_config:
  app_prefix: mlops
  pipeline: {account: "101010101010", region: eu-west-1}
  deployments:
    - set_name: retail
      stages:
        - {stage_name: dev, account: "202020202021"}
    - set_name: credit
      stages:
        - {stage_name: dev, account: "303030303031"}
"""
NETWORK = "cdk_infra_app_config: {network: {default_create_network: {%s}}}\n"
SECONDS = 5.0
"""What a bad file may cost; a good one of this size costs a twentieth."""


def message_of(folder: Path, app: str, infra: str = "") -> str:
    """What is said of two texts that are refused."""
    (folder / "app.yml").write_text(app, encoding="utf-8")
    (folder / "infra.yml").write_text(infra, encoding="utf-8")
    began = time.process_time()
    with pytest.raises(PlatformError) as caught:
        load_config(folder / "app.yml", folder / "infra.yml")
    assert time.process_time() - began < SECONDS
    text = str(caught.value)
    text.encode()  # half a surrogate pair could not be printed
    assert all(c.isprintable() or c in "\n\t" for c in text), ascii(text)
    return text


def aliases(depth: int, start: str = "&a0 [x]", each: str = "[{}]") -> str:
    lines = [f"x0: {start}"]
    for number in range(1, depth):
        entries = ", ".join([f"*a{number - 1}"] * 10)
        lines.append(f"x{number}: &a{number} " + each.format(entries))
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x: " + "[" * 60_000, "more than 50 levels"),
        ("x: " + "[" * 500 + "]" * 500, "more than 50 levels"),
        ("x: " + "{a: " * 500 + "}" * 500, "more than 50 levels"),
        ("\n".join(" " * n + "a:" for n in range(400)), "more than 50 levels"),
        ("- " * 400 + "x", "more than 50 levels"),
        (aliases(12), "values, those of aliases included"),
        (aliases(12, "&a0 {k: v}", "{{<<: [{}]}}"), "values, those of aliases included"),
        ("a: &a [*a]\n", "this alias is inside of what it stands for"),
        ("x: [" + "a, " * 60_000 + "]", "values, those of aliases included"),
    ],
    ids=lambda value: value[:20],
)
def test_depth_and_size_have_bounds(tmp_path: Path, text: str, words: str) -> None:
    assert words in message_of(tmp_path, text)
    assert words in message_of(tmp_path, APP, text)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("1" * 5000, "is not a whole number"),
        ("+3", "is not a whole number"),
        ("3.0", "is not a whole number"),
        ("0_3", "is not a whole number"),
        ("0x3", "is not a whole number"),
        ("٣", "is not a whole number"),
        ("!!int abc", "tag '!!int' means nothing here"),
        ("!Ref x", "tag '!Ref' means nothing here"),
        ("!!python/object x", "means nothing here"),
        ('"\\ud800"', "has no place in a value"),
        ('"\\e[31m"', "the character \\x1b has no place in a value"),
        ('"\\u202e3"', "the character \\u202e has no place in a value"),
    ],
)
def test_numbers_are_digits_and_values_are_text(tmp_path: Path, value: str, words: str) -> None:
    found = message_of(tmp_path, APP, NETWORK % f"vpc_max_azs: {value}")
    assert words in found
    assert "infra.yml:1" in found
    assert len(found) < 1000


def test_a_key_cannot_write_to_the_terminal(tmp_path: Path) -> None:
    assert "has no place in a key" in message_of(tmp_path, APP, NETWORK % '"\\e]0;x\\a": 1')


def test_a_tag_that_changes_nothing_is_allowed(tmp_path: Path) -> None:
    (tmp_path / "app.yml").write_text(APP.replace('"101010101010"', "!!str 012345670123"))
    config = load_config(tmp_path / "app.yml", tmp_path / "none.yml")
    assert config.pipeline.account == "012345670123"


def test_of_thousands_of_problems_the_first_ones_are_shown(tmp_path: Path) -> None:
    many = "".join(f"  unknown_{number}: 1\n" for number in range(20_000))
    found = message_of(tmp_path, APP + many)
    assert "unknown key 'unknown_0'" in found
    assert "19800 more problems are not shown" in found
    assert len(found.splitlines()) < 210


def test_of_thousands_of_keys_that_stand_twice_the_first_ones_are_shown(tmp_path: Path) -> None:
    found = message_of(tmp_path, APP + "  app_prefix: mlops\n" * 20_000)
    assert "... and 19800 more" in found


@pytest.mark.parametrize("name", ["app.yml", "infra.yml"])
@pytest.mark.parametrize("kind", ["dangling", "loop", "pipe", "device", "folder", "large", "latin"])
def test_what_is_no_readable_file_is_never_taken_for_absent(
    tmp_path: Path, name: str, kind: str
) -> None:
    (tmp_path / "app.yml").write_text(APP)
    file = tmp_path / name
    file.unlink(missing_ok=True)
    make = {
        "dangling": lambda: file.symlink_to(tmp_path / "nowhere.yml"),
        "loop": lambda: file.symlink_to(file),
        "pipe": lambda: os.mkfifo(file),
        "device": lambda: file.symlink_to("/dev/zero"),
        "folder": file.mkdir,
        "large": lambda: file.write_text("#" * 1_000_001),
        "latin": lambda: file.write_bytes(b"x: \xe4\n"),
    }
    make[kind]()
    with pytest.raises(PlatformError, match=f"cannot read the configuration .*{name}"):
        load_config(tmp_path / "app.yml", tmp_path / "infra.yml")


SEED = int(os.environ.get("CONFIG_FUZZ_SEED", "20261128"))
ROUNDS = int(os.environ.get("CONFIG_FUZZ_ROUNDS", "150"))
NOISE = (
    "",
    "~",
    "[]",
    "{}",
    "-1",
    "0",
    "*x",
    "&x y",
    "<<",
    "?",
    "|",
    "'",
    '"',
    "%",
    "@",
    "\t",
    "\0",
)
NOISE += (
    "é",
    "\ud7ff",
    "9" * 400,
    "x" * 300,
    "10.0.0.0/16",
    "true",
    "null",
    "dev",
    "prod",
    "!!set",
)


def broken(text: str, chance: random.Random) -> str:
    """A text with a few changes of kinds that hands, merges and programs make."""
    lines = text.splitlines(keepends=True)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(lines))
        line, word = lines[at], chance.choice(NOISE)
        changes = (
            lambda line: "",
            lambda line: line * 2,
            lambda line: "  " + line,
            lambda line: line.removeprefix("  "),
            lambda line, w=word: re.sub(r":.*", f": {w}", line),
            lambda line, w=word: line.replace(chance.choice(string.printable), w),
            lambda line: "".join(chance.sample(line, len(line))),
            lambda line: chance.choice(text.splitlines(keepends=True)),
        )
        lines[at] = chance.choice(changes)(line)
        lines = lines if any(lines) else [text]
    return "".join(lines)


def test_no_broken_file_ends_in_a_traceback_and_no_set_learns_of_another(tmp_path: Path) -> None:
    """Bounded and repeatable: CONFIG_FUZZ_SEED and CONFIG_FUZZ_ROUNDS make it another, longer one."""
    chance = random.Random(SEED)
    folders = [
        folder for folder in sorted(EXAMPLES.iterdir()) if (folder / "cdk-app.yml").is_file()
    ]
    good = 0
    for number in range(ROUNDS):
        folder = chance.choice(folders)
        texts = [(folder / name).read_text() for name in ("cdk-app.yml", "cdk-infra-app.yml")]
        which = chance.randrange(2)
        texts[which] = broken(texts[which], chance)
        files = [tmp_path / "app.yml", tmp_path / "infra.yml"]
        for file, text in zip(files, texts, strict=True):
            file.write_text(text, encoding="utf-8", errors="replace")
        began = time.process_time()
        try:
            config = load_config(*files)
        except ConfigError as error:
            assert all(problem.file in files for problem in error.problems), (number, texts)
            str(error).encode()
        except PlatformError as error:
            str(error).encode()
        else:
            good += 1
            accounts_stay_apart(files, config)
        assert time.process_time() - began < SECONDS, (number, texts)
    assert ROUNDS < 50 or 0 < good < ROUNDS


def accounts_stay_apart(files: list[Path], config: object) -> None:
    """The files of each set name no account that only other sets have."""
    from mlops_commons.stage import PlatformConfig

    assert isinstance(config, PlatformConfig)
    accounts = {d.set_name: {s.account for s in d.stages} for d in config.deployments}
    for name, own in accounts.items():
        others = set().union(*accounts.values()) - own - {config.pipeline.account}
        for file in files:
            if file.read_text().strip():
                cut = only_set(file.read_text(), name)
                composed(cut)
                assert not [account for account in others if account in cut], (name, cut)
