# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A real Prometheus in a network namespace, with the alert rules and the dashboard."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .examples import ROOT

RULES = ROOT / "extensions" / "prometheus" / "vrrp.rules.yml"
DASHBOARD = ROOT / "extensions" / "grafana" / "vrrp.json"
_PORT = 9090
_ASK = """\
import sys, urllib.error, urllib.parse, urllib.request
starting = '{"status": "starting"}'
query = urllib.parse.urlencode({"query": sys.argv[1]})
url = f"http://127.0.0.1:{sys.argv[2]}/api/v1/query?{query}"
try:
    with urllib.request.urlopen(url, timeout=10) as answer:
        print(answer.read().decode())
except urllib.error.HTTPError as error:
    said = error.read().decode()
    # A Prometheus that opens its data says so in plain text.
    print(said if said.startswith("{") or error.code != 503 else starting)
except OSError:
    print(starting)
"""
# What a test has no time for.
_SHORTER = ((r"for: \d+\w+", "for: 1s"), (r"\[10m:15s\]", "[40s:1s]"))


class Prometheus:
    """A Prometheus that scrapes these targets every second, in a network namespace."""

    def __init__(self, namespace: str, directory: Path, targets: list[str]) -> None:
        self._enter = ["nsenter", f"--net=/run/netns/{namespace}"]
        text = RULES.read_text()
        for pattern, shorter in _SHORTER:
            text, times = re.subn(pattern, shorter, text)
            assert times
        (directory / "vrrp.rules.yml").write_text(text)
        config = {
            "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
            "rule_files": [str(directory / "vrrp.rules.yml")],
            "scrape_configs": [{"job_name": "vrrp", "static_configs": [{"targets": targets}]}],
        }
        (directory / "prometheus.json").write_text(json.dumps(config))
        program = shutil.which("prometheus")
        assert program is not None
        self._log = (directory / "prometheus.log").open("w")
        self._process = subprocess.Popen(
            [
                *self._enter,
                program,
                f"--config.file={directory / 'prometheus.json'}",
                f"--storage.tsdb.path={directory / 'data'}",
                f"--web.listen-address=127.0.0.1:{_PORT}",
            ],
            stdout=self._log,
            stderr=self._log,
        )

    def query(self, expression: str) -> list[dict[str, Any]]:
        """Return the series that an expression has now; none while it is starting."""
        ask = [*self._enter, sys.executable, "-c", _ASK, expression, str(_PORT)]
        printed = subprocess.run(ask, capture_output=True, text=True, check=True, timeout=20).stdout
        answer = json.loads(printed)
        assert answer["status"] != "error", f"{expression}: {answer}"
        found: list[dict[str, Any]] = answer.get("data", {}).get("result", [])
        return found

    def fires(self, alert: str, **labels: str) -> bool:
        """Whether an alert fires, whose name is a regular expression, with these labels."""
        further = "".join(f', {name}="{value}"' for name, value in labels.items())
        found = self.query(f'ALERTS{{alertstate="firing", alertname=~"{alert}"{further}}}')
        return bool(found)

    def stop(self) -> None:
        """Stop it."""
        self._process.terminate()
        self._process.wait(timeout=30)
        self._log.close()


def dashboard_queries() -> Iterator[tuple[str, str]]:
    """Yield the title of each panel of the dashboard, and each of its queries for all hosts."""
    for panel in json.loads(DASHBOARD.read_text())["panels"]:
        for target in panel.get("targets", []):
            query = target["expr"]
            for name, value in (("$__rate_interval", "15s"), ("$instance", ".*"), ("$name", ".*")):
                query = query.replace(name, value)
            yield panel["title"], query
