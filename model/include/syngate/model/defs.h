// SPDX-License-Identifier: Apache-2.0
// generated from rtl/syngate_defs.json by scripts/gen-defs; do not edit
#pragma once
#include <array>
#include <cstdint>
#include <string_view>

namespace syngate::defs {

inline constexpr std::uint32_t kVersion = 1u;
/// bytes of one beat of the inner bus; byte 0 of a frame is tdata[7:0] of its first beat
inline constexpr std::uint32_t kBusBytes = 128u;
/// shortest legal frame, without FCS
inline constexpr std::uint32_t kFrameBytesMin = 60u;
/// longest served frame, without FCS
inline constexpr std::uint32_t kFrameBytesMax = 9216u;
/// beats of the longest served frame
inline constexpr std::uint32_t kFrameBeatsMax = 72u;
/// protected entries, first match wins
inline constexpr std::uint32_t kDestinations = 16u;
/// stamp keys that can live at once
inline constexpr std::uint32_t kStampKeys = 16u;
/// banks of cookie secret1, chosen by the low bits of the count
inline constexpr std::uint32_t kSecret1Banks = 4u;
/// TCP option kind of the stamp (RFC 4727 experiment 1)
inline constexpr std::uint32_t kStampKind = 253u;
/// length of the stamp option
inline constexpr std::uint32_t kStampBytes = 20u;
/// version nibble of the stamp
inline constexpr std::uint32_t kStampVersion = 1u;
/// default ExID (RFC 6994), 0x5347 = SG
inline constexpr std::uint32_t kStampExid = 21319u;
/// log2 of the rows of one channel (144 bit each: 2^20 rows = 144 Mbit)
inline constexpr std::uint32_t kTableAddressBits = 20u;
/// slots of 48 bits in a row
inline constexpr std::uint32_t kTableSlots = 3u;
/// epoch = bits [23:16] of the millisecond clock: 65.536 s, wraps after 4.66 h
inline constexpr std::uint32_t kTableEpochShift = 16u;
/// default life of a flow in epochs: 2 h 2 min
inline constexpr std::uint32_t kTableLife = 112u;
/// default life of a flow after FIN or RST, in epochs
inline constexpr std::uint32_t kTableLifeClosing = 2u;
/// an entry up to this many epochs in the future (a clock that was set back) still lives
inline constexpr std::uint32_t kTableFuture = 8u;
/// a new entry may repeat its hand-off while its age is at most this many epochs
inline constexpr std::uint32_t kTableNewEpochs = 1u;
/// how often a lost hand-off may be repeated for one entry
inline constexpr std::uint32_t kHandoffRepeats = 3u;
/// core clocks from read address to read data of the flow table memory
inline constexpr std::uint32_t kSramReadLatency = 16u;
/// clocks between two background reads of the sweep (it takes only idle slots)
inline constexpr std::uint32_t kSweepPeriod = 1024u;
inline constexpr std::uint32_t kPolicyReset = 0x2ffu;

/// what became of a frame
enum class Verdict : std::uint8_t {
  kPass = 0,  ///< forwarded untouched
  kReply = 1,  ///< answered with a SYN-ACK on the reply port
  kHandoff = 2,  ///< replaced by a hand-off frame on the forward port
  kHandoffPass = 3,  ///< a hand-off frame, then the original, on the forward port
  kDrop = 4,  ///< dropped, with a reason
};
inline constexpr unsigned kVerdictCount = 5u;
/// Name of a verdict as it is spelled in outputs, "?" when it has none.
constexpr std::string_view to_string(Verdict value) {
  switch (value) {
    case Verdict::kPass: return "pass";
    case Verdict::kReply: return "reply";
    case Verdict::kHandoff: return "handoff";
    case Verdict::kHandoffPass: return "handoff_pass";
    case Verdict::kDrop: return "drop";
  }
  return "?";
}

/// why a frame was dropped; each has its counter
enum class Reason : std::uint8_t {
  kNone = 0,  ///< not dropped
  kBadFrame = 1,  ///< FCS error, runt, longer than 9216 bytes, or an IP header whose version or IHL is wrong (rule 1)
  kTruncated = 2,  ///< a header runs past the end of the frame (rule 1)
  kForgedStamp = 3,  ///< carries the stamp option (rule 2)
  kIcmpUnknown = 4,  ///< ICMP error that quotes a TCP flow which is not in the table (rule 4)
  kOtherProtocol = 5,  ///< not TCP, and the policy says drop (rule 4)
  kFragment = 6,  ///< TCP in IPv4 fragments (rule 5)
  kIpOptions = 7,  ///< TCP behind IPv4 options (rule 5)
  kIpExtHeader = 8,  ///< IPv6 extension header (rule 5)
  kBadHeaderLength = 9,  ///< TCP data offset, IPv4 total length or IPv6 payload length do not fit (rule 5)
  kLand = 10,  ///< source address and port equal destination address and port (rule 5)
  kPortZero = 11,  ///< source or destination port 0 (rule 5)
  kBadIpChecksum = 12,  ///< wrong IPv4 header checksum (rule 5)
  kBadTcpChecksum = 13,  ///< wrong TCP checksum (rule 5)
  kBadCookie = 14,  ///< ACK of an unknown flow without a valid cookie (rule 9)
  kRstUnknown = 15,  ///< RST of an unknown flow (rule 9)
  kUnknownFlow = 16,  ///< other TCP segment of an unknown flow (rule 9)
  kReplyFull = 17,  ///< reply FIFO full when the SYN-ACK was ready (egress)
  kReplyCap = 18,  ///< reply held back by the egress cap (egress)
  kHandoffFull = 19,  ///< no room for the hand-off, or for the pair of hand-off and original (egress)
  kForwardFull = 20,  ///< forward FIFO full (egress)
};
inline constexpr unsigned kReasonCount = 21u;
/// Name of a reason as it is spelled in outputs, "?" when it has none.
constexpr std::string_view to_string(Reason value) {
  switch (value) {
    case Reason::kNone: return "none";
    case Reason::kBadFrame: return "bad_frame";
    case Reason::kTruncated: return "truncated";
    case Reason::kForgedStamp: return "forged_stamp";
    case Reason::kIcmpUnknown: return "icmp_unknown";
    case Reason::kOtherProtocol: return "other_protocol";
    case Reason::kFragment: return "fragment";
    case Reason::kIpOptions: return "ip_options";
    case Reason::kIpExtHeader: return "ip_ext_header";
    case Reason::kBadHeaderLength: return "bad_header_length";
    case Reason::kLand: return "land";
    case Reason::kPortZero: return "port_zero";
    case Reason::kBadIpChecksum: return "bad_ip_checksum";
    case Reason::kBadTcpChecksum: return "bad_tcp_checksum";
    case Reason::kBadCookie: return "bad_cookie";
    case Reason::kRstUnknown: return "rst_unknown";
    case Reason::kUnknownFlow: return "unknown_flow";
    case Reason::kReplyFull: return "reply_full";
    case Reason::kReplyCap: return "reply_cap";
    case Reason::kHandoffFull: return "handoff_full";
    case Reason::kForwardFull: return "forward_full";
  }
  return "?";
}

/// mode of a destination entry
enum class Mode : std::uint8_t {
  kOff = 0,  ///< matches, but passes everything
  kLearn = 1,  ///< reserved, refused
  kAuto = 2,  ///< reserved, refused
  kAlways = 3,  ///< every SYN is answered with a cookie
};
inline constexpr unsigned kModeCount = 4u;
/// Name of a mode as it is spelled in outputs, "?" when it has none.
constexpr std::string_view to_string(Mode value) {
  switch (value) {
    case Mode::kOff: return "off";
    case Mode::kLearn: return "learn";
    case Mode::kAuto: return "auto";
    case Mode::kAlways: return "always";
  }
  return "?";
}

/// what parse decided before the table and the cookie are known
enum class Pre : std::uint8_t {
  kPass = 0,  ///< rule 3, rule 4, or a policy bit: forward untouched
  kDrop = 1,  ///< rules 1, 2, 4, 5: drop with the reason given
  kIcmp = 2,  ///< rule 4: pass if the quoted flow is in the table
  kSyn = 3,  ///< rule 6: answer
  kTcp = 4,  ///< rules 7 to 9: ask the table, then the cookie
};
inline constexpr unsigned kPreCount = 5u;
/// Name of a pre as it is spelled in outputs, "?" when it has none.
constexpr std::string_view to_string(Pre value) {
  switch (value) {
    case Pre::kPass: return "pass";
    case Pre::kDrop: return "drop";
    case Pre::kIcmp: return "icmp";
    case Pre::kSyn: return "syn";
    case Pre::kTcp: return "tcp";
  }
  return "?";
}

/// what a frame did to the flow table
enum class TableOp : std::uint8_t {
  kNone = 0,  ///< nothing written
  kInsert = 1,  ///< new flow in a free slot
  kEvict = 2,  ///< new flow over the oldest of six living slots
  kRefresh = 3,  ///< epoch renewed
  kRepeat = 4,  ///< hand-off repeated, one repetition less left
  kClose = 5,  ///< FIN or RST: short life from now
  kReopen = 6,  ///< SYN for a known flow: its next handshake may hand off
};
inline constexpr unsigned kTableOpCount = 7u;
/// Name of a table_op as it is spelled in outputs, "?" when it has none.
constexpr std::string_view to_string(TableOp value) {
  switch (value) {
    case TableOp::kNone: return "none";
    case TableOp::kInsert: return "insert";
    case TableOp::kEvict: return "evict";
    case TableOp::kRefresh: return "refresh";
    case TableOp::kRepeat: return "repeat";
    case TableOp::kClose: return "close";
    case TableOp::kReopen: return "reopen";
  }
  return "?";
}

/// state field of a table slot
enum class SlotState : std::uint8_t {
  kEmpty = 0,  ///< free
  kLive = 1,  ///< validated flow
  kClosing = 2,  ///< FIN or RST seen
  kReserved = 3,  ///< read as live
  kNew0 = 4,  ///< validated, in its first epochs, no repeats left
  kNew1 = 5,  ///< one repeat left
  kNew2 = 6,  ///< two repeats left
  kNew3 = 7,  ///< three repeats left
};
inline constexpr unsigned kSlotStateCount = 8u;
/// Name of a slot_state as it is spelled in outputs, "?" when it has none.
constexpr std::string_view to_string(SlotState value) {
  switch (value) {
    case SlotState::kEmpty: return "empty";
    case SlotState::kLive: return "live";
    case SlotState::kClosing: return "closing";
    case SlotState::kReserved: return "reserved";
    case SlotState::kNew0: return "new0";
    case SlotState::kNew1: return "new1";
    case SlotState::kNew2: return "new2";
    case SlotState::kNew3: return "new3";
  }
  return "?";
}

/// bit numbers of the POLICY register; a set bit drops (or checks), a clear one lets through
enum class Policy : std::uint8_t {
  kFragment = 0,  ///< clear: pass
  kIpOptions = 1,  ///< clear: pass
  kIpExtHeader = 2,  ///< clear: pass
  kBadHeaderLength = 3,  ///< clear: pass
  kLand = 4,  ///< clear: not checked
  kPortZero = 5,  ///< clear: not checked
  kBadIpChecksum = 6,  ///< clear: not checked
  kBadTcpChecksum = 7,  ///< clear: not checked
  kOtherProtocol = 8,  ///< set: drop other protocols (reset value: clear)
  kEcn = 9,  ///< set: accept ECN from clients (Linux tcp_ecn = 2)
};
inline constexpr unsigned kPolicyCount = 10u;
/// Name of a policy as it is spelled in outputs, "?" when it has none.
constexpr std::string_view to_string(Policy value) {
  switch (value) {
    case Policy::kFragment: return "fragment";
    case Policy::kIpOptions: return "ip_options";
    case Policy::kIpExtHeader: return "ip_ext_header";
    case Policy::kBadHeaderLength: return "bad_header_length";
    case Policy::kLand: return "land";
    case Policy::kPortZero: return "port_zero";
    case Policy::kBadIpChecksum: return "bad_ip_checksum";
    case Policy::kBadTcpChecksum: return "bad_tcp_checksum";
    case Policy::kOtherProtocol: return "other_protocol";
    case Policy::kEcn: return "ecn";
  }
  return "?";
}

/// slots of the KEY_COMMIT register
enum class KeySlot : std::uint8_t {
  kSecret0V4 = 0,  ///< cookie secret 0, IPv4 (also the table hash and the timestamp offset)
  kSecret0V6 = 1,  ///< cookie secret 0, IPv6
  kSecret1V4 = 4,  ///< cookie secret 1, IPv4: four banks, 4 + (count & 3)
  kSecret1V6 = 8,  ///< cookie secret 1, IPv6: four banks, 8 + (count & 3)
  kStamp = 16,  ///< stamp keys, 16 + key id
};
inline constexpr unsigned kKeySlotCount = 17u;
/// Name of a key_slot as it is spelled in outputs, "?" when it has none.
constexpr std::string_view to_string(KeySlot value) {
  switch (value) {
    case KeySlot::kSecret0V4: return "secret0_v4";
    case KeySlot::kSecret0V6: return "secret0_v6";
    case KeySlot::kSecret1V4: return "secret1_v4";
    case KeySlot::kSecret1V6: return "secret1_v6";
    case KeySlot::kStamp: return "stamp";
  }
  return "?";
}

/// A step of a frame through the pipeline: clocks from `entered` to its start.
struct Stage {
  std::string_view name;
  unsigned offset;
};
inline constexpr std::array<Stage, 5> kStages{{
    {"parse", 0u},  // headers, options, destination, rules 1 to 6; entered is its clock
    {"cookie", 17u},  // metadata is there; cookie and hashes go on
    {"table", 59u},  // rows of the flow table are read
    {"decide", 80u},  // rules 7 to 9 ask the table; the observation port shows the decision three clocks later
    {"egress", 98u},  // SYN-ACK and hand-off are built; admission is observed eleven clocks later
}};

/// observation port: outputs only, one record per stage and frame, frame ids without gaps or repeats. Bit offsets in the packed RTL vector (bit 0 is the last field's).
namespace event {
struct Field {
  unsigned low;
  unsigned bits;
};
inline constexpr unsigned kBits = 239u;
inline constexpr Field kInValid{238u, 1u};  ///< a frame enters the pipeline (its time and configuration are sampled now)
inline constexpr Field kInId{206u, 32u};  ///< frame id
inline constexpr Field kInGeneration{190u, 16u};  ///< number of commits (time, keys, destinations, settings) the frame has seen
inline constexpr Field kDecidedValid{189u, 1u};  ///< a frame is decided
inline constexpr Field kDecidedId{157u, 32u};  ///< frame id
inline constexpr Field kDecidedVerdict{154u, 3u};  ///< verdict of the rules
inline constexpr Field kDecidedReason{149u, 5u};  ///< reason of the rules
inline constexpr Field kDecidedOp{145u, 4u};  ///< table operation
inline constexpr Field kDecidedHit{144u, 1u};  ///< flow found in the table
inline constexpr Field kDecidedCookieOk{143u, 1u};  ///< ACK with a valid cookie
inline constexpr Field kDecidedAge{142u, 1u};  ///< age of the valid cookie in minutes
inline constexpr Field kDecidedMssIndex{140u, 2u};  ///< index of the MSS in Linux's table: encoded (SYN) or decoded (ACK)
inline constexpr Field kDecidedCookie{108u, 32u};  ///< SYN: the cookie made; other TCP: the cookie presented (ack - 1)
inline constexpr Field kDecidedTsval{76u, 32u};  ///< SYN with timestamps: the TSval sent
inline constexpr Field kDoneValid{75u, 1u};  ///< egress has admitted or dropped a frame
inline constexpr Field kDoneId{43u, 32u};  ///< frame id
inline constexpr Field kDoneVerdict{40u, 3u};  ///< final verdict
inline constexpr Field kDoneReason{35u, 5u};  ///< final reason
inline constexpr Field kSweepValid{34u, 1u};  ///< the sweep has cleared dead slots
inline constexpr Field kSweepRow{14u, 20u};  ///< row, both channels
inline constexpr Field kSweepMask{8u, 6u};  ///< cleared slots: bits 2:0 channel 0, 5:3 channel 1
inline constexpr Field kSweepEpoch{0u, 8u};  ///< epoch the sweep used
}  // namespace event

/// Indices of the 64-bit counters.
namespace counter {
inline constexpr unsigned kVerdictBase = 0u;
inline constexpr unsigned kReasonBase = 8u;
inline constexpr unsigned kCookieAge0 = 40u;  ///< valid cookies of this minute
inline constexpr unsigned kCookieAge1 = 41u;  ///< valid cookies of the last minute
inline constexpr unsigned kTableInsert = 42u;  ///< table_op insert
inline constexpr unsigned kTableEvict = 43u;  ///< table_op evict
inline constexpr unsigned kTableRefresh = 44u;  ///< table_op refresh
inline constexpr unsigned kTableRepeat = 45u;  ///< table_op repeat
inline constexpr unsigned kTableClose = 46u;  ///< table_op close
inline constexpr unsigned kTableReopen = 47u;  ///< table_op reopen
inline constexpr unsigned kTableSweep = 48u;  ///< slots cleared by the sweep
inline constexpr unsigned kTableSramError = 49u;  ///< slots with a parity error at a lookup (read as empty)
inline constexpr unsigned kCount = 64u;
/// Name of a counter as it is spelled in outputs, "" where the index has none.
constexpr std::string_view name(unsigned index) {
  switch (index) {
    case 0: return "verdict_pass";
    case 1: return "verdict_reply";
    case 2: return "verdict_handoff";
    case 3: return "verdict_handoff_pass";
    case 4: return "verdict_drop";
    case 9: return "drop_bad_frame";
    case 10: return "drop_truncated";
    case 11: return "drop_forged_stamp";
    case 12: return "drop_icmp_unknown";
    case 13: return "drop_other_protocol";
    case 14: return "drop_fragment";
    case 15: return "drop_ip_options";
    case 16: return "drop_ip_ext_header";
    case 17: return "drop_bad_header_length";
    case 18: return "drop_land";
    case 19: return "drop_port_zero";
    case 20: return "drop_bad_ip_checksum";
    case 21: return "drop_bad_tcp_checksum";
    case 22: return "drop_bad_cookie";
    case 23: return "drop_rst_unknown";
    case 24: return "drop_unknown_flow";
    case 25: return "drop_reply_full";
    case 26: return "drop_reply_cap";
    case 27: return "drop_handoff_full";
    case 28: return "drop_forward_full";
    case 40: return "cookie_age0";
    case 41: return "cookie_age1";
    case 42: return "table_insert";
    case 43: return "table_evict";
    case 44: return "table_refresh";
    case 45: return "table_repeat";
    case 46: return "table_close";
    case 47: return "table_reopen";
    case 48: return "table_sweep";
    case 49: return "table_sram_error";
    default: return "";
  }
}
/// What it counts, in a few words; "" where the index has none.
constexpr std::string_view help(unsigned index) {
  switch (index) {
    case 0: return "forwarded untouched";
    case 1: return "answered with a SYN-ACK on the reply port";
    case 2: return "replaced by a hand-off frame on the forward port";
    case 3: return "a hand-off frame, then the original, on the forward port";
    case 4: return "dropped, with a reason";
    case 9: return "FCS error, runt, longer than 9216 bytes, or an IP header whose version or IHL is wrong (rule 1)";
    case 10: return "a header runs past the end of the frame (rule 1)";
    case 11: return "carries the stamp option (rule 2)";
    case 12: return "ICMP error that quotes a TCP flow which is not in the table (rule 4)";
    case 13: return "not TCP, and the policy says drop (rule 4)";
    case 14: return "TCP in IPv4 fragments (rule 5)";
    case 15: return "TCP behind IPv4 options (rule 5)";
    case 16: return "IPv6 extension header (rule 5)";
    case 17: return "TCP data offset, IPv4 total length or IPv6 payload length do not fit (rule 5)";
    case 18: return "source address and port equal destination address and port (rule 5)";
    case 19: return "source or destination port 0 (rule 5)";
    case 20: return "wrong IPv4 header checksum (rule 5)";
    case 21: return "wrong TCP checksum (rule 5)";
    case 22: return "ACK of an unknown flow without a valid cookie (rule 9)";
    case 23: return "RST of an unknown flow (rule 9)";
    case 24: return "other TCP segment of an unknown flow (rule 9)";
    case 25: return "reply FIFO full when the SYN-ACK was ready (egress)";
    case 26: return "reply held back by the egress cap (egress)";
    case 27: return "no room for the hand-off, or for the pair of hand-off and original (egress)";
    case 28: return "forward FIFO full (egress)";
    case 40: return "valid cookies of this minute";
    case 41: return "valid cookies of the last minute";
    case 42: return "table_op insert";
    case 43: return "table_op evict";
    case 44: return "table_op refresh";
    case 45: return "table_op repeat";
    case 46: return "table_op close";
    case 47: return "table_op reopen";
    case 48: return "slots cleared by the sweep";
    case 49: return "slots with a parity error at a lookup (read as empty)";
    default: return "";
  }
}
}  // namespace counter

/// Byte offsets of the AXI4-Lite registers.
namespace reg {
inline constexpr std::uint32_t kId = 0x000;  ///< 0x53594e47, the letters SYNG
inline constexpr std::uint32_t kVersion = 0x004;  ///< major in 31:16, minor in 15:0
inline constexpr std::uint32_t kCaps = 0x008;  ///< bit 0 IPv4, 1 IPv6, 2 QinQ, 3 mode off, 4 mode always, 5 mode learn (0: absent), 6 mode auto (0: absent); 15:8 destinations; 23:16 stamp keys; 31:24 table address bits
inline constexpr std::uint32_t kStatus = 0x00c;  ///< bit 0: a commit was refused (reserved mode, bad index, bad prefix length)
inline constexpr std::uint32_t kScratch = 0x010;  ///< no function
inline constexpr std::uint32_t kGeneration = 0x014;  ///< 15:0 number of commits so far
inline constexpr std::uint32_t kTimeCount = 0x020;  ///< staged minute count of the cookie
inline constexpr std::uint32_t kTimeMs = 0x024;  ///< staged millisecond clock
inline constexpr std::uint32_t kTimeCommit = 0x028;  ///< any write: count and clock change together, at a frame boundary
inline constexpr std::uint32_t kKeyData0 = 0x030;  ///< staged key, bytes 0..3 in memory order (byte 0 in 7:0)
inline constexpr std::uint32_t kKeyData1 = 0x034;  ///< bytes 4..7
inline constexpr std::uint32_t kKeyData2 = 0x038;  ///< bytes 8..11
inline constexpr std::uint32_t kKeyData3 = 0x03c;  ///< bytes 12..15
inline constexpr std::uint32_t kKeyCommit = 0x040;  ///< 5:0 key slot: the staged key moves there; the staging registers are wiped
inline constexpr std::uint32_t kDestAddr0 = 0x050;  ///< staged entry: prefix bytes 0..3 in wire order (byte 0 in 7:0); IPv4 uses this word only
inline constexpr std::uint32_t kDestAddr1 = 0x054;  ///< bytes 4..7
inline constexpr std::uint32_t kDestAddr2 = 0x058;  ///< bytes 8..11
inline constexpr std::uint32_t kDestAddr3 = 0x05c;  ///< bytes 12..15
inline constexpr std::uint32_t kDestMatch = 0x060;  ///< 7:0 prefix length, 8 IPv6, 9 entry in use, 13:12 mode
inline constexpr std::uint32_t kDestPorts = 0x064;  ///< 15:0 first port, 31:16 last port
inline constexpr std::uint32_t kDestTcp = 0x068;  ///< 15:0 advertised MSS, 19:16 window scale, 23:20 stamp key id
inline constexpr std::uint32_t kDestWindow = 0x06c;  ///< 15:0 window with timestamps, 31:16 without
inline constexpr std::uint32_t kDestCommit = 0x070;  ///< 3:0 entry: the staged entry moves there at once; refused (STATUS bit 0) for a reserved mode or prefix length
inline constexpr std::uint32_t kPolicy = 0x080;  ///< 9:0, one bit per policy; a write is a commit
inline constexpr std::uint32_t kExid = 0x084;  ///< 15:0 ExID of the stamp; a write is a commit
inline constexpr std::uint32_t kTableMask = 0x088;  ///< row mask (rows in use - 1); change only while the table is empty; a write is a commit
inline constexpr std::uint32_t kTableLives = 0x08c;  ///< 7:0 life, 15:8 life when closing, in epochs; change only while idle; a write is a commit
inline constexpr std::uint32_t kReplyCap = 0x090;  ///< 15:0 replies per 1024 clocks, 0 = no cap
inline constexpr std::uint32_t kCounters = 0x200;  ///< counters, 8 bytes each, low word first
}  // namespace reg

/// Byte offsets in the stamp option.
namespace stamp_option {
inline constexpr unsigned kKind = 0u;  ///< 1 bytes: 253
inline constexpr unsigned kLength = 1u;  ///< 1 bytes: 20
inline constexpr unsigned kExid = 2u;  ///< 2 bytes: ExID, big endian
inline constexpr unsigned kVersionKey = 4u;  ///< 1 bytes: version in 7:4, key id in 3:0
inline constexpr unsigned kFlagsWscale = 5u;  ///< 1 bytes: flags in 7:4 (bit 4: the segment has timestamps), rcv_wscale in 3:0
inline constexpr unsigned kMss = 6u;  ///< 2 bytes: client MSS as decoded from the cookie, big endian
inline constexpr unsigned kClock = 8u;  ///< 4 bytes: box clock now in ms plus the flow's offset, big endian
inline constexpr unsigned kMac = 12u;  ///< 8 bytes: SipHash-2-4, little endian as the SipHash reference stores it
inline constexpr unsigned kBytes = 20u;
}  // namespace stamp_option

/// Byte offsets in the stamp message.
namespace stamp_message {
inline constexpr unsigned kSaddr = 0u;  ///< 16 bytes: source address as on the wire; IPv4 as ::ffff:a.b.c.d
inline constexpr unsigned kSport = 16u;  ///< 2 bytes: source port, as on the wire
inline constexpr unsigned kVersionKey = 18u;  ///< 1 bytes: as in the option
inline constexpr unsigned kFlagsWscale = 19u;  ///< 1 bytes: as in the option
inline constexpr unsigned kTsecr = 20u;  ///< 4 bytes: TSecr as on the wire, 0 without timestamps
inline constexpr unsigned kSeq = 24u;  ///< 4 bytes: sequence number, as on the wire
inline constexpr unsigned kAck = 28u;  ///< 4 bytes: acknowledgment number, as on the wire
inline constexpr unsigned kMss = 32u;  ///< 2 bytes: as in the option
inline constexpr unsigned kIpVersion = 34u;  ///< 1 bytes: 4 or 6
inline constexpr unsigned kZero = 35u;  ///< 1 bytes: 0
inline constexpr unsigned kClock = 36u;  ///< 4 bytes: as in the option
inline constexpr unsigned kBytes = 40u;
}  // namespace stamp_message

}  // namespace syngate::defs
