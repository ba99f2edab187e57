// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "html.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "json_number.h"

namespace syngate::sim {
namespace {

constexpr int kWidth = 720, kHeight = 150, kLeft = 64, kBottom = 22;
constexpr std::size_t kTopRows = 15;

const char* kStyle =
    R"(:root{color-scheme:light dark;--text:#1c2430;--soft:#5b6675;--back:#fff;--panel:#f4f6f9;--line:#d5dbe3;
--pass:#2e9e4f;--reply:#2f6fd0;--handoff:#14918a;--drop:#cf3b30;--mismatch:#c02bb0}
@media(prefers-color-scheme:dark){:root{--text:#e6eaf0;--soft:#9aa6b6;--back:#12161c;--panel:#1b212a;--line:#333c49;
--pass:#4cc26e;--reply:#6ca3ff;--handoff:#37c3ba;--drop:#ff7468;--mismatch:#f07fe4}}
*{box-sizing:border-box}body{margin:0;background:var(--back);color:var(--text);font:16px/1.5 system-ui,sans-serif}
main{max-width:1080px;margin:0 auto;padding:16px}h1{font-size:1.6rem;margin:.5rem 0}h2{font-size:1.2rem;
margin:2rem 0 .5rem}
p,li{max-width:72ch}.soft{color:var(--soft)}.wrap{overflow-wrap:anywhere}.tiles{display:grid;
grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:10px}
.tile{background:var(--panel);border:1px solid var(--line);border-radius:6px;padding:10px}.tile b{display:block;
font-size:1.4rem}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}th,td{text-align:left;padding:4px 8px;
border-bottom:1px solid var(--line);vertical-align:top}
td.n,th.n{text-align:right;white-space:nowrap}.scroll{overflow-x:auto}pre{background:var(--panel);
border:1px solid var(--line);border-radius:6px;padding:10px;
white-space:pre-wrap;overflow-wrap:anywhere}.cell{background:var(--line);height:.8em;min-width:60px;border-radius:3px;
overflow:hidden}.cell i{display:block;height:100%}
figure{margin:0 0 1rem}figcaption{font-weight:600}svg{width:100%;height:auto;display:block}svg text{fill:var(--soft);
font:11px system-ui,sans-serif}
.bad{color:var(--mismatch);font-weight:600}@media(max-width:480px){td,th{padding:4px}}
@media print{main{max-width:none}h2{break-after:avoid}figure{break-inside:avoid}})";

const char* verdict_color(defs::Verdict verdict) {
  switch (verdict) {
    case defs::Verdict::kPass:
      return "var(--pass)";
    case defs::Verdict::kReply:
      return "var(--reply)";
    case defs::Verdict::kHandoff:
    case defs::Verdict::kHandoffPass:
      return "var(--handoff)";
    case defs::Verdict::kDrop:
      return "var(--drop)";
  }
  return "var(--soft)";
}

// Thousands separated by thin spaces.
std::string number(std::uint64_t value) {
  std::string digits = std::to_string(value);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, "&#8239;");
  return digits;
}

std::string percent(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? "-"
                    : fmt::format("{:.1f} %",
                                  100.0 * static_cast<double>(part) / static_cast<double>(whole));
}

std::string duration(double ns) {
  if (ns < 1e3) return fmt::format("{:.0f} ns", ns);
  if (ns < 1e6) return fmt::format("{:.2f} us", ns / 1e3);
  if (ns < 1e9) return fmt::format("{:.2f} ms", ns / 1e6);
  return fmt::format("{:.2f} s", ns / 1e9);
}

std::string bar_cell(std::uint64_t part, std::uint64_t whole, const char* color) {
  const double share =
      whole == 0 ? 0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
  return fmt::format(
      R"(<td><div class="cell" aria-hidden="true"><i style="width:{:.2f}%;background:{}"></i></div></td>)",
      share, color);
}

std::string tile(const std::string& title, const std::string& value) {
  return fmt::format(R"(<div class="tile">{}<b>{}</b></div>)", title, value);
}

// A plot of bars over the run: value(i) of slice i; every bar says its value when pointed at.
std::string plot(const RunSummary& s, const std::string& title, const char* color,
                 const std::string& unit,
                 const std::function<std::uint64_t(const TimeSlice&)>& value) {
  std::uint64_t top = 0;
  for (const TimeSlice& slice : s.slices) top = std::max(top, value(slice));
  const double ns = 1000.0 / s.clock_mhz;
  const std::string span = duration(ns * static_cast<double>(s.slice_clocks));
  std::string text = fmt::format(
      R"(<figure><figcaption>{0}</figcaption><svg viewBox="0 0 {1} {2}" role="img" )"
      R"(aria-label="{0}: at most {3} {4} in {5}"><title>{0}</title>)",
      title, kWidth, kHeight, top, unit, span);
  const double plot_height = kHeight - kBottom - 8;
  const double step =
      (kWidth - kLeft - 4.0) / static_cast<double>(std::max<std::size_t>(1, s.slices.size()));
  for (std::size_t i = 0; i < s.slices.size(); ++i) {
    const std::uint64_t v = value(s.slices[i]);
    if (v == 0) continue;
    const double height =
        std::max(1.0, plot_height * static_cast<double>(v) / static_cast<double>(top));
    const double from = ns * static_cast<double>(i * s.slice_clocks);
    text += fmt::format(
        R"(<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" fill="{}"><title>from {}: {} {}</title></rect>)",
        kLeft + step * static_cast<double>(i), 8 + plot_height - height, std::max(1.0, step - 0.5),
        height, color, duration(from), v, unit);
  }
  text += fmt::format(
      R"x(<path d="M{0} 8V{1}H{2}" fill="none" stroke="var(--line)"/><text x="{3}" y="16" text-anchor="end">{4}</text>)x",
      kLeft, kHeight - kBottom, kWidth - 4, kLeft - 6, top);
  text += fmt::format(
      R"(<text x="{0}" y="{1}" text-anchor="end">0</text><text x="{2}" y="{3}">0</text>)",
      kLeft - 6, kHeight - kBottom, kLeft, kHeight - 6);
  text += fmt::format(R"(<text x="{}" y="{}" text-anchor="end">{} of simulated time</text></svg>)",
                      kWidth - 4, kHeight - 6,
                      duration(ns * static_cast<double>(s.slice_clocks * s.slices.size())));
  return text + fmt::format(R"(<p class="soft">{} per {}</p></figure>)", unit, span);
}

