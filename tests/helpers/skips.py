"""The last lines of a test run: what was skipped, by reason, so that nothing is skipped in silence."""

from collections import defaultdict

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line a reason: how often, why, and where; a file that is skipped before its tests are known counts once."""
    places = defaultdict(list)
    for report in terminalreporter.stats.get("skipped", []):
        whole = "all of " if isinstance(report, pytest.CollectReport) else ""
        reason = report.longrepr[2].removeprefix("Skipped: ")
        places[reason].append(whole + report.nodeid.partition("::")[0].rpartition("/")[2])
    if places:
        terminalreporter.section("skipped, by reason")
    for reason, files in sorted(places.items(), key=lambda item: -len(item[1])):
        terminalreporter.line(f"{len(files):5}  {reason} ({', '.join(sorted(set(files)))})")
