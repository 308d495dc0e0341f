"""What a model has written is shown, and is never a part of the page."""

from html.parser import HTMLParser

import pytest
from reports import grid
from splits import enough, split_rows


class Page(HTMLParser):
    """Collects tags and texts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.texts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember a tag."""
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        """Remember a text."""
        self.texts.append(data)


def test_what_a_model_has_written_is_text() -> None:
    hostile = "</td><script>alert(1)</script><img src=x onerror=alert(1)>"
    page = Page(grid("<b>title", [{"given": hostile, "<i>": 0.5}, {"given": "", "<i>": 1}]))
    assert hostile in page.texts and "<b>title" in page.texts and "<i>" in page.texts
    assert not {"script", "img", "b", "i"} & {*page.tags}
    assert page.tags.count("tr") == 3


def test_a_page_of_nothing_is_a_page() -> None:
    assert Page(grid("empty", [])).tags.count("tr") == 1


@pytest.mark.parametrize("seed", range(20))
def test_no_group_is_in_both_parts_and_neither_is_empty(seed: int) -> None:
    groups = [str(number * number % 7) for number in range(40)]
    rows = [*range(40)]
    train, test = split_rows(rows, groups, held_out_share=0.25, seed=seed)
    assert train and test
    assert sorted(train + test) == rows
    assert not {groups[row] for row in train} & {groups[row] for row in test}
    assert (train, test) == split_rows(rows, groups, held_out_share=0.25, seed=seed)


def test_what_cannot_be_split_or_tested_with_is_refused() -> None:
    with pytest.raises(SystemExit, match="one group"):
        split_rows([1, 2], ["a", "a"], held_out_share=0.5, seed=1)
    with pytest.raises(SystemExit, match="gate.minimum_rows in project.yml is 3"):
        enough([1, 2], 3)
    enough([1, 2], 2)
