// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace syngate::sim {

struct AppContext;
struct ReplayFlags;

/// `syngate replay RECORDING`: does again what `syngate live` recorded. Returns the exit code; throws UsageError for options that have
/// no meaning for a recording.
int run_recording(ReplayFlags& flags, const AppContext& context);

}  // namespace syngate::sim
