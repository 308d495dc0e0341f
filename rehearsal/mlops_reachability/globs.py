"""A text that several patterns have in common, such as a name that two policies allow."""

from collections import deque
from functools import cache
from typing import Final

FILLER: Final = "x"
"""What stands for a character that no pattern asks for."""

Places = tuple[frozenset[int], ...]
"""For each pattern the places at which its reading may stand."""


@cache
def witness(*patterns: str) -> str | None:
    """The shortest text that matches every pattern; None where there is none.

    `*` stands for any text, `?` for one character.
    """
    start: Places = tuple(_past_stars(frozenset({0}), pattern) for pattern in patterns)
    seen, queue = {start}, deque([(start, "")])
    while queue:
        places, text = queue.popleft()
        if all(len(p) in found for p, found in zip(patterns, places, strict=True)):
            return text
        for letter in _letters(places, patterns):
            following = tuple(
                _after(found, pattern, letter)
                for pattern, found in zip(patterns, places, strict=True)
            )
            if all(following) and following not in seen:
                seen.add(following)
                queue.append((following, text + letter))
    return None


def _letters(places: Places, patterns: tuple[str, ...]) -> list[str]:
    """The letters that some pattern asks for next, and the filler."""
    wanted: dict[str, None] = {}
    for pattern, found in zip(patterns, places, strict=True):
        for place in sorted(found):
            if place < len(pattern) and pattern[place] not in "*?":
                wanted[pattern[place]] = None
    return [*wanted, FILLER]


def _after(found: frozenset[int], pattern: str, letter: str) -> frozenset[int]:
    following = set()
    for place in found:
        if place < len(pattern):
            if pattern[place] == "*":
                following.add(place)
            elif pattern[place] in (letter, "?"):
                following.add(place + 1)
    return _past_stars(frozenset(following), pattern)


def _past_stars(found: frozenset[int], pattern: str) -> frozenset[int]:
    """Also the places behind stars, which may stand for nothing."""
    whole = set(found)
    for place in sorted(found):
        while place < len(pattern) and pattern[place] == "*":
            place += 1
            whole.add(place)
    return frozenset(whole)
