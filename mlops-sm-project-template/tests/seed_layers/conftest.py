"""These tests run in repositories of projects: seed_code/test_seed_layers.py."""

collect_ignore_glob = ["*"]
