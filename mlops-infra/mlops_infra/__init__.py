"""CDK app for the secure foundation of an account set: network, personas and SageMaker Studio."""
