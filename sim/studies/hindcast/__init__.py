"""What does the model expect after a day, given what was known by its end?"""
