"""The only owner of subprocess: runs outside programs, bounded and killable."""

from pipeline.process.run import Finished, run_command

__all__ = ["Finished", "run_command"]
