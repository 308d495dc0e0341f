"""Words for people: numbers with their nouns, and letters that look like others."""

import unicodedata


def counted(number: int, noun: str, plural: str = "") -> str:
    """A number with its noun, such as `1 stack` and `2,100 stacks`.

    Args:
        plural: for a noun that does not simply take an `s`, or where something follows it.
    """
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"


def lasted(seconds: float) -> str:
    """How long something took: `2.5 s`, `41 s`, `10 min`, `29 min 18 s`, `1 h 2 min`."""
    if seconds < 10:
        return f"{seconds:.1f} s".replace(".0 s", " s")
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((hours, "h"), (minutes, "min"), (0 if hours else rest, "s"))
    return " ".join(f"{number} {unit}" for number, unit in parts if number)


def odd_letter(text: str) -> str:
    """The first character that is not ASCII with its name, since many look like one that is.

    Empty where there is none; else a part of a sentence, which follows the text.
    """
    odd = next((letter for letter in text if not letter.isascii()), "")
    if not odd:
        return ""
    code = f"U+{ord(odd):04X}"
    return f" ('{odd}' in it is {code}, {unicodedata.name(odd, 'without a name').lower()})"
