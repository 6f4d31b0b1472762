# make demo   the portal and the advertiser, on http://harbour.localhost:8801
# make test   all tests, three files at a time: most of them wait for disks, servers and browsers
PYTHON ?= python3
export PYTHON
# Or each of the many processes that tests start would compile all that it imports.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo demo-wsgi test check bench upstream clean

demo:
	@scripts/setup demo
	@.venv/bin/python -m demo_app

demo-wsgi:
	@scripts/setup demo
	@.venv/bin/python -m demo_app --wsgi

test:
	@scripts/setup test
	@scripts/browser
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

upstream:
	@scripts/upstream $(WITH)

clean:
	rm -rf .venv .upstream dist build
