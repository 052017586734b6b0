"""Questions about one fact, their answers from memory, and refusals."""
