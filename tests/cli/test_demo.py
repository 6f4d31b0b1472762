"""``cookiesafe demo``: a small site that shows what visitors meet."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from http.client import HTTPConnection
from pathlib import Path

from cookiesafe.cli.sample import COOKIES, POLICY, create_app
from cookiesafe.policy import Policy
from cookiesafe.testing import WSGIClient
from tests.support.servers import ROOT

from .conftest import Cli

PORT = 8800


def test_nothing_happens_before_somebody_agrees_and_all_that_is_declared_after() -> None:
    browser = WSGIClient(create_app(PORT), base=f"http://localhost:{PORT}")

    before = browser.get("/")
    browser.choose("accept")
    after = browser.get("/")

    assert 'data-cookiesafe="banner"' in before.text
    assert not set(before.cookie_names) & set(COOKIES)
    assert "<iframe src=/cookiesafe/embed" in before.text
    assert before.text.count("<td>held:") == 3
    assert set(after.cookie_names) & set(COOKIES) == {"pier_visits", "pier_taste"}
    assert f"ads.localhost:{PORT}" in str(after.header("content-security-policy"))
    assert "nobody declared it" in after.text


def test_the_other_company_is_at_a_host_of_its_own() -> None:
    browser = WSGIClient(create_app(PORT), base=f"http://ads.localhost:{PORT}")

    assert browser.get("/advert.svg").header("content-type") == "image/svg+xml"
    assert browser.get("/advert.svg").header("content-security-policy") is None


def test_its_policy_leaves_nothing_out() -> None:
    policy = Policy.from_toml(POLICY.replace("{port}", str(PORT)))

    assert policy.site.contact
    assert all(each.text for each in policy.optional)
    assert all(each.lifetime for each in policy.cookies)


def test_it_runs_until_it_is_interrupted(tmp_path: Path) -> None:
    line = [sys.executable, "-u", "-W", "error", "-m", "cookiesafe", "demo", "--port", "0"]
    with subprocess.Popen(
        line,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        address = process.stdout.readline().split()[-1]
        port = int(address.rstrip("/").rpartition(":")[2])
        connection = HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("GET", "/", headers={"Host": f"localhost:{port}", "Accept": "text/html"})
        answer = connection.getresponse()
        page = answer.read().decode()
        connection.close()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)

    assert answer.status == 200
    assert 'data-cookiesafe="banner"' in page
    assert process.returncode == 130
    # What nobody declared is told of, as on any site.
    assert "[CS201]" in err
    assert "Traceback" not in err
    assert list(tmp_path.iterdir()) == []


def test_a_port_that_is_taken_is_told(cli: Cli) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = cli("demo", "--port", taken.getsockname()[1])

    assert done.code == 2
    assert "--port 0" in done.err
