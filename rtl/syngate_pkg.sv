// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

// Every constant, enum and struct of the data path. Multi-byte fields that end in _be hold the wire bytes
// as they lie in tdata (first byte in bits 7:0, which is what a little-endian CPU loads); all others are
// host values. Functions take and return vectors and assign to their own name: Yosys reads nothing else.
package syngate_pkg;
  // BEGIN generated from rtl/syngate_defs.json by scripts/gen-defs; do not edit
  // bytes of one beat of the inner bus; byte 0 of a frame is tdata[7:0] of its first beat
  localparam int unsigned BUS_BYTES = 128;
  // shortest legal frame, without FCS
  localparam int unsigned FRAME_BYTES_MIN = 60;
  // longest served frame, without FCS
  localparam int unsigned FRAME_BYTES_MAX = 9216;
  // beats of the longest served frame
  localparam int unsigned FRAME_BEATS_MAX = 72;
  // protected entries, first match wins
  localparam int unsigned DESTINATIONS = 16;
  // stamp keys that can live at once
  localparam int unsigned STAMP_KEYS = 16;
  // banks of cookie secret1, chosen by the low bits of the count
  localparam int unsigned SECRET1_BANKS = 4;
  // TCP option kind of the stamp (RFC 4727 experiment 1)
  localparam int unsigned STAMP_KIND = 253;
  // length of the stamp option
  localparam int unsigned STAMP_BYTES = 20;
  // version nibble of the stamp
  localparam int unsigned STAMP_VERSION = 1;
  // default ExID (RFC 6994), 0x5347 = SG
  localparam int unsigned STAMP_EXID = 21319;
  // log2 of the rows of one channel (144 bit each: 2^20 rows = 144 Mbit)
  localparam int unsigned TABLE_ADDRESS_BITS = 20;
  // slots of 48 bits in a row
  localparam int unsigned TABLE_SLOTS = 3;
  // epoch = bits [23:16] of the millisecond clock: 65.536 s, wraps after 4.66 h
  localparam int unsigned TABLE_EPOCH_SHIFT = 16;
  // default life of a flow in epochs: 2 h 2 min
  localparam int unsigned TABLE_LIFE = 112;
  // default life of a flow after FIN or RST, in epochs
  localparam int unsigned TABLE_LIFE_CLOSING = 2;
  // an entry up to this many epochs in the future (a clock that was set back) still lives
  localparam int unsigned TABLE_FUTURE = 8;
  // a new entry may repeat its hand-off while its age is at most this many epochs
  localparam int unsigned TABLE_NEW_EPOCHS = 1;
  // how often a lost hand-off may be repeated for one entry
  localparam int unsigned HANDOFF_REPEATS = 3;
  // core clocks from read address to read data of the flow table memory
  localparam int unsigned SRAM_READ_LATENCY = 16;
  // clocks between two background reads of the sweep (it takes only idle slots)
  localparam int unsigned SWEEP_PERIOD = 1024;
  localparam logic [15:0] POLICY_RESET = 16'h02ff;
  // what became of a frame
  typedef enum logic [2:0] {
    VerdictPass = 3'd0,  // forwarded untouched
    VerdictReply = 3'd1,  // answered with a SYN-ACK on the reply port
    VerdictHandoff = 3'd2,  // replaced by a hand-off frame on the forward port
    VerdictHandoffPass = 3'd3,  // a hand-off frame, then the original, on the forward port
    VerdictDrop = 3'd4  // dropped, with a reason
  } verdict_e;
  // why a frame was dropped; each has its counter
  typedef enum logic [4:0] {
    ReasonNone = 5'd0,  // not dropped
    ReasonBadFrame = 5'd1,  // FCS error, runt, longer than 9216 bytes, or an IP header whose version or IHL is wrong (rule 1)
    ReasonTruncated = 5'd2,  // a header runs past the end of the frame (rule 1)
    ReasonForgedStamp = 5'd3,  // carries the stamp option (rule 2)
    ReasonIcmpUnknown = 5'd4,  // ICMP error that quotes a TCP flow which is not in the table (rule 4)
    ReasonOtherProtocol = 5'd5,  // not TCP, and the policy says drop (rule 4)
    ReasonFragment = 5'd6,  // TCP in IPv4 fragments (rule 5)
    ReasonIpOptions = 5'd7,  // TCP behind IPv4 options (rule 5)
    ReasonIpExtHeader = 5'd8,  // IPv6 extension header (rule 5)
    ReasonBadHeaderLength = 5'd9,  // TCP data offset, IPv4 total length or IPv6 payload length do not fit (rule 5)
    ReasonLand = 5'd10,  // source address and port equal destination address and port (rule 5)
    ReasonPortZero = 5'd11,  // source or destination port 0 (rule 5)
    ReasonBadIpChecksum = 5'd12,  // wrong IPv4 header checksum (rule 5)
    ReasonBadTcpChecksum = 5'd13,  // wrong TCP checksum (rule 5)
    ReasonBadCookie = 5'd14,  // ACK of an unknown flow without a valid cookie (rule 9)
    ReasonRstUnknown = 5'd15,  // RST of an unknown flow (rule 9)
    ReasonUnknownFlow = 5'd16,  // other TCP segment of an unknown flow (rule 9)
    ReasonReplyFull = 5'd17,  // reply FIFO full when the SYN-ACK was ready (egress)
    ReasonReplyCap = 5'd18,  // reply held back by the egress cap (egress)
    ReasonHandoffFull = 5'd19,  // no room for the hand-off, or for the pair of hand-off and original (egress)
    ReasonForwardFull = 5'd20  // forward FIFO full (egress)
  } reason_e;
  // mode of a destination entry
  typedef enum logic [1:0] {
    ModeOff = 2'd0,  // matches, but passes everything
    ModeLearn = 2'd1,  // reserved, refused
    ModeAuto = 2'd2,  // reserved, refused
    ModeAlways = 2'd3  // every SYN is answered with a cookie
  } mode_e;
  // what parse decided before the table and the cookie are known
  typedef enum logic [2:0] {
    PrePass = 3'd0,  // rule 3, rule 4, or a policy bit: forward untouched
    PreDrop = 3'd1,  // rules 1, 2, 4, 5: drop with the reason given
    PreIcmp = 3'd2,  // rule 4: pass if the quoted flow is in the table
    PreSyn = 3'd3,  // rule 6: answer
    PreTcp = 3'd4  // rules 7 to 9: ask the table, then the cookie
  } pre_e;
  // what a frame did to the flow table
  typedef enum logic [3:0] {
    TableOpNone = 4'd0,  // nothing written
    TableOpInsert = 4'd1,  // new flow in a free slot
    TableOpEvict = 4'd2,  // new flow over the oldest of six living slots
    TableOpRefresh = 4'd3,  // epoch renewed
    TableOpRepeat = 4'd4,  // hand-off repeated, one repetition less left
    TableOpClose = 4'd5,  // FIN or RST: short life from now
    TableOpReopen = 4'd6  // SYN for a known flow: its next handshake may hand off
  } table_op_e;
  // state field of a table slot
  typedef enum logic [2:0] {
    SlotStateEmpty = 3'd0,  // free
    SlotStateLive = 3'd1,  // validated flow
    SlotStateClosing = 3'd2,  // FIN or RST seen
    SlotStateReserved = 3'd3,  // read as live
    SlotStateNew0 = 3'd4,  // validated, in its first epochs, no repeats left
    SlotStateNew1 = 3'd5,  // one repeat left
    SlotStateNew2 = 3'd6,  // two repeats left
    SlotStateNew3 = 3'd7  // three repeats left
  } slot_state_e;
  // bit numbers of the POLICY register; a set bit drops (or checks), a clear one lets through
  typedef enum logic [3:0] {
    PolicyFragment = 4'd0,  // clear: pass
    PolicyIpOptions = 4'd1,  // clear: pass
    PolicyIpExtHeader = 4'd2,  // clear: pass
    PolicyBadHeaderLength = 4'd3,  // clear: pass
    PolicyLand = 4'd4,  // clear: not checked
    PolicyPortZero = 4'd5,  // clear: not checked
    PolicyBadIpChecksum = 4'd6,  // clear: not checked
    PolicyBadTcpChecksum = 4'd7,  // clear: not checked
    PolicyOtherProtocol = 4'd8,  // set: drop other protocols (reset value: clear)
    PolicyEcn = 4'd9  // set: accept ECN from clients (Linux tcp_ecn = 2)
  } policy_e;
  // slots of the KEY_COMMIT register
  typedef enum logic [5:0] {
    KeySlotSecret0V4 = 6'd0,  // cookie secret 0, IPv4 (also the table hash and the timestamp offset)
    KeySlotSecret0V6 = 6'd1,  // cookie secret 0, IPv6
    KeySlotSecret1V4 = 6'd4,  // cookie secret 1, IPv4: four banks, 4 + (count & 3)
    KeySlotSecret1V6 = 6'd8,  // cookie secret 1, IPv6: four banks, 8 + (count & 3)
    KeySlotStamp = 6'd16  // stamp keys, 16 + key id
  } key_slot_e;
  // observation port: outputs only, one record per stage and frame, frame ids without gaps or repeats
  typedef struct packed {
    logic in_valid;  // a frame enters the pipeline (its time and configuration are sampled now)
    logic [31:0] in_id;  // frame id
    logic [15:0] in_generation;  // number of commits (time, keys, destinations, settings) the frame has seen
    logic decided_valid;  // a frame is decided
    logic [31:0] decided_id;  // frame id
    logic [2:0] decided_verdict;  // verdict of the rules
    logic [4:0] decided_reason;  // reason of the rules
    logic [3:0] decided_op;  // table operation
    logic decided_hit;  // flow found in the table
    logic decided_cookie_ok;  // ACK with a valid cookie
    logic decided_age;  // age of the valid cookie in minutes
    logic [1:0] decided_mss_index;  // index of the MSS in Linux's table: encoded (SYN) or decoded (ACK)
    logic [31:0] decided_cookie;  // SYN: the cookie made; other TCP: the cookie presented (ack - 1)
    logic [31:0] decided_tsval;  // SYN with timestamps: the TSval sent
    logic done_valid;  // egress has admitted or dropped a frame
    logic [31:0] done_id;  // frame id
    logic [2:0] done_verdict;  // final verdict
    logic [4:0] done_reason;  // final reason
    logic sweep_valid;  // the sweep has cleared dead slots
    logic [19:0] sweep_row;  // row, both channels
    logic [5:0] sweep_mask;  // cleared slots: bits 2:0 channel 0, 5:3 channel 1
    logic [7:0] sweep_epoch;  // epoch the sweep used
  } event_t;
  localparam int unsigned EVENT_BITS = 239;
  localparam int unsigned COUNTER_COOKIE_AGE0 = 40;  // valid cookies of this minute
  localparam int unsigned COUNTER_COOKIE_AGE1 = 41;  // valid cookies of the last minute
  localparam int unsigned COUNTER_TABLE_INSERT = 42;  // table_op insert
  localparam int unsigned COUNTER_TABLE_EVICT = 43;  // table_op evict
  localparam int unsigned COUNTER_TABLE_REFRESH = 44;  // table_op refresh
  localparam int unsigned COUNTER_TABLE_REPEAT = 45;  // table_op repeat
  localparam int unsigned COUNTER_TABLE_CLOSE = 46;  // table_op close
  localparam int unsigned COUNTER_TABLE_REOPEN = 47;  // table_op reopen
  localparam int unsigned COUNTER_TABLE_SWEEP = 48;  // slots cleared by the sweep
  localparam int unsigned COUNTER_TABLE_SRAM_ERROR = 49;  // slots with a parity error at a lookup (read as empty)
  localparam int unsigned COUNTER_REASON_BASE = 8;
  localparam int unsigned COUNTERS = 64;
  localparam logic [11:0] REG_ID = 12'h000;  // 0x53594e47, the letters SYNG
  localparam logic [11:0] REG_VERSION = 12'h004;  // major in 31:16, minor in 15:0
  localparam logic [11:0] REG_CAPS = 12'h008;  // bit 0 IPv4, 1 IPv6, 2 QinQ, 3 mode off, 4 mode always, 5 mode learn (0: absent), 6 mode auto (0: absent); 15:8 destinations; 23:16 stamp keys; 31:24 table address bits
  localparam logic [11:0] REG_STATUS = 12'h00c;  // bit 0: a commit was refused (reserved mode, bad index, bad prefix length)
  localparam logic [11:0] REG_SCRATCH = 12'h010;  // no function
  localparam logic [11:0] REG_GENERATION = 12'h014;  // 15:0 number of commits so far
  localparam logic [11:0] REG_TIME_COUNT = 12'h020;  // staged minute count of the cookie
  localparam logic [11:0] REG_TIME_MS = 12'h024;  // staged millisecond clock
  localparam logic [11:0] REG_TIME_COMMIT = 12'h028;  // any write: count and clock change together, at a frame boundary
  localparam logic [11:0] REG_KEY_DATA0 = 12'h030;  // staged key, bytes 0..3 in memory order (byte 0 in 7:0)
  localparam logic [11:0] REG_KEY_DATA1 = 12'h034;  // bytes 4..7
  localparam logic [11:0] REG_KEY_DATA2 = 12'h038;  // bytes 8..11
  localparam logic [11:0] REG_KEY_DATA3 = 12'h03c;  // bytes 12..15
  localparam logic [11:0] REG_KEY_COMMIT = 12'h040;  // 5:0 key slot: the staged key moves there; the staging registers are wiped
  localparam logic [11:0] REG_DEST_ADDR0 = 12'h050;  // staged entry: prefix bytes 0..3 in wire order (byte 0 in 7:0); IPv4 uses this word only
  localparam logic [11:0] REG_DEST_ADDR1 = 12'h054;  // bytes 4..7
  localparam logic [11:0] REG_DEST_ADDR2 = 12'h058;  // bytes 8..11
  localparam logic [11:0] REG_DEST_ADDR3 = 12'h05c;  // bytes 12..15
  localparam logic [11:0] REG_DEST_MATCH = 12'h060;  // 7:0 prefix length, 8 IPv6, 9 entry in use, 13:12 mode
  localparam logic [11:0] REG_DEST_PORTS = 12'h064;  // 15:0 first port, 31:16 last port
  localparam logic [11:0] REG_DEST_TCP = 12'h068;  // 15:0 advertised MSS, 19:16 window scale, 23:20 stamp key id
  localparam logic [11:0] REG_DEST_WINDOW = 12'h06c;  // 15:0 window with timestamps, 31:16 without
  localparam logic [11:0] REG_DEST_COMMIT = 12'h070;  // 3:0 entry: the staged entry moves there at once; refused (STATUS bit 0) for a reserved mode or prefix length
  localparam logic [11:0] REG_POLICY = 12'h080;  // 9:0, one bit per policy; a write is a commit
  localparam logic [11:0] REG_EXID = 12'h084;  // 15:0 ExID of the stamp; a write is a commit
  localparam logic [11:0] REG_TABLE_MASK = 12'h088;  // row mask (rows in use - 1); change only while the table is empty; a write is a commit
  localparam logic [11:0] REG_TABLE_LIVES = 12'h08c;  // 7:0 life, 15:8 life when closing, in epochs; change only while idle; a write is a commit
  localparam logic [11:0] REG_REPLY_CAP = 12'h090;  // 15:0 replies per 1024 clocks, 0 = no cap
  localparam logic [11:0] REG_COUNTERS = 12'h200;  // counters, 8 bytes each, low word first
  // END generated

  // ---- latencies, in clocks ----
  // Add-rotate-xor halves of one SipRound that have a register of their own: 2 stages a round.
  localparam int unsigned SIP_STAGES_PER_ROUND = 2;
  // Beat 0 at the input of parse to hash_t out, and to meta_t out.
  localparam int unsigned PARSE_HASH_LATENCY = 4;
  localparam int unsigned PARSE_META_LATENCY = 17;

  localparam int unsigned BUS_BITS = 8 * BUS_BYTES;

  // One protected destination, as CSR holds it.
  typedef struct packed {
    logic         used;
    logic         is6;
    logic [127:0] prefix_be;     // IPv4 in 31:0
    logic [127:0] mask_be;       // made from the prefix length when the entry is committed
    logic [15:0]  port_first;
    logic [15:0]  port_last;
    mode_e        mode;
    logic [15:0]  mss;           // advertised
    logic [3:0]   wscale;        // advertised
    logic [3:0]   stamp_key_id;
    logic [15:0]  window_ts;
    logic [15:0]  window_nots;
  } dest_t;
  localparam int unsigned DEST_BITS = 1 + 1 + 128 + 128 + 16 + 16 + 2 + 16 + 4 + 4 + 16 + 16;

  // What ingress says of a frame, valid with its beat 0. written by: ingress
  typedef struct packed {
    logic [31:0] id;
    logic [13:0] length;           // bytes without FCS; 9217 for anything longer
    logic        bad_fcs;
    logic [1:0]  tags;             // VLAN tags: 0, 1, 2 (layer 2 header of 14, 18, 22 bytes)
    logic        is4;              // ethertype says IPv4 or IPv6, after the tags
    logic        is6;
    logic        ip_checksum_ok;   // IPv4 header without options sums to ffff
    logic        tcp_checksum_ok;  // pseudo header and segment, as far as lengths make sense
  } frame_t;

  // Time as committed by software.
  typedef struct packed {
    logic [31:0] count;   // minutes, as Linux's tcp_cookie_time()
    logic [31:0] ms;      // milliseconds
  } now_t;

  // Inputs of the hashes, early in the pipe. written by: parse
  // For an ICMP error these are the quoted flow, swapped to client to server.
  typedef struct packed {
    logic         is6;
    logic         is_syn;
    logic [127:0] saddr_be;   // IPv4 in 31:0, upper bits zero
    logic [127:0] daddr_be;
    logic [15:0]  sport_be;
    logic [15:0]  dport_be;
    logic [31:0]  seq;
    logic [31:0]  ack;
    logic [31:0]  count;
  } hash_t;

  // What travels with a frame. written by: parse
  typedef struct packed {
    logic [31:0]  id;
    logic [6:0]   beats;          // 1..72
    pre_e         pre;
    reason_e      reason;         // with PreDrop
    logic [1:0]   tags;
    logic         is6;
    logic [47:0]  dmac_be;
    logic [47:0]  smac_be;
    logic [63:0]  vlan_be;        // the bytes between source MAC and last ethertype: 4 or 8, rest zero
    logic [127:0] saddr_be;
    logic [127:0] daddr_be;
    logic [15:0]  sport_be;
    logic [15:0]  dport_be;
    logic [31:0]  seq;
    logic [31:0]  ack;
    logic [15:0]  window_be;
    logic [7:0]   ttl;            // or hop limit
    logic [7:0]   traffic_class;  // IPv4 TOS byte or IPv6 traffic class
    logic [19:0]  flow_label;
    logic         flag_syn;
    logic         flag_ack;
    logic         flag_rst;
    logic         flag_fin;
    logic         has_payload;    // TCP payload of at least one byte
    logic         ecn_ok;         // SYN asks for ECN as Linux would grant it (still needs timestamps)
    logic [1:0]   mss_index;      // of a SYN: index of its MSS in Linux's table of its family
    logic         wscale_ok;
    logic [3:0]   wscale;         // client's, clamped to 14
    logic         sack_ok;
    logic         ts_ok;
    logic [31:0]  tsval_be;
    logic [31:0]  tsecr_be;
    logic [15:0]  dest_mss;       // from the destination entry
    logic [3:0]   dest_wscale;
    logic [3:0]   dest_key_id;
    logic [15:0]  dest_window;    // the one that fits ts_ok
    logic [31:0]  count;
    logic [31:0]  ms;
  } meta_t;
  localparam int unsigned META_BITS = 32 + 7 + 3 + 5 + 2 + 1 + 48 + 48 + 64 + 128 + 128 + 16 + 16 + 32 + 32 + 16 + 8 + 8
      + 20 + 1 + 1 + 1 + 1 + 1 + 1 + 2 + 1 + 4 + 1 + 1 + 32 + 32 + 16 + 4 + 4 + 16 + 32 + 32;

  // What of a frame the decision needs. written by: parse
  typedef struct packed {
    logic [31:0] id;
    pre_e        pre;
    reason_e     reason;
    logic        flag_syn;
    logic        flag_ack;
    logic        flag_rst;
    logic        flag_fin;
    logic        has_payload;
    logic        ts_ok;
    logic        is6;
  } late_t;
  localparam int unsigned LATE_BITS = 32 + 3 + 5 + 7;

  // What of a frame admission needs. written by: parse, verdict
  typedef struct packed {
    logic [31:0] id;
    verdict_e    verdict;
    reason_e     reason;
    logic [6:0]  beats;
  } admit_t;
  localparam int unsigned ADMIT_BITS = 32 + 3 + 5 + 7;

  // ---- flow table: what a lookup knows of the six slots of its two rows; bit s is slot s, 3 to 5 are channel 1 ----
  typedef struct packed {
    logic [5:0]  hit;         // lives, and the tag is the frame's
    logic [5:0]  live;
    logic [5:0]  stale;       // a pass refreshes it
    logic [5:0]  fresh;       // new state in its first epochs, and the first segment is this one
    logic [5:0]  repeats_1;   // repeats left, upper and lower bit
    logic [5:0]  repeats_0;
    logic [5:0]  closing;
    logic [5:0]  used;
    logic [5:0]  error;       // parity
    logic [5:0]  parity_first;
    logic [5:0]  parity_epoch;
    logic [5:0]  aged;        // age is not 0
    logic [5:0]  below_gap;   // age is less than the gap (see table_gap_t)
    logic [5:0]  above_gap;   // age is more than the gap
    logic [14:0] older;       // pairs (0,1) (0,2) .. (4,5): the second is strictly older than the first
  } table_slots_t;

  // What a lookup is to do. written by: verdict
  typedef struct packed {
    logic reopen;      // on a hit, whatever its state
    logic close;       // on a hit
    logic refresh;     // on a hit, if stale
    logic may_repeat;  // with refresh: repeat the hand-off if the slot allows it
    logic insert;      // on a miss
    logic sweep;       // clear what is dead
  } table_ask_t;
  localparam int unsigned TABLE_ASK_BITS = 6;

  // What a lookup writes, as those behind it need it. At most one slot is written; the sweep clears any.
  typedef struct packed {
    logic [5:0] at;            // the slot written
    logic [5:0] repeated;      // if written: one repetition less, all else kept
    logic [5:0] swept;         // cleared
    logic       fresh;         // insert, evict, reopen
    logic       closed;        // close; otherwise refresh
    logic       parity_first;
    logic       parity_epoch;
  } table_write_t;

  // A lookup and one ahead of it.
  typedef struct packed {
    logic same_row0;
    logic same_row1;
    logic same_tag0;
    logic same_tag1;
    logic same_first;
    logic gap;                 // their epochs differ, by the gap
  } table_pair_t;
  localparam int unsigned TABLE_PAIR_BITS = 6;

  // Age of a slot that was written in the epoch before the lookup's. Two commits of the time are more than TABLE_PAIRS clocks
  // apart, so one gap is all that can lie among so many lookups.
  typedef struct packed {
    logic live;
    logic live_closing;
    logic fresh;
    logic stale;               // future or not 0
    logic stale_fresh;         // the same of a slot in new state
    logic aged;                // not 0
  } table_gap_t;
  localparam int unsigned TABLE_GAP_BITS = 6;
  localparam int unsigned TABLE_PAIRS = 6;

  // What the decision says to egress. written by: verdict, cookie, stamp
  typedef struct packed {
    verdict_e    verdict;
    reason_e     reason;
    logic [31:0] cookie;       // sequence number of the SYN-ACK
    logic [31:0] tsval;        // of the SYN-ACK, host order
    logic [15:0] stamp_mss;    // client MSS, host order
    logic [31:0] stamp_clock;  // host order
    logic [63:0] stamp_mac;    // bits 7:0 are the first byte on the wire
  } decision_t;
  localparam int unsigned DECISION_BITS = 3 + 5 + 32 + 32 + 16 + 32 + 64;

  // ---- functions ----
  function automatic logic [15:0] bswap16(input logic [15:0] x);
    bswap16 = {x[7:0], x[15:8]};
  endfunction

  function automatic logic [31:0] bswap32(input logic [31:0] x);
    bswap32 = {x[7:0], x[15:8], x[23:16], x[31:24]};
  endfunction

  function automatic logic [63:0] rotl64(input logic [63:0] x, input int unsigned n);
    rotl64 = (x << n) | (x >> (64 - n));
  endfunction

  // ---- SipHash state as syngate_sip_round carries it: v0 = s0, v1 = rotl(s1, 17) ^ s2, v2 = rotl(s2, 32), v3 = rotl(s3, 21) ^ s0 ----
  // Constants of a fresh state.
  localparam logic [63:0] SIP_C0 = 64'h736f6d6570736575;
  localparam logic [63:0] SIP_C1 = 64'h646f72616e646f6d;
  localparam logic [63:0] SIP_C2 = 64'h6c7967656e657261;
  localparam logic [63:0] SIP_C3 = 64'h7465646279746573;

  // {s3, s2, s1, s0} of a fresh state for a key, k0 in the low half.
  function automatic logic [255:0] sip_fresh(input logic [127:0] key);
    logic [63:0] v0, v1, v2, v3, s2;
    v0 = SIP_C0 ^ key[63:0];
    v1 = SIP_C1 ^ key[127:64];
    v2 = SIP_C2 ^ key[63:0];
    v3 = SIP_C3 ^ key[127:64];
    s2 = rotl64(v2, 32);
    sip_fresh = {rotl64(v3 ^ v0, 43), s2, rotl64(v1 ^ s2, 47), v0};
  endfunction

  // What absorbing x into v3 does to s3.
  function automatic logic [63:0] sip_into3(input logic [63:0] x);
    sip_into3 = rotl64(x, 43);
  endfunction

  // v0 ^ v1 ^ v2 ^ v3, in which s0 meets itself.
  function automatic logic [63:0] sip_hash(input logic [63:0] s1, input logic [63:0] s2, input logic [63:0] s3);
    sip_hash = rotl64(s1, 17) ^ s2 ^ rotl64(s2, 32) ^ rotl64(s3, 21);
  endfunction

  // Linux's msstab, net/ipv4/syncookies.c and net/ipv6/syncookies.c.
  function automatic logic [15:0] mss_of_index(input logic is6, input logic [1:0] index);
    case ({is6, index})
      3'd0: mss_of_index = 16'd536;
      3'd1: mss_of_index = 16'd1300;
      3'd2: mss_of_index = 16'd1440;
      3'd3: mss_of_index = 16'd1460;
      3'd4: mss_of_index = 16'd1220;
      3'd5: mss_of_index = 16'd1420;
      3'd6: mss_of_index = 16'd1440;
      default: mss_of_index = 16'd8940;
    endcase
  endfunction

  // Largest index whose table value does not exceed the MSS, else 0.
  function automatic logic [1:0] index_of_mss(input logic is6, input logic [15:0] mss);
    if (mss >= mss_of_index(is6, 2'd3)) index_of_mss = 2'd3;
    else if (mss >= mss_of_index(is6, 2'd2)) index_of_mss = 2'd2;
    else if (mss >= mss_of_index(is6, 2'd1)) index_of_mss = 2'd1;
    else index_of_mss = 2'd0;
  endfunction

  // One's complement sum of two 16-bit values, the carry folded in.
  function automatic logic [15:0] csum_add(input logic [15:0] a, input logic [15:0] b);
    logic [16:0] sum;
    sum = {1'b0, a} + {1'b0, b};
    csum_add = sum[15:0] + {15'd0, sum[16]};
  endfunction

  // tkeep of a last beat with so many bytes, 1..128.
  function automatic logic [127:0] keep_of(input logic [7:0] bytes);
    // By sixteens and inside one, so that no compare is wider than a LUT: a shift by 128 - bytes is a carry chain and seven levels.
    for (int unsigned b = 0; b < 128; b++) begin
      keep_of[b] = bytes[7:4] > 4'(b / 16) || (bytes[7:4] == 4'(b / 16) && bytes[3:0] > 4'(b % 16));
    end
  endfunction

  // Number of beats of a frame.
  function automatic logic [6:0] beats_of(input logic [13:0] length);
    beats_of = 7'((length + 14'd127) >> 7);
  endfunction
endpackage : syngate_pkg
`default_nettype wire
