"""The edges and the stores, imported as ``cookiesafe.adapters``."""

if __name__ == "adapters":
    raise ImportError("import cookiesafe.adapters, not adapters")
