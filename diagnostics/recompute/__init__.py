"""The calculations of diagnostics, joined to their tables. `srm/pipeline.py` lists them."""

from diagnostics.recompute.effects import effect
from diagnostics.recompute.returns import initiative_return
from diagnostics.recompute.trends import trend

__all__ = ["effect", "initiative_return", "trend"]
