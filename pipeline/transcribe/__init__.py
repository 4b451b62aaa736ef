"""Turn speech into timed text: engines behind one protocol, their weights, imported transcripts."""
