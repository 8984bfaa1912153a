"""Files that can be believed: known by their content, whole or not there at all, read within bounds."""
