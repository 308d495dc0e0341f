"""`completion`: prints what teaches a shell the verbs and flags; no shell file is edited."""

import os
from enum import StrEnum
from typing import Annotated, Final

import typer

VARIABLE: Final = "_MLOPS_COMPLETE"
"""A shell that sets it asks for completions; the wrapper knows the name too."""
EPILOG: Final = """
\b
Examples:
  # in this bash, until it ends
  source <(./mlops-multi-account.sh completion bash)
  # in this zsh, after compinit
  source <(./mlops-multi-account.sh completion zsh)
  # in this fish
  ./mlops-multi-account.sh completion fish | source
  # FILE is what the shell's start-up may read
  ./mlops-multi-account.sh completion bash > FILE
"""


class Shell(StrEnum):
    """The shells that can be taught."""

    BASH = "bash"
    FISH = "fish"
    ZSH = "zsh"


# The command is called as it was typed: it is found by a path, not on PATH.
SCRIPTS: Final = {
    Shell.BASH: """\
_mlops_multi_account() {{
  local IFS=$'\\n'
  COMPREPLY=($(COMP_WORDS="${{COMP_WORDS[*]}}" COMP_CWORD="$COMP_CWORD" \\
    {variable}=complete_bash "$1"))
}}
complete -o default -F _mlops_multi_account {program}
""",
    Shell.FISH: """\
function _mlops_multi_account
  set --local program (commandline --tokenize --current-process --cut-at-cursor)[1]
  env {variable}=complete_fish _TYPER_COMPLETE_FISH_ACTION=$argv[1] \\
    _TYPER_COMPLETE_ARGS=(commandline --current-process --cut-at-cursor) $program
end
complete --command {program} --no-files --condition "_mlops_multi_account is-args" \\
  --arguments "(_mlops_multi_account get-args)"
""",
    Shell.ZSH: """\
_mlops_multi_account() {{
  eval "$(_TYPER_COMPLETE_ARGS="${{words[1,$CURRENT]}}" {variable}=complete_zsh "${{words[1]}}")"
}}
compdef _mlops_multi_account {program}
""",
}

Wanted = Annotated[Shell, typer.Argument(help="Whose script is printed.")]


def register(application: typer.Typer) -> None:
    """Add the verb to the command line."""
    application.command("completion", epilog=EPILOG)(completion)


def answer_shell() -> None:
    """Let Typer answer a shell that asks; it does so only for the shells that it was told of."""
    if VARIABLE in os.environ:
        from typer.completion import get_completion_inspect_parameters

        # With Typer's own options switched off nothing else tells it of the shells.
        get_completion_inspect_parameters()


def completion(context: typer.Context, shell: Wanted) -> None:
    """Print the completion script of a shell."""
    program = context.find_root().info_name
    typer.echo(SCRIPTS[shell].format(variable=VARIABLE, program=program), nl=False)
