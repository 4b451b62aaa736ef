"""Score what was found against the truth."""
