"""The report as people read it, from data; no act is played here."""

import re
from collections.abc import Iterator
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from contrast import READABLE, contrast, themes
from sample_report import SCIENTIST, access, act, action, sample

from mlops_commons.utilities.paths import REPOSITORY_ROOT
from mlops_rehearsal.report.data import ActState, Observed, Report
from mlops_rehearsal.report.page import PARTS as SECTIONS
from mlops_rehearsal.report.page import STYLE, page
from mlops_rehearsal.truth.claims import CLAIMS
from mlops_rehearsal.truth.level import Level
from mlops_rehearsal.world.reality import PARTS, Shown
from mlops_rehearsal.world.recorded import LINES, ActionStatus

pytestmark = pytest.mark.pure


def tree(report: Report) -> ElementTree.Element:
    """The page as XML, which is stricter than HTML."""
    return ElementTree.fromstring(page(report).removeprefix("<!doctype html>"))


def text_of(element: ElementTree.Element) -> str:
    return " ".join(" ".join(element.itertext()).split())


def rows(report: Report, caption: str) -> Iterator[list[str]]:
    """The cells of every row of the table with this caption."""
    (found,) = [t for t in tree(report).iter("table") if text_of(t[0]) == caption]
    for row in found.iter("tr"):
        yield [text_of(cell) for cell in row]


def test_the_same_data_is_the_same_page() -> None:
    assert page(sample()) == page(sample())


def test_the_title_bears_the_date_that_was_given() -> None:
    title = tree(sample()).find("head/title")
    assert title is not None
    assert title.text == "Emulated rehearsal of the platform, 2030-01-02 03:04 UTC"


def test_markup_in_logs_names_and_messages_is_text() -> None:
    evil = '<script>alert("x")</script>&amp;'
    report = sample(
        acts=(act(1, state=ActState.FAILED, message=evil, hint=evil),),
        actions=(action("Synth", log=evil, result=evil),),
        observed=Observed(access=(access(f"{SCIENTIST}{evil}", f"s3:{evil}", "denied"),)),
    )
    found = tree(report)
    assert not list(found.iter("script"))
    assert text_of(found).count(evil) >= 6


def test_colours_and_overwritten_lines_of_a_terminal_do_not_reach_a_log() -> None:
    log = "\x1b[31mred\x1b[0m\n 1%\r 99%\r100%\r\nbell\x07\x00"
    (shown,) = [
        p.text for p in tree(sample(actions=(action("S", log=log),), programs=())).iter("pre")
    ]
    assert shown == "red\n100%\nbell"


def test_only_the_end_of_a_long_log_is_shown() -> None:
    log = "\n".join(f"line {number}" for number in range(LINES + 50))
    (shown,) = [
        p.text for p in tree(sample(actions=(action("S", log=log),), programs=())).iter("pre")
    ]
    assert (shown or "").splitlines() == [f"line {n}" for n in range(50, LINES + 50)]


def test_logs_are_folded_but_that_of_a_failed_action() -> None:
    failed = action("Assets", status=ActionStatus.FAILED, log="why")
    found = tree(sample(actions=(action("Synth"), failed)))
    opened = [text_of(d) for d in found.iter("details") if "open" in d.attrib]
    assert opened == ["Log of Build / Assets, 1 line why"]


def test_what_was_denied_is_shown_as_denied() -> None:
    assert list(rows(sample(), "Everything that was denied")) == [
        ["principal", "account", "action", "times"],
        ["role/Scientist", "unit/dev", "servicecatalog:ProvisionProduct", "3"],
    ]
    assert list(rows(sample(), f"Actions of {SCIENTIST}"))[1:] == [
        ["servicecatalog:ProvisionProduct", "", "3"]
    ]


def test_the_matrix_has_a_row_for_each_principal_and_a_column_for_each_service() -> None:
    more = (
        *sample().observed.access,
        access(SCIENTIST, "s3:GetObject", "allowed"),
        access(SCIENTIST, "s3:PutObject", "allowed"),
        access(SCIENTIST, "s3:PutObject", "denied"),
    )
    report = sample(observed=replace(sample().observed, access=more))
    caption = "Different actions of each principal by service: allowed, denied with a cross"
    assert list(rows(report, caption)) == [
        ["principal", "account", "s3", "servicecatalog"],
        ["role/Lead", "unit/dev", "", "1"],
        ["role/Scientist", "unit/dev", "2 ✗1", "✗1"],
    ]


def test_a_failed_act_is_red_with_its_message_and_those_after_it_are_not_reached() -> None:
    failed = act(2, state=ActState.FAILED, seconds=4.0, message="stack 'n' failed", hint="fix it")
    later = act(3, state=ActState.NOT_REACHED, start=0.0, seconds=0.0)
    report = sample(acts=(act(1), failed, later))
    found = tree(report)
    (verdict,) = [div for div in found.iter("div") if div.get("class") == "verdict bad"]
    assert text_of(verdict) == (
        "Act 2, 'Act number 2', failed because stack 'n' failed. Next: fix it"
    )
    assert [g.get("class") for g in found.iter("g") if g.get("class") != "axis"] == [
        *("played", "failed", "not-reached")
    ]
    states = [row[1:3] for row in rows(report, "The acts in their order")]
    assert states[1:] == [["played", "10.0"], ["failed", "4.0"], ["not reached", ""]]


def test_bars_lie_one_after_the_other() -> None:
    bars = [
        (bar.get("x"), bar.get("width")) for bar in tree(sample()).iter("rect") if bar is not None
    ]
    assert bars == [("0.00%", "33.33%"), ("33.33%", "33.33%"), ("66.67%", "33.33%")]


