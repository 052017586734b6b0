"""What is asked: exercises, their checks, the learner's attempts, and a lesson's header."""
