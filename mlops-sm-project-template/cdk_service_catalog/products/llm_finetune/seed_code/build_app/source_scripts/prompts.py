"""How an instruction becomes text, in training and in serving alike."""

PROMPT = "### Context\n{context}\n\n### Instruction\n{instruction}\n\n### Response\n"
SECTION = "###"


def format_prompt(instruction: str, context: str = "") -> str:
    """The text that the model continues with its response."""
    return PROMPT.format(context=context.strip() or "none", instruction=instruction.strip())


def clean_response(generated: str) -> str:
    """The response alone: a model that does not stop by itself begins another section."""
    return generated.split(SECTION)[0].strip()
