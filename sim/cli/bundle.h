// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <utility>
#include <vector>

namespace syngate::sim {

/// Lines of events.jsonl that tell what happened: the first and the last `edge` lines, and `around`
/// lines before and after every mismatch; where lines are left out there is one `{"omitted": N}`.
/// Reads the file as a stream. Throws InputError.
std::string excerpt_events(const std::string& path, unsigned edge, unsigned around);

/// A tar archive (ustar), compressed with gzip: the same files make the same bytes (no times, owners
/// or names of this machine). Throws OutputError.
void write_bundle(const std::string& path,
                  const std::vector<std::pair<std::string, std::string>>& files);

}  // namespace syngate::sim
