"""Flags of `config` that speak of one thing twice: users join, and nothing is lost silently."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from mlops_commons.cli.config.making.flags import Flags, complete, with_flags
from mlops_commons.config.writing.answers import Answers, UsersAnswer
from mlops_commons.config.writing.denials import denials_of
from mlops_commons.utilities.errors import PlatformError

pytestmark = pytest.mark.pure

PROPOSED = Answers(app_prefix="mlops", region="eu-west-1", account="100000000001", sets=())


def test_users_of_a_group_that_is_named_twice_are_joined() -> None:
    users = ("data_scientists=ana,bob", "ml_engineers=eve", "data_scientists=bob,cho")
    assert with_flags(PROPOSED, Flags(users=users)).users == (
        UsersAnswer(group="data_scientists", prefix=None, profile_names=("ana", "bob", "cho")),
        UsersAnswer(group="ml_engineers", prefix=None, profile_names=("eve",)),
    )


@pytest.mark.parametrize(
    ("flag", "texts", "name", "values"),
    [
        ("stages", ("a/dev=2", "a/dev=3"), "a/dev", ("a/dev=2", "a/dev=3")),
        ("stages", ("a/dev=200000000001,profile=p,profile=q",), "profile", ("p", "q")),
        ("tags", ("k=1", "k=2"), "k", ("1", "2")),
        ("sources", ("infra=s3", "infra=codecommit"), "infra", ("infra=s3", "infra=codecommit")),
        ("sources", ("infra=connection,branch=p,branch=q",), "branch", ("p", "q")),
    ],
)
def test_what_is_said_twice_is_refused_with_both_values(
    flag: str, texts: Sequence[str], name: str, values: tuple[str, str]
) -> None:
    with pytest.raises(PlatformError) as caught:
        with_flags(PROPOSED, Flags(**{flag: texts}))  # type: ignore[arg-type]
    one, other = values
    assert f"'{name}' is said twice, as '{one}' and as '{other}'" in str(caught.value)


@pytest.mark.parametrize("text", ["tags", "sources", "stages"])
def test_the_same_said_twice_is_said_once(text: str) -> None:
    said = {"tags": "k=1", "sources": "infra=s3", "stages": "a/dev=200000000001"}[text]
    once = with_flags(PROPOSED, Flags(**{text: (said,)}))  # type: ignore[arg-type]
    twice = with_flags(PROPOSED, Flags(**{text: (said, said)}))  # type: ignore[arg-type]
    assert (once.tags, once.sources) == (twice.tags, twice.sources)
    assert [s.set_name for s in once.sets] == [s.set_name for s in twice.sets]
    assert [len(s.stages) for s in once.sets] == [len(s.stages) for s in twice.sets]


@pytest.mark.parametrize(
    ("flag", "text", "words"),
    [
        (
            "users",
            "data_scientists",
            "--user 'data_scientists' lacks =NAME[,NAME...]\n"
            "  next: write: --user data_scientists=NAME",
        ),
        ("stages", "a/dev=200000000001,profile", "'profile' lacks =VALUE"),
    ],
)
def test_a_known_word_without_its_value_is_told_what_is_missing(
    flag: str, text: str, words: str
) -> None:
    with pytest.raises(PlatformError) as caught:
        with_flags(PROPOSED, Flags(**{flag: (text,)}))  # type: ignore[arg-type]
    assert words in str(caught.value)
    assert "did you mean" not in str(caught.value)


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (Flags(account="abc"), "--governance-account: 'abc' is not an account id: 12 digits"),
        (Flags(region="eu-west-11"), "--region: 'eu-west-11' is not a region of AWS; did you mean"),
        (Flags(support_email="a@x..com"), "--support-email: 'a@x..com' is not an e-mail address"),
        (Flags(stages=("a/dev=12",)), "--stage a/dev: '12' is not an account id"),
        (Flags(stages=("a/dev=,profile=p,region=eu",)), "--stage a/dev: 'eu' is not a region"),
    ],
)
def test_forms_are_looked_at_before_a_profile_is_asked(flags: Flags, words: str) -> None:
    def asked(profile: str, region: str) -> str:
        raise AssertionError(profile)

    stages = flags.stages or ("retail/dev=,profile=not-there",)
    with pytest.raises(PlatformError) as caught:
        complete(with_flags(PROPOSED, replace(flags, stages=stages)), asked)
    assert words in str(caught.value)


def test_a_boundary_without_a_statement_is_no_boundary(tmp_path: Path) -> None:
    file = tmp_path / "boundary.json"
    file.write_text(json.dumps({"Version": "2012-10-17", "Statement": []}))
    with pytest.raises(PlatformError, match="has no statement"):
        denials_of(file)
