"""Two or more worlds with the same seeds: what differs, how surely, and whom it reached.

`arms` reads what is compared, `runs` simulates all arms of a seed, `study` adds seeds until it is precise enough,
`reached` says who was reached because of it. The intervals are those of `sim.base.intervals`.
"""
