"""The smallest configuration of a stage, for tests of what its region has."""

ONE_STAGE = """\
cdk_app_config:
  pipeline: {{account: "111111111111", region: {home}}}
  deployments:
    - set_name: retail
      default_region: {region}
      stages: [{{stage_name: dev, account: "222222222222"}}]
"""
"""Of one region, with governance in another one of the same partition."""
