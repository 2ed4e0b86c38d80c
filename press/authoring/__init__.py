"""Tools for authors: the beginning of an article, the subsets of the fonts."""
