"""Rude and polite ways to say one thing."""
