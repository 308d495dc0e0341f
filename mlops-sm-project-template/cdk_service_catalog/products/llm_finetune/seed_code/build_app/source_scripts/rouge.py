"""ROUGE: how much of the right text an answer has, and how much of the answer is right, in words.

Source: Lin, "ROUGE: A Package for Automatic Evaluation of Summaries" (2004). The values are those of
the package rouge-score without its stemmer, which knows English alone. That package is in none of
the images that evaluate, whose jobs have no network to install it; here letters of every alphabet
count.
"""

import re
from collections import Counter

WORD = re.compile(r"[^\W_]+")


def rouge_1(right: str, given: str) -> float:
    """By single words."""
    return _by_runs(right, given, 1)


def rouge_2(right: str, given: str) -> float:
    """By pairs of words."""
    return _by_runs(right, given, 2)


def rouge_l(right: str, given: str) -> float:
    """By the longest row of words that both have in this order, others between them."""
    wanted, found = _words(right), _words(given)
    longest = [0] * (len(found) + 1)
    for word in wanted:
        before = longest
        longest = [0]
        for place, other in enumerate(found):
            same = before[place] + 1 if word == other else 0
            longest.append(max(same, before[place + 1], longest[place]))
    return _mean(longest[-1], len(wanted), len(found))


def _by_runs(right: str, given: str, length: int) -> float:
    wanted, found = (_runs(_words(text), length) for text in (right, given))
    return _mean((wanted & found).total(), wanted.total(), found.total())


def _mean(common: int, wanted: int, found: int) -> float:
    """The harmonic mean of precision and recall."""
    return 2 * common / (wanted + found) if common else 0.0


def _runs(words: list[str], length: int) -> Counter[tuple[str, ...]]:
    return Counter(zip(*(words[start:] for start in range(length)), strict=False))


def _words(text: str) -> list[str]:
    return WORD.findall(text.lower())
