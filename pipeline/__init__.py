"""The verbs of Kandian: one folder a verb; siblings do not import each other."""
