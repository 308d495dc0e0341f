"""What CloudFormation may do in an account, derived from the templates that it deploys."""
