"""The nouns of Kandian: what things are. Imports nothing of `pipeline`."""
