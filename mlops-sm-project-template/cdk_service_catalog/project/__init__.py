"""What a project gets: small blocks of plain resources, and the template made of them."""
