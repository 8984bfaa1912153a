"""What does a class do, and what does the model expect of it? A lesson with phones, in memory alone."""
