"""A player of CodePipeline: takes a pipeline as it is deployed and runs its actions."""
