"""What does every field have? Draws, time, statistics, files with places, jobs, words, errors: pure and small."""
