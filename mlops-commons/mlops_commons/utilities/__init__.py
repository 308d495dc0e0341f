"""Small pieces without knowledge of configuration, CDK or AWS accounts."""
