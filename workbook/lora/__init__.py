"""Lesson 10: LoRA."""
