"""What one product's fine-tuning has otherwise than another's; imports nothing heavy."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class FineTuning:
    """One product.

    Attributes:
        data: the file with the data of the first day.
        held_out: the name of the part that is not trained on.
        metric: its name in `evaluation.json`, the greater the better.
        minimum: the gate, unless a run says otherwise.
        base_model_input: the base model is an input of the evaluation too.
        training_instance, inference_instance: machines with a GPU.
    """

    data: str
    held_out: str
    metric: str
    minimum: float
    hyperparameters: Mapping[str, object] = field(default_factory=dict)
    base_model_input: bool = False
    training_instance: str = "ml.g5.2xlarge"
    inference_instance: str = "ml.g5.xlarge"
