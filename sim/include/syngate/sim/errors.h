// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <stdexcept>

namespace syngate::sim {

/// An input file that is not a capture and cannot be used; exit 3. The text names file, place and reason.
struct InputError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace syngate::sim
