"""What machines recorded: measurements, test runs, transcripts, and their units."""
