"""The portfolio: products, who may launch them, and what a launch may do."""
