"""What of a run goes onto its page, and the page itself."""
