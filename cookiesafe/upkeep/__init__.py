"""The upkeep of the ledger: what is done to it beside any request. Each is a flow that asks the store.

Every flow raises the ``StoreError`` that the store answered with: whoever drives it in the foreground has to know, and
whoever does so in the background tries again later, since what was begun has left nothing behind.
"""

from .proving import Evidence, prove
from .sealing import seal
from .verdict import Finding, Verdict
from .verifying import verify

__all__ = ["Evidence", "Finding", "Verdict", "prove", "seal", "verify"]
