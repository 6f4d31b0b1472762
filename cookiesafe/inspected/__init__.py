"""An exchange that tells the inspector of its request."""

from .exchange import Inspected

__all__ = ["Inspected"]
