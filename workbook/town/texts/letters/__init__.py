"""Letters between people of the town."""
