"""Lesson 05: Quantization."""
