"""What is one run made of, what made it, what happened to one user in it? A scenario in, a folder out."""
