"""Sweeps: one scenario at many points of a design, with replicates, in a ledger that survives whatever happens.

`design` says where the points are, `plan` what is run there, `ledger` keeps what came out, `engine` and `conduct` have
it computed, `outcome` reads it, `export`, `charts`, `sensitivity` and `words` show it, `cost` tells it beforehand.
"""
