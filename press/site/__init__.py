"""What happens to the site after MkDocs has built it, and the build as a whole."""
