"""SageMaker: jobs, pipelines, model registry, endpoints, Studio apps."""
