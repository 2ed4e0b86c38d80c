"""What an application lets in, and what a refusal gives away."""
