"""Who is signed in: found out as a request arrives, and kept as its response leaves."""

from .keeping import Keeping, keep, keep_nobodys
from .login import Flow, Login
from .recognition import recognise, returned

__all__ = ["Flow", "Keeping", "Login", "keep", "keep_nobodys", "recognise", "returned"]
