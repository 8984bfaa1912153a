"""Documents of studies: what many runs say, each from plain numbers that its study tells."""
