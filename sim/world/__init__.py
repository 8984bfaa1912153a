"""What is the state, and how does everybody respond? Columns, the two compiled passes, their readable twin."""
