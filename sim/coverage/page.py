# SPDX-FileCopyrightText: syngate authors
# SPDX-License-Identifier: Apache-2.0
"""The figures as one HTML page without anything from elsewhere: totals, test plan, files with their lines."""
import html

from plan import BLOCKS, STAGES

STYLE = """body{font:15px sans-serif;margin:2em;max-width:90em}td,th{padding:.15em .7em;text-align:left;border-bottom:1px solid #ccc}
pre{margin:0;font:13px monospace}.miss{background:#fdd}.part{background:#ffc}.out{background:#eee}.hit{background:#dfd}
summary{cursor:pointer;padding:.2em 0}details{border-bottom:1px solid #ddd}"""


def table(head, lines, classes=None):
    """Rows of text; classes(row) names the CSS class of a row."""
    rows = []
    for line in lines:
        mark = f" class={classes(line)}" if classes else ""
        rows.append(f"<tr{mark}>" + "".join(f"<td>{html.escape(str(c))}</td>" for c in line) + "</tr>")
    return "<table><tr>" + "".join(f"<th>{html.escape(h)}</th>" for h in head) + "</tr>" + "".join(rows) + "</table>"


def plan_part(points, hits, groups, stages):
    """Status by block and stage, by group, and every point."""
    if not points:
        return ""
    def share(row):
        return f"{row[0]}/{row[1]}" if row else ""
    out = ["<h2>Test plan</h2><p>Points hit of points planned, by block and stage.</p>",
           table(("block", *STAGES), [(b, *(share(stages.get((b, s))) for s in STAGES)) for b in BLOCKS]),
           "<p>By group; the functional figure is the mean of these percentages.</p>",
           table(("group", "hit", "points", ""), [(g, h, n, f"{100 * h / n:.1f} %") for g, (h, n) in groups.items()],
                 lambda r: "hit" if r[1] == r[2] else "miss"),
           "<details><summary>Every point</summary>"]
    rows = []
    for p in points:
        by = ", ".join(f"{t} {c[p['point']]}" for t, c in hits.tests.items() if c[p["point"]])
        rows.append((p["point"], p["stage"], p["block"], p["why"], ", ".join(p["tests"]), by))
    out.append(table(("point", "stage", "block", "why", "must be hit by", "hits"), rows, lambda r: "hit" if r[5] else "miss"))
    return "".join(out) + "</details>"


def source_part(root, files):
    """Every file with its lines; a line with something missed is marked and says what."""
    out = ["<h2>Files</h2>"]
    for name, file in sorted(files.items()):
        head = ", ".join(f"{kind} {hit}/{of}" for kind, (hit, of) in sorted(file["counts"].items()))
        out.append(f"<details><summary>{html.escape(name)}: {head}</summary><pre>")
        for number, text in enumerate((root / name).read_text().splitlines(), 1):
            state = file["lines"].get(number)
            mark, note = state if state else ("", "")
            line = f"{number:5}  {html.escape(text)}" + (f"   <b>{html.escape(note)}</b>" if note else "")
            out.append(f"<span class={mark}>{line}</span>" if mark else line)
            out.append("\n")
        out.append("</pre></details>")
    return "".join(out)


def page(root, text, totals, exclusions, plan, files):
    """totals: rows of the table on top; exclusions: (file, kinds, match, points, reason); plan: arguments of plan_part."""
    return (f"<!doctype html><meta charset=utf-8><title>syngate: coverage</title><style>{STYLE}</style><h1>Coverage</h1>"
            f"<p>{html.escape(text)}</p>" + table(("", "covered", "hit", "points", "excluded", "floor"), totals) + plan_part(*plan)
            + ("<h2>Exclusions</h2>" + table(("file", "kinds", "lines or signals", "points", "why"), exclusions) if exclusions else "")
            + (source_part(root, files) if files else "") + "\n")
