"""One behaviour on every framework: the suites."""

from .suite import ASGISuite, FrameworkSuite, WebSocketSuite, WSGISuite

__all__ = ["ASGISuite", "FrameworkSuite", "WSGISuite", "WebSocketSuite"]
