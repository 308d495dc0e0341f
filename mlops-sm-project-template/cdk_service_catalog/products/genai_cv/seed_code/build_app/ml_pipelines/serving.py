"""What serves pictures: the handlers of this repository, on Hugging Face's image."""

from ml_pipelines.declared import Declaration
from ml_pipelines.hugging_face import handlers as container

__all__ = ["container", "local_arguments"]


def local_arguments(found: Declaration) -> tuple[str, ...]:
    """Nothing: the same handlers answer on every machine."""
    return ()
