"""Shared knowledge of Chinese and English text: script, numbers, sound."""
