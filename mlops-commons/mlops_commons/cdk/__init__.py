"""CDK constructs that both apps share."""
