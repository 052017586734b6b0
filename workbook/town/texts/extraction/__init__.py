"""Messages and the fields to be found in them."""
