"""The findings as JUnit has them, for CI: a test case for each rule, with a failure for each finding."""

from __future__ import annotations

import re
from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring

from .findings import RULES
from .report import Report

_NO_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML 1.0 may have (section 2.2)."""


def junit(report: Report) -> str:
    """The text of a file."""
    failed = {each.code for each in report.findings}
    counts = {"tests": str(len(RULES)), "failures": str(len(failed)), "errors": "0"}
    top = Element("testsuites", counts)
    suite = SubElement(
        top, "testsuite", counts | {"name": f"cookiesafe audit {_plain(report.url)}"}
    )
    suite.set("timestamp", report.began[:19])
    for code, rule in RULES.items():
        case = SubElement(
            suite, "testcase", {"classname": "cookiesafe.audit", "name": f"{code} {rule}"}
        )
        for each in report.findings:
            if each.code == code:
                failure = SubElement(case, "failure", {"message": _plain(each.what), "type": code})
                lines = [each.fix, *(f"on {page}" for page in each.pages)]
                failure.text = _plain("\n".join(lines))
    return f'<?xml version="1.0" encoding="utf-8"?>\n{tostring(top, encoding="unicode")}\n'


def _plain(text: str) -> str:
    return _NO_XML.sub("\ufffd", text)
