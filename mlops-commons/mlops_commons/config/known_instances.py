"""Instance types as values: one that SageMaker does not have would let nobody start a job.

`sagemaker.jobs.instance_types` becomes a denial of all other types, so AWS accepts one that is
written wrong, and refuses people's jobs later.
"""

from mlops_commons.config.values import nearest
from mlops_commons.instance_types import instance_types, sold_somewhere, source


def some_instance_type(value: str) -> str:
    """The pattern itself.

    Raises:
        ValueError: it means no type that SageMaker has.
    """
    if sold_somewhere(value):
        return value
    families = list(dict.fromkeys(name.rpartition(".")[0] for name in instance_types()))
    family = value.rpartition(".")[0]
    sizes = [name for name in instance_types() if name.startswith(f"{family}.")]
    whole = [f"{name}.*" for name in families]
    alike = nearest(value, whole if "*" in value else sizes or list(instance_types()))
    allowed = [f"{family}.*", *sizes] if sizes else whole
    raise ValueError(
        f"'{value}' is no instance type of SageMaker's that {source()} know; "
        + (alike or f"allowed: {', '.join(allowed)}")
    )
