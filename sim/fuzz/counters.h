// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

#include "syngate/model/pipeline.h"

namespace syngate::fuzz {

/// Tells libFuzzer what a frame has led to: verdict x reason x table operation x hit, so that an input which reaches a new combination is
/// kept even where the code that was run is the same. Without libFuzzer it does nothing.
void count_outcome(const model::Outcome& outcome);
/// Likewise any other event of a bench: 0..255.
void count_event(unsigned number);

}  // namespace syngate::fuzz
