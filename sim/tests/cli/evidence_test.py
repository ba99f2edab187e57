#!/usr/bin/env python3
# SPDX-FileCopyrightText: syngate authors
# SPDX-License-Identifier: Apache-2.0
"""evidence_test.py ROOT: scripts/evidence on runs made up here: floors, short forms, the stages of a block, the page."""
import importlib.machinery
import importlib.util
import pathlib
import sys
import unittest

loader = importlib.machinery.SourceFileLoader("evidence", str(pathlib.Path(sys.argv.pop(1)) / "scripts/evidence"))
sys.dont_write_bytecode = True
evidence = importlib.util.module_from_spec(importlib.util.spec_from_loader("evidence", loader))
loader.exec_module(evidence)

FLOORS = {
    "sources": [{"id": "mutate", "title": "Mutation", "command": "scripts/mutate", "says": "Says.", "long_from": {"mutants": 500}},
                {"id": "synth", "title": "Area", "command": "scripts/synth", "says": "Says."}],
    "figures": [{"source": "mutate", "figure": "score", "what": "score", "unit": "%", "floor": 95, "short_floor": 60, "aim": 98,
                 "headline": True},
                {"source": "synth", "figure": "alm", "what": "ALM", "direction": "at most", "floor": 100, "aim": 90, "headline": True}]}


def run(figures, rows=(), **more):
    return {"commit": "0123456789ab", "changed": False, "date": "2026-01-02", "order": 1, "rtl": "aa", "seed": 1, "tools": {},
            "figures": figures, "rows": list(rows), **more}


class Floors(unittest.TestCase):
    def test_bounds(self):
        self.assertEqual(evidence.below(FLOORS, "mutate", False, {"score": 95}), [])
        self.assertEqual(len(evidence.below(FLOORS, "mutate", False, {"score": 94.99})), 1)
        self.assertEqual(evidence.below(FLOORS, "synth", False, {"alm": 100}), [])
        self.assertEqual(len(evidence.below(FLOORS, "synth", False, {"alm": 101})), 1)

    def test_short_form_has_its_own_floor(self):
        self.assertEqual(evidence.below(FLOORS, "mutate", True, {"score": 61}), [])
        self.assertEqual(len(evidence.below(FLOORS, "mutate", True, {"score": 59})), 1)
        self.assertEqual(evidence.below(FLOORS, "synth", True, {"alm": 1000}), [])  # none is given

    def test_a_figure_that_is_gone(self):
        self.assertEqual(len(evidence.below(FLOORS, "mutate", False, {"caught": 95})), 1)

    def test_which_runs_are_short(self):
        for stem, content, wanted in (("mutate", {"figures": {"mutants": 500}}, False), ("mutate", {"figures": {"mutants": 499}}, True),
                                      ("mutate-short", {"figures": {"mutants": 500}}, True), ("synth", {"short": True}, True),
                                      ("synth", {}, False), ("synth-short", {}, True)):
            self.assertEqual(evidence.source_of(FLOORS, stem, content), (stem.removesuffix("-short"), wanted))

    def test_nested_figures(self):
        self.assertEqual(evidence.flat({"line": {"percent": 9.5, "good": True}, "n": 1, "s": "x"}), {"line.percent": 9.5, "n": 1})


class Stages(unittest.TestCase):
    def sources(self, line, proved):
        return {
            "tree": run({}, [{"block": block, "tests": 3, "to do": 0} for block in evidence.BLOCKS]),
            "test": run({}, [{"test": "parse.rules", "result": "pass"}, {"test": "sanitizers: parse.rules", "result": "fail"},
                             {"test": "lint: every module", "result": "pass"}, {"test": "X-safety: five", "result": "pass"}]),
            "coverage": run({}, [{"file": "rtl/parse/syngate_parse.sv", "line": [line, 10], "branch": [10, 10], "toggle": [10, 10]},
                                 {"file": "rtl/table/syngate_table.sv", "line": [0, 10]}]),
            "functional": run({}, [{"block": "parse", "stage": "V1", "hits": 1}, {"block": "parse", "stage": "V3", "hits": 1},
                                   {"block": "table", "stage": "V1", "hits": 0}]),
            "formal": run({}, [{"modules": "syngate_parse_options", "result": "proved"},
                               {"modules": "syngate_parse", "result": "proved" if proved else "refuted"}]),
            "soak": run({"cpu_hours": 167})}

    def stage(self, stage, line=10, proved=True):
        sources = self.sources(line, proved)
        return evidence.verdict(evidence.demands(sources, evidence.per_block(sources)["parse"])[stage])

    def test_met_and_not(self):
        self.assertEqual(self.stage("V1"), "**met**")
        self.assertEqual(self.stage("V2"), "**met**")
        self.assertEqual(self.stage("V2", line=9), "**met**")
        self.assertEqual(self.stage("V2", line=8), "5 of 6")
        self.assertEqual(self.stage("V2", proved=False), "5 of 6")
        self.assertEqual(self.stage("V3"), "9 of 10")  # an hour of soak is missing
        self.assertEqual(self.stage("V3", line=9), "8 of 10")

    def test_what_nobody_measured_is_not_met(self):
        sources = self.sources(10, True)
        del sources["functional"]
        stages = evidence.demands(sources, evidence.per_block(sources)["parse"])
        self.assertEqual(evidence.verdict(stages["V1"]), "2 of 4")
        self.assertIn("not measured: points in the plan, smoke points of the plan, points of the plan", evidence.lacking(stages))

    def test_points_count_from_their_stage_on(self):
        sources = self.sources(10, True)
        sources["functional"]["rows"][1]["hits"] = 0
        stages = evidence.demands(sources, evidence.per_block(sources)["parse"])
        self.assertEqual([evidence.verdict(items) for items in stages.values()], ["**met**", "**met**", "8 of 10"])


class Page(unittest.TestCase):
    def page(self, sources):
        data = {"commit": "0123456789ab", "date": "2026-01-02", "rtl": "bb", "sources": sources}
        return evidence.render(data, FLOORS, {"attacks": []})

    def test_measured_missing_and_unknown(self):
        text = self.page({"mutate": run({"score": 97.5}), "other": run({"x": 3})})
        self.assertIn("| score | 97.5 %, of earlier RTL | at least 95 % | at least 98 % | **no** |", text)
        self.assertIn("| ALM | not measured | at most 100 | at most 90 | no |", text)
        self.assertIn("## other", text)
        self.assertIn("the RTL has changed since", text)
        self.assertEqual(text, self.page({"other": run({"x": 3}), "mutate": run({"score": 97.5})}))

    def test_short_form_is_called_so(self):
        text = self.page({"mutate-short": run({"score": 99})})
        self.assertIn("| score | 99 %, of earlier RTL | at least 60 % | at least 98 % | yes, short form |", text)


if __name__ == "__main__":
    unittest.main()
