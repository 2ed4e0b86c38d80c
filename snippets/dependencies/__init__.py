"""When dependencies end, and what the client has heard by then."""
