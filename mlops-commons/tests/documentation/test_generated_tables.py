"""Tables of READMEs say what the code says, and one command writes all of them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from checkouts import APPS_HERE, make_checkout

from mlops_commons.cli.upkeep.docs import MODULES
from mlops_commons.reference_tables import tables
from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.generated_files import stale, write_atomically
from mlops_commons.utilities.generated_tables import (
    COMMAND,
    GeneratedTable,
    wanted_texts,
    with_table,
)
from mlops_commons.vpc_endpoints import VPC_ENDPOINTS

TABLE = GeneratedTable(name="things", files=("README.md",), heading=("A",), rows=[("x|y",)])


@pytest.mark.pure
def test_the_tables_in_the_readmes_are_current() -> None:
    assert stale(wanted_texts(tables())) == [], f"run: {COMMAND}"


@pytest.mark.pure
def test_every_endpoint_has_a_row() -> None:
    (endpoints,) = (table for table in tables() if table.name == "VPC endpoints")
    assert [row[0] for row in endpoints.rows] == [f"`{row.key}`" for row in VPC_ENDPOINTS]


@pytest.mark.pure
def test_verbs_of_an_app_that_the_cdk_lacks_are_listed_with_their_options() -> None:
    (verbs,) = (table for table in tables() if table.name == "verbs")
    options = {row[0]: row[2] for row in verbs.rows}
    assert "`--message`" in options["`infra publish`"]
    assert "`diagram`" in options


@pytest.mark.pure
def test_a_table_stands_between_its_marks_and_the_rest_of_the_text_stays() -> None:
    text = f"# A\n\n{TABLE.begin}\nold\n{TABLE.end}\n\nend\n"
    new = with_table(text, TABLE)
    assert new == f"# A\n\n{TABLE.begin}\n\n| A |\n| --- |\n| x\\|y |\n\n{TABLE.end}\n\nend\n"
    assert with_table(new, TABLE) == new


@pytest.mark.pure
@pytest.mark.parametrize("text", ["", TABLE.begin, TABLE.end, f"{TABLE.end}\n{TABLE.begin}"])
def test_a_readme_without_the_marks_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text(f"# A\n{text}\n")
    with pytest.raises(PlatformError, match="'things' has no place"):
        wanted_texts([TABLE], tmp_path)


@pytest.mark.pure
def test_a_file_is_replaced_as_a_whole_or_not_at_all(tmp_path: Path) -> None:
    file = tmp_path / "folder" / "page.md"
    write_atomically(file, "one")
    with pytest.raises(UnicodeEncodeError):
        write_atomically(file, "half\ud800")
    assert file.read_text() == "one"
    assert [*file.parent.iterdir()] == [file]


@pytest.mark.app
@pytest.mark.parametrize("app", APPS_HERE)
def test_the_verb_writes_what_is_not_current_in_the_repository_of_one_app(
    app: str, tmp_path: Path
) -> None:
    root = make_checkout(tmp_path / "repository", app).root
    packages = os.pathsep.join(str(root / folder) for folder in MODULES)

    def docs_tables(*arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-P", "-m", "mlops_commons.cli", "docs", "tables", *arguments],
            env={**os.environ, "PYTHONPATH": packages},
            capture_output=True,
            text=True,
            check=False,
        )

    assert docs_tables("--check").returncode == 0
    readme = root / "mlops-commons" / "README.md"
    current = readme.read_text()
    readme.write_text(current.replace("| `/vpc/id` |", "| `/vpc/no` |"))
    checked = docs_tables("--check")
    assert checked.returncode == 1
    assert "not current: mlops-commons/README.md" in checked.stdout
    assert f"next: {COMMAND}" in checked.stderr
    assert docs_tables().returncode == 0
    assert readme.read_text() == current
