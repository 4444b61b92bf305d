#!/usr/bin/env python3
"""Runs the blocks of docs/models.md in Python, and those of the shell that call minnow.

usage: check_page.py PAGE DOCS_TESTS FOLDER_OF_PROGRAMS FILE ...

DOCS_TESTS is the test program with the C++ blocks of the page. All blocks run in one folder with a copy of each FILE, so that a
block can read the files of another one.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

import numpy


def main(page, docs_tests, programs, *files):
    text = open(page).read()
    os.environ["PATH"] = programs + os.pathsep + os.environ["PATH"]
    with tempfile.TemporaryDirectory() as folder:
        for file in files:
            shutil.copy(file, folder)
        os.chdir(folder)
        subprocess.run([docs_tests, "--gtest_filter=ModelsPage.*", "--gtest_brief=1"], check=True)
        names = {}
        blocks = re.findall(r"\n```python\n(.*?)```\n", text, re.DOTALL)
        for block in blocks:
            exec(compile(block, page, "exec"), names)
        for photograph in ("photograph.jpg", "another.png"):
            shutil.copy(os.path.join(os.path.dirname(page), "contact_sheet.png"), photograph)  # the content decides, not the name
        commands = [block for block in re.findall(r"\n```sh\n(.*?)```\n", text, re.DOTALL) if block.startswith("minnow ") and "--backbone" not in block]
        for command in commands:
            subprocess.run(["sh", "-euc", command], check=True)
        assert names["logits"].shape == (7, 2) and numpy.isfinite(names["logits"]).all()
    print(f"{len(blocks)} blocks of Python and {len(commands)} commands ran")
    return 0 if len(blocks) >= 2 and commands else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
