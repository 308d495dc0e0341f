"""What AWS asks of machine learning resources, as one table, and who breaks it."""
