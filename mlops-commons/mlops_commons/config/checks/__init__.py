"""What is checked across the whole configuration."""
