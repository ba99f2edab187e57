// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <nlohmann/json.hpp>
#include <string>

#include "summary.h"

namespace syngate::sim {

/// The report of a run as one HTML file that loads nothing: `run` is run.json, `cut` says that events.jsonl ends in half a line.
std::string report_html(const RunSummary& summary, const nlohmann::ordered_json& run, bool cut);

/// Text for HTML: names in it come from file names and packets.
std::string html_escape(const std::string& text);

}  // namespace syngate::sim
