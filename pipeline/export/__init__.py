"""Write the index in the formats that players read."""
