"""Words for people: numbers with their nouns, and letters that look like others."""

import unicodedata


def counted(number: int, noun: str, plural: str = "") -> str:
    """A number with its noun, such as `1 stack` and `2,100 stacks`.

    Args:
        plural: for a noun that does not simply take an `s`, or where something follows it.
    """
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"


def odd_letter(text: str) -> str:
    """The first character that is not ASCII with its name, since many look like one that is.

    Empty where there is none; else a part of a sentence, which follows the text.
    """
    odd = next((letter for letter in text if not letter.isascii()), "")
    if not odd:
        return ""
    code = f"U+{ord(odd):04X}"
    return f" ('{odd}' in it is {code}, {unicodedata.name(odd, 'without a name').lower()})"
