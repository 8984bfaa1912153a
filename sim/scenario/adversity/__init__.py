"""What may go wrong with a plan, and what may be done: templates, the names in them, the worlds that come of both."""
