"""Tables of READMEs say what the code says."""

from pathlib import Path

import pytest

from mlops_commons.reference_tables import tables
from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.generated_files import write_atomically
from mlops_commons.utilities.generated_tables import GeneratedTable, wanted_texts, with_table
from mlops_commons.vpc_endpoints import VPC_ENDPOINTS

TABLE = GeneratedTable(name="things", files=("README.md",), heading=("A",), rows=[("x|y",)])


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
