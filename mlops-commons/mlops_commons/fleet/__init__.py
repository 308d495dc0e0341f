"""What is deployed in all account sets, and a delivery from one set to the next."""
