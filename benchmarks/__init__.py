"""How fast the independent cascade is, beside C and beside other tools: `make bench` writes docs/benchmarks.md."""
