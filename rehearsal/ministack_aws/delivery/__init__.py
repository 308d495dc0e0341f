"""CodeCommit, CodePipeline, Service Catalog and the events between them."""
