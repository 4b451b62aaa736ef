"""Say what a batch would do."""
