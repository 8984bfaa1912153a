"""How does it look? Paper, figures, the page; made from files and plain tables."""
