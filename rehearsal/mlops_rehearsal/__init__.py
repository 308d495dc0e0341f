"""The platform played on one machine: four accounts, their pipelines and what these deploy."""
