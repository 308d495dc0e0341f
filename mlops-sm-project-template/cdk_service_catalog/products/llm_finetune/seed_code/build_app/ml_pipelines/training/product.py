"""How this product is fine-tuned."""

from ml_pipelines.product import FineTuning

PRODUCT = FineTuning(
    data="data/text_to_sql.json",
    held_out="test",
    metric="token_f1",
    minimum=0.6,
    hyperparameters={"epochs": 3, "learning_rate": 2e-4},
)
