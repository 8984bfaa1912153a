"""Contagion on a stored network without platforms: one compiled kernel a process."""
