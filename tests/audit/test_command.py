"""``cookiesafe audit``: what it exits with, what it writes, and what it leaves when it is interrupted."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from cookiesafe.cli import app
from cookiesafe.policy import Policy
from tests.cli.conftest import command
from tests.support.browser import NAMES, installed
from tests.support.servers import ROOT

from .sites import Sites

QUICK = ("--pages", 1, "--still", 0.2)


def test_all_that_was_seen_is_written_in_each_form(sites: Sites, tmp_path: Path) -> None:
    installed(NAMES)
    files = {name: tmp_path / f"it.{name}" for name in ("html", "json", "junit")}
    options = [part for name, path in files.items() for part in (f"--{name}", path)]
    draft = tmp_path / "draft.toml"

    done = command("audit", sites.url("pixel"), *QUICK, *options, "--write-policy", draft)

    host = f"ads.localhost:{sites.port}"
    assert done.code == 1
    assert f'The host "{host}" is called before any choice' in done.out
    assert "[CS802]" in done.out
    page = files["html"].read_text(encoding="utf-8")
    assert f"The host &#34;{host}&#34; is called before any choice" in page
    assert 'src="data:image/jpeg;base64,' in page
    assert 'src="http' not in page
    assert "default-src 'none'" in page
    told = json.loads(files["json"].read_text(encoding="utf-8"))
    assert [each["code"] for each in told["findings"]] == ["CS802"]
    assert {each["name"] for each in told["seen"]} == {host, "consent"}
    failures = ElementTree.parse(files["junit"]).findall(".//failure")  # noqa: S314 (we wrote it)
    assert [each.get("type") for each in failures] == ["CS802"]
    assert [each.hosts for each in Policy.from_file(draft).vendors.values()] == [(host,)]


def test_what_is_ignored_is_no_finding(sites: Sites) -> None:
    installed(NAMES)

    ignored = f"CS802:ads.localhost:{sites.port}"
    done = command("audit", sites.url("pixel"), *QUICK, "--ignore", ignored, "--format", "json")

    assert (done.code, json.loads(done.out)) == (0, [])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["https://example.org/"], "--site example.org"),
        (["https://example.org/", "--site", "example.net"], "--site example.org"),
        (["http://localhost.example.org/"], "--site localhost.example.org"),
        (["ftp://localhost/"], "no web address"),
        (["http://[::1/"], "no web address"),
        (["http://me:secret@localhost/"], "Leave it out"),
        (["localhost:8000", "--html", "nowhere/it.html"], "make its folder"),
        (["localhost:8000", "--policy", "none.toml"], "none.toml"),
        (["localhost:8000", "--browser", "/no/such"], "playwright install chromium"),
        (["localhost:8000", "--pages", "0"], "--pages"),
    ],
)
def test_what_cannot_be_is_said_before_anything_is_asked(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        app.run(["audit", *arguments])

    told = capsys.readouterr().err
    assert ended.value.code == 2
    assert said in told
    assert "Traceback" not in told


def test_without_a_browser_one_line_says_what_to_install(tmp_path: Path) -> None:
    nowhere = {"PATH": "", "PLAYWRIGHT_BROWSERS_PATH": str(tmp_path)}

    done = command("audit", "localhost:1", environ=nowhere)

    assert done.code == 2
    assert done.err.count("\n") == 1
    assert "playwright install chromium" in done.err
    assert "[CS530]" in done.err


@pytest.mark.parametrize("group", [False, True], ids=["kill -INT", "Ctrl-C"])
def test_what_is_interrupted_leaves_nothing_behind(
    sites: Sites, tmp_path: Path, group: bool
) -> None:
    installed(NAMES)
    sites.waiting.clear()
    report = tmp_path / "it.html"
    report.write_text("of last time")
    line = [sys.executable, "-W", "error", "-m", "cookiesafe", "audit", sites.url("bad", "/never")]

    with subprocess.Popen(
        [*line, "--html", str(report)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert sites.waiting.wait(30)
        if group:
            os.killpg(process.pid, signal.SIGINT)
        else:
            process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)

    assert (process.returncode, out, err) == (130, "", "")
    assert report.read_text() == "of last time"
    assert list(tmp_path.iterdir()) == [report]
