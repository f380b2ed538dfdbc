"""JUnit's XML (testmoapp/junitxml describes what CI systems read): a suite for each file, a failed case for each error and warning."""

from __future__ import annotations

import re
from itertools import groupby
from xml.etree import ElementTree

from airgo.diagnostics import Diagnostic, Severity
from airgo.report.findings import Findings
from airgo.report.findings.concise import headline

NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot hold, not even escaped."""


def render(findings: Findings) -> str:
    """One document; a run without findings is one case that passed, because systems take an empty report for a broken one."""
    failed = sum(fails(one) for one in findings.diagnostics)
    root = ElementTree.Element("testsuites", name="airgo", tests=str(max(1, len(findings.diagnostics))), failures=str(failed))
    for path, group in groupby(findings.diagnostics, key=lambda one: one.span.path):
        found = list(group)
        failures = str(sum(map(fails, found)))
        suite = ElementTree.SubElement(root, "testsuite", name=plain(path), tests=str(len(found)), failures=failures)
        for diagnostic in found:
            add_case(suite, diagnostic)
    if not findings.diagnostics:
        suite = ElementTree.SubElement(root, "testsuite", name="airgo", tests="1", failures="0")
        ElementTree.SubElement(suite, "testcase", name="no findings", classname="airgo")
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def fails(diagnostic: Diagnostic) -> bool:
    """Errors and warnings fail; a note is a case that passed."""
    return diagnostic.severity is not Severity.NOTE


def add_case(suite: ElementTree.Element, diagnostic: Diagnostic) -> None:
    """One finding."""
    name = f"{diagnostic.code} {diagnostic.rule.name}" + (f" ({diagnostic.subject})" if diagnostic.subject else "")
    at = diagnostic.span
    case = ElementTree.SubElement(suite, "testcase", name=plain(name), classname=plain(at.path), file=plain(at.path), line=str(at.line))
    words = f"{headline(diagnostic)}\nhelp: {diagnostic.rule.remedy}"
    if fails(diagnostic):
        failure = ElementTree.SubElement(case, "failure", type=str(diagnostic.severity), message=plain(diagnostic.message))
        failure.text = plain(words)
    else:
        ElementTree.SubElement(case, "system-out").text = plain(words)


def plain(text: str) -> str:
    """Text that XML can hold."""
    return NO_XML.sub("\ufffd", text)
