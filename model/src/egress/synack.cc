// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include "syngate/model/synack.h"

#include "frame_writer.h"

namespace syngate::model {

void build_synack(const Frame& syn, const Parsed& p, const SynAck& v, std::vector<std::uint8_t>& out) {
  const bool timestamps = p.options.timestamps;
  const bool wscale = timestamps && p.options.wscale.has_value();
  const std::size_t option_bytes = !timestamps ? 4 : wscale ? 20 : 16;
  Flow back;
  back.source = p.flow.destination;
  back.destination = p.flow.source;
  back.source_port = p.flow.destination_port;
  back.destination_port = p.flow.source_port;

  FrameWriter w(out);
  w.bytes(syn.data + 6, 6);
  w.bytes(syn.data, 6);
  w.bytes(syn.data + 12, p.l3 - 12);
  w.ip(back, 20 + option_bytes, 0, 0, 64);
  w.tcp(back, v.cookie, p.seq + 1, option_bytes, kSyn | kAck | (v.ecn ? kEce : 0u), v.window);
  w.u16(0x0204);
  w.u16(v.mss);
  if (timestamps) {
    w.u16(p.options.sack_permitted ? 0x0402 : 0x0101);
    w.u16(0x080a);
    w.u32(v.tsval);
    w.u32(p.options.tsval);
  }
  if (wscale) {
    w.u16(0x0103);
    w.u8(3);
    w.u8(v.wscale);
  }
  w.finish();
}

}  // namespace syngate::model