std::string input_section(const RunSummary& s, const nlohmann::ordered_json& run) {
  std::string text =
      "<h2>What went in</h2><div class=\"scroll\"><table><thead><tr><th "
      "scope=\"col\">capture</th><th scope=\"col\" class=\"n\">frames read</th>"
      "<th scope=\"col\">problem</th></tr></thead><tbody>";
  for (const auto& capture : run.value("captures", nlohmann::ordered_json::array())) {
    text += fmt::format(
        "<tr><td class=\"wrap\">{}</td><td class=\"n\">{}</td><td class=\"wrap\">{}</td></tr>",
        html_escape(capture.value("path", "")),
        number(whole_number_or<std::uint64_t>(capture, "frames_read", 0)),
        html_escape(capture.value("error", "")));
  }
  text += "</tbody></table></div><p>Offered: ";
  bool first = true;
  for (std::size_t i = 0; i < kSourceCount; ++i) {
    if (s.sources[i] == 0) continue;
    text += fmt::format("{}{} frames from {}", first ? "" : ", ", number(s.sources[i]),
                        source_name(static_cast<Source>(i)));
    first = false;
  }
  text += first ? "nothing." : ".";
  const nlohmann::ordered_json result = run.value("result", nlohmann::ordered_json::object());
  std::string skipped;
  const nlohmann::ordered_json reasons =
      result.value("frames_skipped", nlohmann::ordered_json::object());
  for (const auto& [name, count] : reasons.items()) {
    skipped += fmt::format("{}{} {}", skipped.empty() ? "" : ", ", html_escape(name),
                           number(whole_number<std::uint64_t>(count, name.c_str())));
  }
  return text + (skipped.empty() ? " Skipped: none.</p>" : " Skipped: " + skipped + ".</p>");
}

