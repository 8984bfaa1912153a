"""The documents of two arms: of a pair of runs with one seed, and of many pairs, a seed each."""