def test_an_act_of_a_moment_is_still_to_be_seen() -> None:
    acts = (act(1, seconds=1000.0), act(2, start=1000.0, seconds=0.0))
    last = list(tree(sample(acts=acts)).iter("rect"))[-1]
    assert (last.get("x"), last.get("width")) == ("99.60%", "0.40%")


def test_stacks_actions_metrics_and_answers_are_in_their_tables() -> None:
    stacks = list(rows(sample(), "Stacks by account, before anything is removed"))
    assert stacks[1:] == [
        ["111100000001", "governance", "eu-west-1", "network", "CREATE_COMPLETE", "42"],
        ["222200000001", "unit/dev", "eu-west-1", "none", "", ""],
    ]
    runs = list(rows(sample(), "Run of infra-main: 2 actions in 6 s"))
    assert runs[1] == [
        *("Build", "Synth", "CodeBuild", "succeeded", "3.0", "4 commands as BuildRole")
    ]
    assert list(rows(sample(), "Metrics of churn"))[1:] == [
        ["regression_metrics.mse.value", "4.25"],
        ["regression_metrics.mse.standard_deviation", "0.123457"],
    ]
    assert list(rows(sample(), "Requests and answers"))[1] == ["churn-dev", "1,2", "0.5", "1"]


def test_a_pipeline_that_has_changed_itself_has_two_runs() -> None:
    report = sample(actions=(action("SelfMutate"), action("SelfMutate", run=2)))
    titles = [text_of(title) for title in tree(report).iter("h3")]
    assert [title for title in titles if "infra" in title] == ["infra-main", "infra-main, run 2"]


def test_every_part_says_how_far_it_can_be_believed() -> None:
    shown = {row[0]: row[1] for row in rows(sample(), "Parts of a rehearsal")}
    assert shown.pop("part") == "shown here"
    assert shown == {part.name: part.shown.value for part in PARTS}


@pytest.mark.parametrize("state", [ActState.PLAYED, ActState.FAILED])
def test_the_first_thing_below_the_title_is_that_everything_was_emulated(state: ActState) -> None:
    header = tree(sample(acts=(act(1, state=state),))).find("body/header")
    assert header is not None
    title, said, *_ = header
    assert text_of(title).startswith("Emulated rehearsal")
    assert text_of(said).startswith("emulated No AWS account was used: every account, stack")
    for kind in Shown:
        assert f"{kind.value}: {sum(part.shown is kind for part in PARTS)}" in text_of(said)
    assert [link.get("href") for link in said.iter("a")] == ["#reality"]


def test_what_was_emulated_has_another_colour_than_what_was_real() -> None:
    colours = {
        text_of(cell): cell.get("class")
        for cell in tree(sample()).iter("span")
        if text_of(cell) in set(Shown)
    }
    assert len(set(colours.values())) == len(colours) == len(Shown)


def test_what_is_proven_is_what_the_page_about_it_says() -> None:
    said = (REPOSITORY_ROOT / "docs" / "truth.md").read_text(encoding="utf-8")
    (heading, *shares) = rows(sample(), "What proves what")
    assert heading[1:] == [*(level.value for level in Level), "above schema"]
    assert len(shares) == 6
    for share in shares:
        assert f"| {' | '.join(share)} |" in said
    claims = [row[0] for row in rows(sample(), "Claims of the README and what proves them")][1:]
    assert len(claims) == len(CLAIMS)


def test_a_rehearsal_of_which_nothing_is_known_has_a_page_too() -> None:
    note = "the emulator does not answer"
    report = sample(acts=(), actions=(), programs=(), observed=Observed(note=note))
    assert note in text_of(tree(report))


def test_the_navigation_leads_to_every_section() -> None:
    found = tree(sample())
    ids = [section.get("id") for section in found.iter("section")]
    (navigation,) = found.iter("nav")
    assert [a.get("href") for a in navigation.iter("a")] == [f"#{name}" for name in ids]
    assert ids == list(SECTIONS)


def test_the_keyboard_finds_a_way_past_the_first_screen_first() -> None:
    found = tree(sample())
    first = next(found.iter("a"))
    assert (first.get("class"), first.get("href")) == ("skip", "#acts")


def test_ids_are_unique_and_every_name_that_is_referred_to_exists() -> None:
    found = tree(sample())
    ids = [e.get("id") for e in found.iter() if e.get("id")]
    assert len(ids) == len(set(ids))
    assert {e.get("aria-labelledby") for e in found.iter()} <= {None, *ids}


def test_the_page_loads_nothing_and_needs_no_script() -> None:
    found = tree(sample())
    names = {element.tag for element in found.iter()}
    assert not names & {"script", "link", "img", "iframe", "object", "embed", "base"}
    loading = {"src", "srcset", "data", "action", "poster", "background"}
    assert not any(loading & set(element.attrib) for element in found.iter())
    assert not re.search(r"url\(|@import|https?:", STYLE.read_text())


def test_every_table_has_a_caption_headings_and_a_box_that_the_keyboard_reaches() -> None:
    found = tree(sample())
    boxes = [div for div in found.iter("div") if div.get("class") == "scroll"]
    assert len(boxes) == len(list(found.iter("table"))) > 5
    for box in boxes:
        assert (box.get("tabindex"), box.get("role")) == ("0", "group")
        (caption,) = box.iter("caption")
        assert text_of(caption) == box.get("aria-label")
        assert all(th.get("scope") in ("col", "row") for th in box.iter("th"))


def test_text_can_be_read_in_every_theme() -> None:
    found = list(themes(STYLE.read_text()))
    assert len(found) == 3
    for theme in found:
        for text in ("text", "muted", "link", "good", "bad", "emulated"):
            for ground in ("background", "panel", "bad-panel"):
                assert contrast(theme[text], theme[ground]) >= READABLE, (text, ground, theme)
