"""What a training starts with unless somebody says otherwise."""

DATA = "data/abalone-generated.csv"
APPROVAL_STATUS = "Approved"
"""The gate decides alone here: people approve the deployment to preprod and to prod."""
MAXIMUM_MEAN_SQUARED_ERROR = 6.0
HYPERPARAMETERS = {"learning-rate": 0.05, "iterations": 200, "leaves": 15, "seed": 7}
"""Found by cross-validation on the UCI Abalone data."""
