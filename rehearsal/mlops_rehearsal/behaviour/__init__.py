"""What a template does in AWS, asked of the template alone, and mutants that ask the questions."""
