"""What may leave a network: through which endpoint, and to which names."""
