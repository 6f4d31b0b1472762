"""Who is signed in: found out as a request arrives, and kept as its response leaves."""

from .keeping import keep, keep_late, keep_nobodys
from .login import Keeping, Login
from .recognition import recognise, returned
from .ticks import tick

__all__ = [
    "Keeping",
    "Login",
    "keep",
    "keep_late",
    "keep_nobodys",
    "recognise",
    "returned",
    "tick",
]
