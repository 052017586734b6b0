"""Reviews of places and things, with their sentiment."""
