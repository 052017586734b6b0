"""What is here: the machine and its profile, memory sums, known models, the reader of files."""
