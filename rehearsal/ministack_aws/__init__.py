"""MiniStack with the resource types, checks and permissions of the CloudFormation registry.

An extension of MiniStack 1.5 that stands alone: the schemas are those that cfn-lint ships. It adds
resource types that MiniStack lacks, validates the properties of every type, evaluates what the
service role of a stack may do, and serves the calls that read what the added types hold. Start it
in the place of `ministack`: `python -m ministack_aws`.
"""
