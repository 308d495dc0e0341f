"""How an instruction becomes text, in training and in serving alike."""

PROMPT = "### Context\n{context}\n\n### Instruction\n{instruction}\n\n### Response\n"
SECTION = "###"
CHAT = (
    "{% set given = messages | selectattr('role', 'equalto', 'system') | list %}"
    "{% set asked = messages | selectattr('role', 'equalto', 'user') | list %}"
    "{% set context = (given[-1]['content'] | trim) if given else '' %}"
    "{{ '### Context\\n' + (context or 'none') + '\\n\\n### Instruction\\n' }}"
    "{{ (asked[-1]['content'] | trim) + '\\n\\n### Response\\n' }}"
)
"""The same for OpenAI's chat requests, as a template that goes with the tokenizer: the context is
the system's message, the instruction the user's last one. The model knows no conversation."""


def format_prompt(instruction: str, context: str = "") -> str:
    """The text that the model continues with its response."""
    return PROMPT.format(context=context.strip() or "none", instruction=instruction.strip())


def clean_response(generated: str) -> str:
    """The response alone: a model that does not stop by itself begins another section."""
    return generated.split(SECTION)[0].strip()