std::string decision_section(const RunSummary& s) {
  std::string text =
      "<h2>What was decided</h2><div class=\"scroll\"><table><thead><tr><th "
      "scope=\"col\">verdict</th><th scope=\"col\" class=\"n\">frames</th>"
      "<th scope=\"col\" class=\"n\">share</th><th scope=\"col\"><span class=\"soft\">of "
      "all</span></th></tr></thead><tbody>";
  for (unsigned v = 0; v < defs::kVerdictCount; ++v) {
    const auto verdict = static_cast<defs::Verdict>(v);
    text += fmt::format(
        "<tr><th scope=\"row\">{}</th><td class=\"n\">{}</td><td class=\"n\">{}</td>{}</tr>",
        to_string(verdict), number(s.verdicts[v]), percent(s.verdicts[v], s.frames),
        bar_cell(s.verdicts[v], s.frames, verdict_color(verdict)));
  }
  text += "</tbody></table></div>";
  const std::uint64_t dropped = s.verdicts[static_cast<std::size_t>(defs::Verdict::kDrop)];
  if (dropped == 0) return text + "<p>Nothing was dropped.</p>";
  text +=
      "<h3>Drops by reason</h3><div class=\"scroll\"><table><thead><tr><th "
      "scope=\"col\">reason</th><th scope=\"col\" class=\"n\">frames</th>"
      "<th scope=\"col\" class=\"n\">of drops</th><th scope=\"col\"><span "
      "class=\"soft\">share</span></th></tr></thead><tbody>";
  for (unsigned r = 1; r < defs::kReasonCount; ++r) {
    if (s.reasons[r] == 0) continue;
    text += fmt::format(
        "<tr><th scope=\"row\">{}</th><td class=\"n\">{}</td><td class=\"n\">{}</td>{}</tr>",
        to_string(static_cast<defs::Reason>(r)), number(s.reasons[r]),
        percent(s.reasons[r], dropped), bar_cell(s.reasons[r], dropped, "var(--drop)"));
  }
  return text + "</tbody></table></div>";
}

std::string time_section(const RunSummary& s) {
  std::string text = "<h2>Over time</h2>";
  text += plot(s, "Offered", "var(--soft)", "frames", [](const TimeSlice& t) { return t.offered; });
  text += plot(s, "Answered with a SYN-ACK", "var(--reply)", "frames",
               [](const TimeSlice& t) { return t.answered; });
  text += plot(s, "Validated and handed off", "var(--handoff)", "frames",
               [](const TimeSlice& t) { return t.validated; });
  for (unsigned r = 1; r < defs::kReasonCount; ++r) {
    if (s.reasons[r] == 0) continue;
    text += plot(s, fmt::format("Dropped: {}", to_string(static_cast<defs::Reason>(r))),
                 "var(--drop)", "frames", [r](const TimeSlice& t) { return t.dropped[r]; });
  }
  if (s.checked)
    text += plot(s, "Slots in use in the flow table", "var(--pass)",
                 "slots in use at the end, one bar", [](const TimeSlice& t) { return t.flows; });
  return text;
}

std::string latency_section(const RunSummary& s) {
  std::string text =
      "<h2>Latency</h2><p>From the last beat in to the first beat out, or to the drop; queues "
      "included.</p><div class=\"scroll\"><table><thead><tr>"
      "<th scope=\"col\" class=\"n\">clocks</th><th scope=\"col\" class=\"n\">ns</th><th "
      "scope=\"col\" class=\"n\">frames</th>"
      "<th scope=\"col\"><span class=\"soft\">share</span></th></tr></thead><tbody>";
  std::size_t rows = 0;
  std::uint64_t rest = 0, above = 0;
  for (const auto& [clocks, frames] : s.latency) {
    if (rows++ < 40) {
      text += fmt::format(
          "<tr><td class=\"n\">{}</td><td class=\"n\">{:.0f}</td><td class=\"n\">{}</td>{}</tr>",
          clocks, static_cast<double>(clocks) * 1000.0 / s.clock_mhz, number(frames),
          bar_cell(frames, s.frames, "var(--reply)"));
    } else {
      if (rest == 0) above = clocks;
      rest += frames;
    }
  }
  text += "</tbody></table></div>";
  if (rest != 0)
    text += fmt::format("<p>{} more frames took {} clocks or more.</p>", number(rest), above);
  return text;
}

std::string names_section(const std::string& title, const std::string& what, const TopNames& names,
                          std::uint64_t whole) {
  if (names.names() == 0) return "";
  std::string text = fmt::format(
      "<h2>{}</h2><div class=\"scroll\"><table><thead><tr><th scope=\"col\">{}</th><th "
      "scope=\"col\" class=\"n\">frames</th>"
      "<th scope=\"col\" class=\"n\">share</th></tr></thead><tbody>",
      title, what);
  for (const auto& [name, count] : names.top(kTopRows)) {
    text += fmt::format(
        "<tr><td class=\"wrap\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td></tr>",
        html_escape(name), number(count), percent(count, whole));
  }
  text += "</tbody></table></div>";
  if (names.exact())
    return text + fmt::format("<p class=\"soft\">{} different ones, counted exactly.</p>",
                              number(names.names()));
  return text + fmt::format(
                    "<p class=\"soft\">More than {} different ones: counts may be too high by {} "
                    "(space-saving).</p>",
                    number(RunSummary::kNames), number(names.error()));
}

