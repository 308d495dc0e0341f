"""The evaluator of policies, by the name that tests know it by."""

from mlops_commons.iam.evaluation import Request, allows, applies, listed, matches

__all__ = ["Request", "allows", "applies", "listed", "matches"]
