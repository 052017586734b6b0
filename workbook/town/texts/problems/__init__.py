"""Word problems, sums digit by digit, and small programs."""
