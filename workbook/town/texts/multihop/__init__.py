"""Questions that need several facts: their proofs, the tools and the traces that answer them."""
