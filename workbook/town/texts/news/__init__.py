"""Short news of the town."""
