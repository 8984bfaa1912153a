"""What do many runs say? One folder a command."""
