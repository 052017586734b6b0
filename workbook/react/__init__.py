"""Lesson 16: ReAct."""
