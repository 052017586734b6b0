"""Lesson 06: Scaling laws."""
