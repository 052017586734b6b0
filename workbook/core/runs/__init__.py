"""What is kept: records of runs, their intervals, seeds, and rows of benchmarks."""
