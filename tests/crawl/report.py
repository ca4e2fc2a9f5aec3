"""What the run prints."""

from __future__ import annotations

import sys
from collections import defaultdict

from tests.crawl.judging import Finding


def say(line: str) -> None:
    """Print at once: the run is long, and somebody watches."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def tell_findings(kind: str, findings: list[Finding]) -> list[Finding]:
    """Print each fault of a route once: how often, the first page it stands on, and where or in which variants."""
    grouped: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    for finding in findings:
        grouped[finding.visit.route, finding.fault].append(finding)
    say(f"{kind}: {len(findings)} findings, {len(grouped)} different")
    for (route, fault), same in sorted(grouped.items()):
        variants = sorted({finding.variant for finding in same})
        say(f"    {route}\t{fault}\t×{len(same)}\t{same[0].visit.who} {same[0].visit.path}\t{'; '.join(variants[:8])}")
    return findings
