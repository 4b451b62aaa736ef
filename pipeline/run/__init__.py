"""Plan and run the whole job for one recording or many."""
