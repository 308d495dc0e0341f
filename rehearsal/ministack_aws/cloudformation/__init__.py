"""CloudFormation as its registry describes it: provisioning, validation, permissions."""
