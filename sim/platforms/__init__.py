"""What is shown to whom? A platform is numbers (`sim/catalog/`) over mechanisms (here)."""
