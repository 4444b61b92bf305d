#!/usr/bin/env python3
"""Opens the reports of the sample runs in Chromium, with scripts/check_report.py. usage: check_reports.py WRITE_SAMPLE_RUNS"""
import pathlib
import shutil
import subprocess
import sys
import tempfile

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "scripts" / "check_report.py"

if shutil.which("chromium") is None:
    print("Skipped: expected chromium, found none. Run scripts/install-dependencies --interoperability.")
    sys.exit(77)
with tempfile.TemporaryDirectory() as folder:
    subprocess.run([sys.argv[1], folder], check=True)
    reports = sorted(str(path) for path in pathlib.Path(folder).glob("*.html"))
    assert len(reports) == 7, reports
    sys.exit(subprocess.run([sys.executable, SCRIPT, *reports]).returncode)
