"""Pictures of what is deployed, drawn from the synthesised templates."""
