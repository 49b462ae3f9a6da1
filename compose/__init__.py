"""Settings, the command line and the one-machine runtime: puts the parts together."""
