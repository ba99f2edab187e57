// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "scenario.h"
#include "syngate/model/pipeline.h"

namespace syngate::fuzz {

/// The model's parser against the packet view of sim/capture, and the model's stamp check against kernel/include/syngate_stamp.h.
void check_views(const model::Frame& frame, const model::Config& config);
/// A SYN-ACK is what a client can use: addresses, ports and ack of the SYN, right checksums; and its ACK would be taken.
void check_synack(const Bytes& syn, const Bytes& reply, const model::Outcome& outcome, const model::Config& config,
                  const model::Time& time);
/// A hand-off frame: the segment's addresses and numbers, right checksums, a stamp that a server accepts.
void check_handoff(const Bytes& segment, const Bytes& handoff, const model::Config& config);

}  // namespace syngate::fuzz
