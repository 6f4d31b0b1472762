"""Six notices of others and ours on the same page, in the same browser, in one run: ``python -m benchmarks.peers``.

See docs/peers.md, whose table it writes.
"""
