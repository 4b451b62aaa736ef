"""Fit the weights of detection on labelled text broadcasts; no part of detection itself."""
