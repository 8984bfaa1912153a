"""What may a file say, what is wrong with it, when can two first differ?"""
