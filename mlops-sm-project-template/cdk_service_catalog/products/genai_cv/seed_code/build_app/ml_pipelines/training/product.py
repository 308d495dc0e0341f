"""How this product is fine-tuned."""

from ml_pipelines.product import FineTuning

PRODUCT = FineTuning(
    data="data/pictures.json",
    held_out="validation",
    metric="improvement",
    minimum=0.02,
    base_model_input=True,
    hyperparameters={"max_steps": 400, "learning_rate": 1e-4},
)
