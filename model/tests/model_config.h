// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "syngate/model/pipeline.h"

/// Both servers of frames.h protected on port 443, keys of the known answers.
inline syngate::model::Config test_config() {
  using namespace syngate::model;
  Config c;
  c.keys.secret0_v4 = c.keys.secret0_v6 = {0x0706050403020100u, 0x0f0e0d0c0b0a0908u};
  for (auto& k : c.keys.secret1_v4) k = {0x1716151413121110u, 0x1f1e1d1c1b1a1918u};
  c.keys.secret1_v6 = c.keys.secret1_v4;
  for (unsigned i = 0; i < c.keys.stamp.size(); ++i) c.keys.stamp[i] = {0x100 + i, 0x200 + i};
  Destination d;
  d.used = true;
  d.prefix.bytes = {198, 51, 100, 10};
  d.prefix_length = 32;
  d.port_first = d.port_last = 443;
  c.destinations[0] = d;
  d.prefix.is6 = true;
  d.prefix.bytes = {0x20, 1, 0xd, 0xb8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10};
  d.prefix_length = 128;
  c.destinations[1] = d;
  return c;
}
