"""Lesson 11: The PEFT family."""