std::string object_section(const char* title, const nlohmann::ordered_json& result,
                           const char* name) {
  if (!result.contains(name) || !result.at(name).is_object()) return "";
  std::string text = fmt::format("<h2>{}</h2><div class=\"scroll\"><table><tbody>", title);
  for (const auto& [key, value] : result.at(name).items()) {
    if (value.is_array()) continue;
    text += fmt::format("<tr><th scope=\"row\">{}</th><td class=\"wrap\">{}</td></tr>",
                        html_escape(key),
                        html_escape(value.is_string() ? value.get<std::string>() : value.dump()));
  }
  return text + "</tbody></table></div>";
}

std::string repeat_section(const nlohmann::ordered_json& run) {
  std::string command;
  for (const auto& word : run.value("argv", nlohmann::ordered_json::array())) {
    std::string text = word.get<std::string>();
    const bool plain =
        text.find_first_not_of(
            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./=:,@%+") ==
            std::string::npos &&
        !text.empty();
    if (!plain) {
      std::string quoted = "'";
      for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
      text = quoted + "'";
    }
    command += (command.empty() ? "" : " ") + text;
  }
  return fmt::format(
      "<h2>How to repeat it</h2><pre>{}</pre><p>Seed {}, syngate {}. The same command and seed "
      "give the same bytes.</p>",
      html_escape(command), whole_number_or<std::uint64_t>(run, "seed", 0),
      html_escape(run.value("version", "?")));
}

}  // namespace

std::string html_escape(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string report_html(const RunSummary& s, const nlohmann::ordered_json& run, bool cut) {
  const nlohmann::ordered_json result = run.value("result", nlohmann::ordered_json::object());
  const double ns = 1000.0 / s.clock_mhz * static_cast<double>(s.last_cycle - s.first_cycle);
  std::string text =
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
      "content=\"width=device-width,initial-scale=1\">"
      "<title>syngate report</title><link rel=\"icon\" href=\"data:,\"><style>";
  text += kStyle;
  text += "</style></head><body><main><h1>syngate report</h1>";
  if (!s.ended || cut)
    text +=
        "<p class=\"bad\">The run did not end in good order: these are the frames that were "
        "finished until then.</p>";
  if (s.frames == 0) text += "<p>No frame was offered.</p>";
  text += "<div class=\"tiles\">" + tile("frames offered", number(s.frames)) +
          tile("simulated time", duration(ns)) + tile("clock", fmt::format("{} MHz", s.clock_mhz)) +
          tile("mismatches", s.checked
                                 ? fmt::format("<span class=\"{}\">{}</span>",
                                               s.mismatches != 0 ? "bad" : "", number(s.mismatches))
                                 : "not checked") +
          tile("lost", number(s.lost)) + "</div>";
  text += input_section(s, run);
  if (s.frames != 0) text += decision_section(s);
  text += object_section("Recorded connections", result, "follow");
  text += object_section("Generated clients", result, "clients");
  if (!s.first_mismatches.empty()) {
    text +=
        "<h2 class=\"bad\">Mismatches</h2><div class=\"scroll\"><table><thead><tr><th "
        "scope=\"col\" class=\"n\">packet</th><th scope=\"col\" class=\"n\">clock</th>"
        "<th scope=\"col\">stage, field</th><th scope=\"col\">RTL</th><th "
        "scope=\"col\">model</th></tr></thead><tbody>";
    for (const Event& m : s.first_mismatches) {
      text += fmt::format(
          "<tr><td class=\"n\">{}</td><td class=\"n\">{}</td><td>{} {}</td><td "
          "class=\"wrap\">{}</td><td class=\"wrap\">{}</td></tr>",
          m.id, m.cycle, html_escape(m.stage), html_escape(m.field), html_escape(m.rtl),
          html_escape(m.model));
    }
    text += "</tbody></table></div>";
  }
  if (s.frames != 0) {
    text += time_section(s) + latency_section(s);
    text += names_section("Top sources", "source address", s.talkers, s.frames);
    std::uint64_t syns = 0;
    for (const auto& [name, count] : s.shapes.top(RunSummary::kNames)) syns += count;
    text += names_section("SYN shapes", "options in the order of the wire", s.shapes, syns);
  }
  return text + repeat_section(run) + "</main></body></html>\n";
}

}  // namespace syngate::sim
