"""Documents of a release, made from the published file and nothing else."""
