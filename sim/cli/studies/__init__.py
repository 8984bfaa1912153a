"""The commands of studies: what each is asked, and how its answer is written and told."""
