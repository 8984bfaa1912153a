"""What comes of it if I change this? A scenario as a form in a browser, its runs live, and a notebook of them."""
