"""One run: a scenario in, a folder out. What is it made of, what made it, what happened to one user?"""
