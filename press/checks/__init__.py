"""What can be wrong with the sources and with the built site."""
