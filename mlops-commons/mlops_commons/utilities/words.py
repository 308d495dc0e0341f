"""Words for people: numbers with their nouns."""


def counted(number: int, noun: str, plural: str = "") -> str:
    """A number with its noun, such as `1 stack` and `2,100 stacks`.

    Args:
        plural: for a noun that does not simply take an `s`, or where something follows it.
    """
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"
