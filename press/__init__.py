"""From posts to pages: listings, outputs, maths, figures and the numbers inside sentences."""
