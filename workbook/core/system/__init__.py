"""What is here: the machine and its profile, memory sums, the sizes of known models."""
