"""Pages of the town's encyclopedia."""
