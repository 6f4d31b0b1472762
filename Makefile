# make demo   the portal and who is on its pages, on http://harbour.localhost:8801; see docs/demo.md
# make docs   the documentation as a site, in build/docs/site; stops at a link that leads nowhere
# make test   all tests, three files at a time: most of them wait for disks, servers and browsers
PYTHON ?= python3
export PYTHON
# Or each of the many processes that tests start would compile all that it imports.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo demo-wsgi docs test check bench peers upstream clean

demo:
	@scripts/setup demo
	@.venv/bin/python -m demo_app

demo-wsgi:
	@scripts/setup demo
	@.venv/bin/python -m demo_app --wsgi

docs:
	@scripts/setup docs
	@scripts/site

test:
	@scripts/setup test
	@scripts/browser
	@scripts/node tests/node
	@.venv/bin/python -m pytest --numprocesses 3 --dist loadfile --no-loadscope-reorder

check:
	@scripts/setup dev
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports
	@scripts/wheel

bench:
	@scripts/setup bench
	@.venv/bin/python -m benchmarks.instructions

peers:
	@scripts/setup test
	@scripts/browser
	@scripts/node tests/node
	@scripts/node benchmarks/peers
	@.venv/bin/python -m benchmarks.peers

upstream:
	@scripts/upstream $(WITH)

clean:
	rm -rf .venv .upstream dist build tests/node/node_modules benchmarks/peers/node_modules
