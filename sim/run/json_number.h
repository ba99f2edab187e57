// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace syngate::sim {

/// `value` as a whole number that Number can hold; `name` is for the error. nlohmann's own conversion would take a fraction, a number of
/// the wrong sign or one that is too large for whatever the processor makes of it. Throws std::invalid_argument.
template <typename Number, typename Json>
Number whole_number(const Json& value, const char* name) {
  using Limits = std::numeric_limits<Number>;
  bool fits = false;
  // An integer is a std::int64_t or, without a sign in the text that was parsed, a std::uint64_t.
  if (value.is_number_integer() && !value.is_number_unsigned() && value.template get<std::int64_t>() < 0)
    fits = Limits::is_signed && value.template get<std::int64_t>() >= static_cast<std::int64_t>(Limits::min());
  else if (value.is_number_integer())
    fits = value.template get<std::uint64_t>() <= static_cast<std::uint64_t>(Limits::max());
  if (!fits) throw std::invalid_argument(fmt::format("{} is no whole number from {} to {}", name, Limits::min(), Limits::max()));
  return value.template get<Number>();
}

/// The same of a field of `object` that may be missing.
template <typename Number, typename Json>
Number whole_number_or(const Json& object, const char* name, Number otherwise) {
  const auto at = object.find(name);
  return at == object.end() ? otherwise : whole_number<Number>(*at, name);
}

}  // namespace syngate::sim
