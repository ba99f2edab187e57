# SPDX-FileCopyrightText: syngate authors
# SPDX-License-Identifier: Apache-2.0
"""The test plan, docs/testplan.json, and what of it a run has hit."""
import collections
import json

STAGES = ("V1", "V2", "V3")
BLOCKS = ("ingress", "parse", "cookie", "table", "verdict", "stamp", "egress", "csr")
FIELDS = {"point", "stage", "block", "why", "tests"}


def load(root):
    """The points as a list of dictionaries; raises ValueError on a plan that is not well formed."""
    points = json.loads((root / "docs/testplan.json").read_text())["points"]
    seen = set()
    for point in points:
        name = point.get("point")
        if set(point) != FIELDS:
            raise ValueError(f"docs/testplan.json: '{name}' must have the fields {', '.join(sorted(FIELDS))}")
        if name in seen or point["stage"] not in STAGES or point["block"] not in BLOCKS or not point["tests"]:
            raise ValueError(f"docs/testplan.json: '{name}' is there twice, or its stage, block or tests are not known")
        seen.add(name)
    return points


def group(name):
    """The first word of a point's name."""
    return name.split(".", 1)[0]


class Hits:
    """Counts by test and point."""

    def __init__(self):
        self.tests = collections.defaultdict(collections.Counter)
        self.known = set()  # names that a program counts, hit or not

    def add(self, test, name, count):
        self.known.add(name)
        self.tests[test][name] += count

    def read(self, test, folder):
        """Folds the files of a folder into test and removes them."""
        self.tests[test]  # a test that ran and hit nothing is known, too
        for file in sorted(folder.glob("*.points")):
            for line in file.read_text().splitlines():
                name, count = line.split()
                self.add(test, name, int(count))
            file.unlink()

    def count(self, name):
        return sum(counts[name] for counts in self.tests.values())


def judge(points, hits, strict):
    """(figures, by group, by block and stage, missed points, failures).

    The functional figure is the mean of the groups' percentages, so that a large group does not hide a small one. `strict`: every test
    that was run must hit the points that name it."""
    names = {p["point"] for p in points}
    failures = [f"docs/testplan.json names {name}, which nothing counts" for name in sorted(names - hits.known)]
    failures += [f"{name} is counted, but docs/testplan.json does not name it" for name in sorted(hits.known - names)]
    groups, stages, missed = {}, {}, []
    for point in points:
        name = point["point"]
        hit = hits.count(name) > 0
        for table, key in ((groups, group(name)), (stages, (point["block"], point["stage"]))):
            row = table.setdefault(key, [0, 0])
            row[0] += hit
            row[1] += 1
        if not hit:
            missed.append(point)
        for test in point["tests"]:
            if strict and test in hits.tests and not hits.tests[test][name]:
                failures.append(f"{test} does not hit {name}, which names it")
    figures = {
        "percent": round(sum(100 * h / n for h, n in groups.values()) / len(groups), 3) if groups else 0.0,
        "points": len(points), "hit": len(points) - len(missed), "groups": len(groups)}
    return figures, groups, stages, missed, failures
