"""What was asked? The only room that prints; it imports a room inside the command that needs it."""
