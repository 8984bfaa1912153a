"""What must the parts of a scenario agree on? A world, a campaign, what-ifs: one file each."""
