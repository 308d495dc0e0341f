"""Checks of who changes the repositories of the governance account."""

from collections.abc import Iterator
from functools import cache

from mlops_commons.config.document import KeyPath
from mlops_commons.config.sources import APP_ROOT, Sources
from mlops_commons.utilities.errors import Problem

REVIEWS: KeyPath = (APP_ROOT, "pipeline", "reviews")


def both_are_named(sources: Sources) -> Iterator[Problem]:
    """A review takes somebody who proposes and somebody who approves."""
    reviews = sources.config.pipeline.reviews
    if bool(reviews.authors) != bool(reviews.reviewers):
        named, missing = ("authors", "reviewers") if reviews.authors else ("reviewers", "authors")
        message = (
            f"pipeline.reviews names {named} and no {missing}, so nothing could be merged any "
            f"more; name roles under both, or remove the block"
        )
        yield sources.app_document.problem((*REVIEWS, named), message)


def nobody_is_both(sources: Sources) -> Iterator[Problem]:
    """An approval counts by the reviewers' role: who may enter both approves his own change."""
    reviews = sources.config.pipeline.reviews
    for index, reviewer in enumerate(reviews.reviewers):
        for author in reviews.authors:
            if _overlap(author, reviewer):
                message = (
                    f"'{reviewer}' is under authors too, as '{author}': whoever has this role "
                    "would approve the own change; give reviewers a role of their own"
                )
                yield sources.app_document.problem((*REVIEWS, "reviewers", index), message)


@cache
def _overlap(one: str, other: str) -> bool:
    """Whether a name may match both patterns."""
    if not one or not other:
        return set(one + other) <= {"*"}
    if one[0] == "*":
        return _overlap(one[1:], other) or _overlap(one, other[1:])
    if other[0] == "*":
        return _overlap(other, one)
    return one[0] == other[0] and _overlap(one[1:], other[1:])
