"""The makers of the sample broadcast: `speak` gives it a voice, `render` gives it a picture."""
