"""What happens in a step, in which order? Start reading in `model`."""
