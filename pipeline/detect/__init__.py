"""Find product pitches in a transcript."""
