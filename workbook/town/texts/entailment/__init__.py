"""Premises, and hypotheses that follow from them or do not."""
