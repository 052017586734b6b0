"""Chats of several turns under rules that can be checked."""
