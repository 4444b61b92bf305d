#!/usr/bin/env python3
"""Counts the instructions of a training step in Minnow's own code with callgrind, and compares them with recorded.json.

    tests/instructions/count.py            after cmake --build build/release --target training_steps
    tests/instructions/count.py --record   overwrites recorded.json

Fails if a count grows by more than 5 %. Only the code of libminnow is counted, including Highway's templates, because
OpenBLAS and libc select their code by CPU. The counts are recorded for one instruction set; valgrind supports at most AVX2.
On a machine with another instruction set the exit code is 77. The instructions of a step are the difference between a long
and a short run, divided by the difference in steps.
"""

import argparse
import collections
import json
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
RECORDED = HERE / "recorded.json"
NETS = {"4-16-4, batch 16": (4, 16, 4, 16), "64-128-4, batch 32": (64, 128, 4, 32)}
SHORT, LONG = 20, 120  # steps
ALLOWED = 1.05
SKIPPED = 77


def run(program, net, steps):
    """Returns the instruction set and the instructions of each function of libminnow."""
    with tempfile.TemporaryDirectory() as folder:
        profile = pathlib.Path(folder) / "callgrind.out"
        command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={profile}", str(program)]
        result = subprocess.run(command + [str(number) for number in (*net, steps)], capture_output=True, text=True)
        if result.returncode != 0:
            sys.exit(f"count.py: {' '.join(command)} failed: {result.stderr.strip().splitlines()[-1:]}")
        return result.stdout.strip(), functions_of(profile.read_text())


def functions_of(profile):
    """Returns the instructions of each function of libminnow, excluding the functions that it calls."""
    names = {"ob": {}, "fn": {}}  # the first line with a name is "(12) name", later lines are "(12)"
    counts = collections.Counter()
    ours, function, callee = False, "", False
    for line in profile.splitlines():
        if match := re.match(r"(ob|fn|cob|cfn)=\((\d+)\)(?: (.*))?$", line):
            key, number, name = match.groups()
            table = names[key[-2:]]
            if name is not None:
                table[number] = name
            if key == "ob":
                ours = pathlib.Path(table[number]).name.startswith("libminnow")
            elif key == "fn":
                function = table[number]
        elif line.startswith("calls="):
            callee = True  # the next line counts the called function
        elif re.match(r"[-+*\d]", line):
            if ours and not callee:
                counts[plain(function)] += int(line.split()[1])
            callee = False
    return counts


def plain(function):
    """Returns a short name: kernels::sgd for minnow::float32::kernels::sgd(minnow::float32::...)."""
    name = re.sub(r"\(anonymous namespace\)::|minnow::(float32::|simd::)?", "", function)
    return "(not named)" if re.match(r"0x|\?\?\?|$", name) else name.split("(")[0].split("'")[0].strip()


def per_step(program, net):
    kind, short = run(program, net, SHORT)
    _, long = run(program, net, LONG)
    counts = {name: (long[name] - short[name]) / (LONG - SHORT) for name in long}
    return kind, {name: round(count, 2) for name, count in sorted(counts.items(), key=lambda c: -c[1]) if count >= 1}


def growth(counts, before):
    """Returns "relu 120 -> 180" for the functions that grew most."""
    grown = sorted(counts.keys() | before.keys(), key=lambda name: before.get(name, 0) - counts.get(name, 0))
    return "; ".join(f"{name} {before.get(name, 0):.0f} -> {counts.get(name, 0):.0f}" for name in grown[:4]
                     if counts.get(name, 0) > before.get(name, 0))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=HERE.parents[1] / "build/release/tests/training_steps")
    parser.add_argument("--record", action="store_true", help="overwrite recorded.json")
    options = parser.parse_args()
    recorded = json.loads(RECORDED.read_text()) if RECORDED.exists() else {}
    failed = False
    for name, net in NETS.items():
        kind, functions = per_step(options.program, net)
        total = round(sum(functions.values()))
        if options.record:
            recorded.setdefault(kind, {})[name] = {"per_step": total, "functions": functions}
            print(f"{name}: {total} instructions per step on {kind}, recorded")
            continue
        if name not in recorded.get(kind, {}):
            print(f"count.py: nothing recorded for {name} on {kind or 'this machine'}; skipped")
            return SKIPPED
        before = recorded[kind][name]
        change = f"{100 * (total / before['per_step'] - 1):+.1f} %"
        print(f"{name}: {total} instructions per step on {kind}, {change} against {before['per_step']} recorded")
        if total > ALLOWED * before["per_step"]:
            failed = True
            print(f"{name}: expected growth of at most {100 * (ALLOWED - 1):.0f} %, got {change}; the functions that grew most: "
                  f"{growth(functions, before['functions'])}. If the growth is intended, run tests/instructions/count.py --record.")
    if options.record:
        RECORDED.write_text(json.dumps(recorded, indent=1) + "\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
