"""What may go wrong with a plan: templates over any scenario, and the world to which they happened."""
