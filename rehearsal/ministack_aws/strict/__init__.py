"""What AWS refuses and MiniStack takes: policies, names, networks, keys, pipelines."""
