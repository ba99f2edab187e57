// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <string_view>

#include "points.h"

namespace syngate::sim {
namespace {

using defs::Policy;
using defs::Pre;
using defs::Reason;
using F = FrameView;

const char* family_name(bool six) { return six ? "v6" : "v4"; }

void add_layer2(Points<F>& points) {
  points.add("layer2.tpid.8100", [](const F& f) { return f.reply() && f.tpid(0) == 0x8100; });
  points.add("layer2.tpid.88a8", [](const F& f) { return f.reply() && f.tpid(0) == 0x88a8; });
  points.add("layer2.tpid.9100", [](const F& f) { return f.reply() && f.tpid(0) == 0x9100; });
  points.add("layer2.tpid.inner.8100", [](const F& f) { return f.reply() && f.tpid(1) == 0x8100; });
  points.add("layer2.tpid.inner.88a8", [](const F& f) { return f.reply() && f.tpid(1) == 0x88a8; });
  points.add("layer2.tpid.inner.9100", [](const F& f) { return f.reply() && f.tpid(1) == 0x9100; });
  points.add("layer2.third_tag", [](const F& f) {
    const std::uint16_t type = f.ethertype();
    return f.p.tags == 2 && (type == 0x8100 || type == 0x88a8 || type == 0x9100) && f.verdict(defs::Verdict::kPass);
  });
  points.add("layer2.arp", [](const F& f) { return f.ethertype() == 0x0806 && f.verdict(defs::Verdict::kPass); });
  points.add("layer2.other_ethertype", [](const F& f) {
    return f.p.family == model::Family::kNone && f.p.l3 != 0 && f.ethertype() != 0x0806 && f.verdict(defs::Verdict::kPass);
  });
  points.add("layer2.multicast_mac", [](const F& f) {
    return f.tcp_shaped() && (f.frame.data[0] & 1) != 0 && f.verdict(defs::Verdict::kPass);
  });
  points.add("layer2.multicast.v4", [](const F& f) {
    return f.is4() && f.unicast_mac() && f.sound() && f.p.flow.destination.bytes[0] >> 4 == 14 && f.verdict(defs::Verdict::kPass);
  });
  points.add("layer2.broadcast.v4", [](const F& f) {
    const auto& d = f.p.flow.destination.bytes;
    return f.is4() && f.unicast_mac() && f.sound() && (d[0] & d[1] & d[2] & d[3]) == 255 && f.verdict(defs::Verdict::kPass);
  });
  points.add("layer2.multicast.v6", [](const F& f) {
    return f.is6() && f.unicast_mac() && f.sound() && f.p.flow.destination.bytes[0] == 0xff && f.verdict(defs::Verdict::kPass);
  });
}

void add_soundness(Points<F>& points) {
  points.add("sound.fcs", [](const F& f) { return f.frame.bad_fcs && f.drop(Reason::kBadFrame); });
  points.add("sound.version.v4", [](const F& f) {
    return f.right_length() && f.is4() && f.p.version != 4 && f.drop(Reason::kBadFrame);
  });
  points.add("sound.version.v6", [](const F& f) {
    return f.right_length() && f.is6() && f.p.version != 6 && f.drop(Reason::kBadFrame);
  });
  points.add("sound.ihl_below_5", [](const F& f) {
    return f.right_length() && f.is4() && f.p.version == 4 && f.p.ihl < 5 && f.drop(Reason::kBadFrame);
  });
  points.add("sound.cut.v4_header", [](const F& f) { return f.is4() && f.p.l3 + 4 * f.p.ihl > f.p.length && f.drop(Reason::kTruncated); });
  points.add("sound.cut.v6_header", [](const F& f) { return f.is6() && f.p.l3 + 40 > f.p.length && f.drop(Reason::kTruncated); });
  for (const bool six : {false, true}) {
    const std::string name = family_name(six);
    points.add("sound.cut.tcp_header." + name, [six](const F& f) {
      return f.family(six) && f.p.tcp_visible && f.p.l4 + 20 > f.p.length && f.drop(Reason::kTruncated);
    });
    points.add("sound.cut.tcp_options." + name, [six](const F& f) {
      return f.family(six) && f.p.tcp_visible && f.p.l4 + 20 <= f.p.length && f.p.data_offset >= 5 &&
             f.p.l4 + 4 * f.p.data_offset > f.p.length && f.drop(Reason::kTruncated);
    });
    points.add("sound.tcp_ends_with_frame." + name, [six](const F& f) {
      return f.family(six) && f.tcp() && f.p.data_offset > 5 && f.p.l4 + 4 * f.p.data_offset == f.p.length;
    });
    points.add("sound.forged_stamp." + name, [six](const F& f) { return f.family(six) && f.drop(Reason::kForgedStamp); });
    points.add("sound.padding." + name, [six](const F& f) {
      return f.family(six) && f.tcp() && f.p.l3 + (six ? 40 : 0) + f.p.ip_length < f.p.length;
    });
  }
  points.add("sound.stamp_of_other_exid", [](const F& f) { return f.tcp() && f.options.other_exid; });
  points.add("sound.stamp_too_short", [](const F& f) { return f.tcp() && f.options.short_253; });
  points.add("sound.forged_stamp.own_exid", [](const F& f) {
    return f.config->exid != defs::kStampExid && f.drop(Reason::kForgedStamp);
  });
}

void add_protection(Points<F>& points) {
  const auto passes = [](const F& f) { return f.tcp_shaped() && f.unicast() && f.c.pre == Pre::kPass && f.verdict(defs::Verdict::kPass); };
  for (const bool six : {false, true}) {
    const std::string name = family_name(six);
    points.add("protection.not_covered." + name, [=](const F& f) { return f.family(six) && passes(f) && f.covering < 0; });
    points.add("protection.off_decides." + name, [=](const F& f) {
      return f.family(six) && passes(f) && f.deciding >= 0 && f.entry().mode == defs::Mode::kOff;
    });
    points.add("protection.order." + name, [six](const F& f) {
      // Two entries cover it, an earlier one does not match by its ports.
      return f.family(six) && f.tcp() && f.coverings > 1 && f.covering < f.deciding;
    });
    points.add("protection.first_of_two." + name, [six](const F& f) {
      return f.family(six) && f.tcp() && f.coverings > 1 && f.covering == f.deciding;
    });
    points.add("protection.prefix.0." + name, [six](const F& f) { return f.family(six) && f.tcp() && f.entry().prefix_length == 0; });
    points.add("protection.prefix.full." + name, [six](const F& f) {
      return f.family(six) && f.tcp() && f.entry().prefix_length == (six ? 128u : 32u);
    });
    points.add("protection.prefix.odd." + name, [six](const F& f) {
      return f.family(six) && f.tcp() && f.entry().prefix_length % 8 != 0;
    });
  }
  points.add("protection.port.below", [=](const F& f) {
    return passes(f) && f.covering >= 0 && f.deciding < 0 &&
           f.p.flow.destination_port + 1 == f.config->destinations[static_cast<std::size_t>(f.covering)].port_first;
  });
  points.add("protection.port.above", [=](const F& f) {
    return passes(f) && f.covering >= 0 && f.deciding < 0 &&
           f.p.flow.destination_port == f.config->destinations[static_cast<std::size_t>(f.covering)].port_last + 1;
  });
  points.add("protection.port.first", [](const F& f) {
    return f.tcp() && f.entry().port_first < f.entry().port_last && f.p.flow.destination_port == f.entry().port_first;
  });
  points.add("protection.port.last", [](const F& f) {
    return f.tcp() && f.entry().port_first < f.entry().port_last && f.p.flow.destination_port == f.entry().port_last;
  });
  points.add("protection.entry.0", [](const F& f) { return f.tcp() && f.deciding == 0; });
  points.add("protection.entry.15", [](const F& f) { return f.tcp() && f.deciding == 15; });
  points.add("protection.off_does_not_shield_others", [](const F& f) {
    // Not TCP: entries of mode off are not asked, a later one of mode always protects.
    return !f.p.tcp_visible && f.deciding > 0 && f.covering < f.deciding &&
           f.config->destinations[static_cast<std::size_t>(f.covering)].mode == defs::Mode::kOff;
  });
  points.add("protection.off_alone_for_others", [](const F& f) {
    return !f.p.tcp_visible && f.sound() && f.unicast() && f.p.family != model::Family::kNone && f.covering >= 0 && f.deciding < 0 &&
           f.verdict(defs::Verdict::kPass);
  });
}

void add_options(Points<F>& points) {
  for (const bool six : {false, true}) {
    for (unsigned bits = 0; bits < 8; ++bits) {
      const bool ts = (bits & 4) != 0;
      const bool sack = (bits & 2) != 0;
      const bool ws = (bits & 1) != 0;
      const auto digit = [](bool on) { return on ? "1" : "0"; };
      points.add(std::string("options.") + family_name(six) + ".ts" + digit(ts) + ".sack" + digit(sack) + ".ws" + digit(ws),
                 [=](const F& f) {
                   return f.reply() && f.family(six) && f.p.options.timestamps == ts && f.p.options.sack_permitted == sack &&
                          f.p.options.wscale.has_value() == ws;
                 });
    }
    points.add(std::string("options.none.") + family_name(six), [six](const F& f) {
      return f.reply() && f.family(six) && f.p.data_offset == 5;
    });
    points.add(std::string("options.longest.") + family_name(six), [six](const F& f) {
      return f.reply() && f.family(six) && f.p.data_offset == 15;
    });
  }
  const std::pair<const char*, bool OptionFacts::*> facts[] = {
      {"nop", &OptionFacts::nop}, {"eol", &OptionFacts::eol}, {"unknown", &OptionFacts::unknown}, {"length_0", &OptionFacts::length0},
      {"length_1", &OptionFacts::length1}, {"overrun", &OptionFacts::overrun}, {"kind_at_end", &OptionFacts::kind_at_end},
      {"mss_of_other_length", &OptionFacts::mss_length}, {"wscale_of_other_length", &OptionFacts::wscale_length},
      {"sack_of_other_length", &OptionFacts::sack_length}, {"timestamp_of_other_length", &OptionFacts::timestamp_length}};
  for (const auto& [name, fact] : facts) {
    points.add(std::string("options.walk.") + name, [fact = fact](const F& f) { return f.reply() && f.options.*fact; });
  }
  points.add("options.last_wins.mss", [](const F& f) { return f.reply() && f.options.mss > 1; });
  points.add("options.last_wins.wscale", [](const F& f) { return f.reply() && f.options.wscale > 1; });
  points.add("options.last_wins.timestamps", [](const F& f) { return f.reply() && f.options.timestamps > 1; });
  points.add("options.after_bad_length", [](const F& f) {
    // Something good went before what stopped the walk.
    return f.reply() && (f.options.length0 || f.options.length1 || f.options.overrun) && (f.options.mss != 0 || f.options.timestamps != 0);
  });
  for (std::uint8_t scale = 0; scale <= 14; ++scale) {
    points.add("wscale." + std::to_string(scale), [scale](const F& f) {
      return f.reply() && f.p.options.timestamps && !f.options.wscale_clamped && f.p.options.wscale == scale;
    });
  }
  points.add("wscale.clamped", [](const F& f) { return f.reply() && f.p.options.timestamps && f.options.wscale_clamped; });
  points.add("wscale.none", [](const F& f) { return f.reply() && f.p.options.timestamps && !f.p.options.wscale; });
}

void add_mss(Points<F>& points) {
  constexpr std::array<std::array<unsigned, 4>, 2> kTables{{{536, 1300, 1440, 1460}, {1220, 1420, 1440, 8940}}};
  for (const bool six : {false, true}) {
    const std::string name = std::string("mss.") + family_name(six);
    for (unsigned i = 0; i < 4; ++i) {
      const unsigned value = kTables[six ? 1 : 0][i];
      points.add(name + ".cookie." + std::to_string(i), [=](const F& f) { return f.reply() && f.family(six) && f.o->mss_index == i; });
      points.add(name + ".stamp." + std::to_string(i), [=](const F& f) { return f.handed_off() && f.family(six) && f.o->mss_index == i; });
      points.add(name + ".at." + std::to_string(value), [=](const F& f) { return f.reply() && f.family(six) && f.p.options.mss == value; });
      points.add(name + ".below." + std::to_string(value), [=](const F& f) {
        return f.reply() && f.family(six) && f.p.options.mss + 1u == value;
      });
    }
    points.add(name + ".none", [six](const F& f) { return f.reply() && f.family(six) && f.p.options.mss == 0 && !f.options.mss_zero; });
    points.add(name + ".largest", [six](const F& f) { return f.reply() && f.family(six) && f.p.options.mss >= 65495; });
  }
  points.add("mss.zero", [](const F& f) { return f.reply() && f.options.mss_zero && f.options.mss == 0; });
  points.add("mss.smallest", [](const F& f) { return f.reply() && f.p.options.mss != 0 && f.p.options.mss < 64; });
}

void add_icmp(Points<F>& points) {
  for (const unsigned type : {3u, 4u, 5u, 11u, 12u}) {
    points.add("icmp.v4.known.type_" + std::to_string(type), [type](const F& f) {
      return f.is4() && f.c.pre == Pre::kIcmp && f.o->hit && f.l4_byte(0) == type;
    });
  }
  points.add("icmp.v6.known", [](const F& f) { return f.is6() && f.c.pre == Pre::kIcmp && f.o->hit; });
  for (const bool six : {false, true}) {
    const std::string name = std::string("icmp.") + family_name(six);
    points.add(name + ".unknown", [six](const F& f) { return f.family(six) && f.c.pre == Pre::kIcmp && f.drop(Reason::kIcmpUnknown); });
    points.add(name + ".short_quote", [six](const F& f) {
      return f.family(six) && f.c.pre == Pre::kDrop && f.drop(Reason::kIcmpUnknown) && f.p.l4 + (six ? 52u : 32u) > f.p.length;
    });
    points.add(name + ".quote_ends_with_frame", [six](const F& f) {
      return f.family(six) && f.c.pre == Pre::kIcmp && f.p.l4 + (six ? 52u : 32u) == f.p.length;
    });
    points.add(name + ".not_tcp_quoted", [six](const F& f) {
      return f.icmp_error(six) && f.deciding >= 0 && f.l4_byte(six ? 14 : 17) != 6 && f.c.pre != Pre::kIcmp;
    });
    points.add(name + ".not_an_error", [six](const F& f) {
      return f.family(six) && f.sound() && f.deciding >= 0 && f.p.protocol == (six ? 58u : 1u) && !f.icmp_error(six) &&
             f.l4_byte(six ? 14 : 17) == 6 && f.c.pre != Pre::kIcmp && f.c.reason != Reason::kIcmpUnknown;
    });
  }
  points.add("icmp.v4.quote_with_options", [](const F& f) {
    return f.is4() && f.c.pre == Pre::kDrop && f.drop(Reason::kIcmpUnknown) && (f.l4_byte(8) & 15) != 5 && f.p.l4 + 32 <= f.p.length;
  });
  points.add("icmp.v4.fragment", [](const F& f) {
    return f.is4() && f.sound() && f.deciding >= 0 && f.p.protocol == 1 && f.p.fragment_offset && f.c.pre != Pre::kIcmp;
  });
  for (const unsigned type : {133u, 137u}) {
    points.add("icmp.v6.neighbour." + std::to_string(type), [type](const F& f) {
      return f.is6() && f.unicast() && f.sound() && f.p.protocol == 58 && f.l4_byte(0) == type && f.covering >= 0 && f.c.pre == Pre::kPass;
    });
  }
  for (const unsigned type : {132u, 138u}) {
    points.add("icmp.v6.no_neighbour." + std::to_string(type), [type](const F& f) {
      return f.is6() && f.sound() && f.p.protocol == 58 && f.l4_byte(0) == type && f.deciding >= 0;
    });
  }
}

void add_policies(Points<F>& points) {
  constexpr std::pair<Policy, Reason> kBits[] = {
      {Policy::kFragment, Reason::kFragment}, {Policy::kIpOptions, Reason::kIpOptions},
      {Policy::kIpExtHeader, Reason::kIpExtHeader}, {Policy::kBadHeaderLength, Reason::kBadHeaderLength},
      {Policy::kLand, Reason::kLand}, {Policy::kPortZero, Reason::kPortZero},
      {Policy::kBadIpChecksum, Reason::kBadIpChecksum}, {Policy::kBadTcpChecksum, Reason::kBadTcpChecksum},
      {Policy::kOtherProtocol, Reason::kOtherProtocol}};
  for (const auto& [bit, reason] : kBits) {
    const std::string name = "policy." + std::string(to_string(reason));
    points.add(name + ".set", [=, bit = bit, reason = reason](const F& f) { return f.policy(bit) && f.drop(reason); });
    points.add(name + ".clear", [=, bit = bit, reason = reason](const F& f) { return f.would_drop(bit, reason); });
  }
  const auto wants_ecn = [](const F& f) {
    return f.reply() && f.p.options.timestamps && (f.p.flags & model::kEce) != 0 && (f.p.flags & model::kCwr) != 0 &&
           (f.p.traffic_class & 3) == 0;
  };
  points.add("policy.ecn.set", [=](const F& f) { return wants_ecn(f) && f.policy(Policy::kEcn); });
  points.add("policy.ecn.clear", [=](const F& f) { return wants_ecn(f) && !f.policy(Policy::kEcn); });
  for (const bool six : {false, true}) {
    const std::string name = family_name(six);
    constexpr Reason kBoth[] = {Reason::kOtherProtocol, Reason::kBadHeaderLength, Reason::kLand, Reason::kPortZero,
        Reason::kBadTcpChecksum};
    for (const Reason reason : kBoth) {
      points.add("policy." + std::string(to_string(reason)) + "." + name, [=](const F& f) { return f.family(six) && f.drop(reason); });
    }
    points.add("policy.doff_below_5." + name, [six](const F& f) {
      return f.family(six) && f.drop(Reason::kBadHeaderLength) && f.p.data_offset < 5;
    });
    points.add("policy.ip_length_too_small." + name, [six](const F& f) {
      return f.family(six) && f.drop(Reason::kBadHeaderLength) && f.p.data_offset >= 5 &&
             f.p.ip_length < (six ? 0u : 20u) + 4 * f.p.data_offset;
    });
    points.add("policy.ip_length_too_large." + name, [six](const F& f) {
      return f.family(six) && f.drop(Reason::kBadHeaderLength) && f.p.data_offset >= 5 &&
             f.p.l3 + (six ? 40u : 0u) + f.p.ip_length > f.p.length;
    });
  }
  points.add("policy.first_fragment", [](const F& f) { return f.drop(Reason::kFragment) && !f.p.fragment_offset; });
  points.add("policy.later_fragment", [](const F& f) { return f.drop(Reason::kFragment) && f.p.fragment_offset; });
  for (const unsigned next : {0u, 43u, 44u, 51u, 60u, 135u, 139u, 140u}) {
    points.add("policy.ext_header." + std::to_string(next), [next](const F& f) {
      return f.drop(Reason::kIpExtHeader) && f.p.protocol == next;
    });
  }
}

}  // namespace

void add_frame_points(Points<FrameView>& points) {
  add_layer2(points);
  add_soundness(points);
  add_protection(points);
  add_options(points);
  add_mss(points);
  add_icmp(points);
  add_policies(points);
}

}  // namespace syngate::sim
