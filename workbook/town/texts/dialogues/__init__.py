"""Conversations and their summaries: a scenario for each kind of everyday business."""
