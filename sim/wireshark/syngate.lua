-- SPDX-FileCopyrightText: syngate authors
-- SPDX-License-Identifier: Apache-2.0
--
-- Wireshark post-dissector: SYN cookies, Linux's options in the timestamp, and syngate's stamp.
--
--   tshark -X lua_script:syngate.lua -r out.pcapng -V
--   or copy this file to Wireshark's personal Lua plugin folder (Help > About > Folders).
--
-- Every SYN-ACK gets a tree "SYN cookie": its sequence number is a cookie if its sender uses cookies, and the low six bits of
-- its TSval are then the client's options (Linux, net/ipv4/syncookies.c: cookie_init_timestamp). A hand-off frame gets the fields
-- of its stamp. With keys (preferences, 32 hex digits in memory order) the cookie is taken apart and the stamp's MAC verified.
-- Works with Lua 5.2 (Wireshark 4.0) and 5.4 (4.4 and later). Looks at the innermost TCP header of a packet.

-- BEGIN generated from rtl/syngate_defs.json by scripts/gen-defs; do not edit
local STAMP_KIND = 253 -- TCP option kind of the stamp (RFC 4727 experiment 1)
local STAMP_BYTES = 20 -- length of the stamp option
local STAMP_EXID = 21319 -- default ExID (RFC 6994), 0x5347 = SG
-- stamp option: name, bytes
local STAMP_OPTION = {
  { "kind", 1 },
  { "length", 1 },
  { "exid", 2 },
  { "version_key", 1 },
  { "flags_wscale", 1 },
  { "mss", 2 },
  { "clock", 4 },
  { "mac", 8 },
}
-- stamp message: name, bytes
local STAMP_MESSAGE = {
  { "saddr", 16 },
  { "sport", 2 },
  { "version_key", 1 },
  { "flags_wscale", 1 },
  { "tsecr", 4 },
  { "seq", 4 },
  { "ack", 4 },
  { "mss", 2 },
  { "ip_version", 1 },
  { "zero", 1 },
  { "clock", 4 },
}
-- END generated

local syngate = Proto("syngate", "SYN cookie")

local F = {
  cookie = ProtoField.uint32("syngate.cookie", "Cookie", base.HEX, nil, nil, "Sequence number of the SYN-ACK"),
  count_byte = ProtoField.uint8("syngate.cookie.count", "Minute count, low byte", base.HEX, nil, nil, "Needs secret0"),
  data = ProtoField.uint32("syngate.cookie.data", "Data", base.HEX, nil, nil, "24 bits; needs secret0, secret1 and count"),
  mss_index = ProtoField.uint8("syngate.cookie.mss_index", "MSS index", base.DEC, nil, nil, "Needs secret0, secret1 and count"),
  valid = ProtoField.bool("syngate.cookie.valid", "Cookie is of these keys and this minute"),
  ts_wscale = ProtoField.uint8("syngate.tsval.wscale", "Client's window scale", base.DEC, nil, 0x0f, "15: none"),
  ts_sack = ProtoField.bool("syngate.tsval.sack", "Client permits SACK", 8, nil, 0x10),
  ts_ecn = ProtoField.bool("syngate.tsval.ecn", "ECN agreed", 8, nil, 0x20),
  stamp = ProtoField.bytes("syngate.stamp", "Stamp"),
  exid = ProtoField.uint16("syngate.stamp.exid", "ExID", base.HEX),
  version = ProtoField.uint8("syngate.stamp.version", "Version", base.DEC, nil, 0xf0),
  key_id = ProtoField.uint8("syngate.stamp.key_id", "Key id", base.DEC, nil, 0x0f),
  timestamps = ProtoField.bool("syngate.stamp.timestamps", "Segment has timestamps", 8, nil, 0x10),
  wscale = ProtoField.uint8("syngate.stamp.wscale", "Server's window scale", base.DEC, nil, 0x0f),
  mss = ProtoField.uint16("syngate.stamp.mss", "Client's MSS", base.DEC),
  clock = ProtoField.uint32("syngate.stamp.clock", "Clock of the box", base.DEC, nil, nil, "ms, with the flow's offset"),
  mac = ProtoField.bytes("syngate.stamp.mac", "MAC"),
  mac_ok = ProtoField.bool("syngate.stamp.mac_ok", "MAC is right"),
}
syngate.fields = F

local E = {
  mac = ProtoExpert.new("syngate.stamp.mac_wrong", "The stamp's MAC is wrong", expert.group.CHECKSUM, expert.severity.ERROR),
  short = ProtoExpert.new("syngate.stamp.bad_length", "The stamp option has a wrong length", expert.group.MALFORMED, expert.severity.ERROR),
  pref = ProtoExpert.new("syngate.pref.bad", "A key preference is not 32 hex digits", expert.group.PROTOCOL, expert.severity.WARN),
}
syngate.experts = E

syngate.prefs.exid = Pref.uint("ExID of the stamp", STAMP_EXID, "16 bits, register EXID")
syngate.prefs.stamp_key = Pref.string("Stamp key", "", "32 hex digits, memory order")
syngate.prefs.secret0_v4 = Pref.string("Cookie secret0, IPv4", "", "32 hex digits, memory order")
syngate.prefs.secret1_v4 = Pref.string("Cookie secret1, IPv4", "", "32 hex digits, memory order, of that minute")
syngate.prefs.secret0_v6 = Pref.string("Cookie secret0, IPv6", "", "32 hex digits, memory order")
syngate.prefs.secret1_v6 = Pref.string("Cookie secret1, IPv6", "", "32 hex digits, memory order, of that minute")
syngate.prefs.count = Pref.string("Minute count", "", "count at some time of the capture, decimal; the nearest count with the cookie's low byte is taken")

local get = {}
for name, field in pairs({
  v4_source = "ip.src", v4_destination = "ip.dst", v6_source = "ipv6.src", v6_destination = "ipv6.dst",
  source_port = "tcp.srcport", destination_port = "tcp.dstport", seq = "tcp.seq_raw", ack = "tcp.ack_raw",
  flags = "tcp.flags", options = "tcp.options", tsval = "tcp.options.timestamp.tsval", tsecr = "tcp.options.timestamp.tsecr",
}) do get[name] = Field.new(field) end

-- The last value of a field that occurs once for each header of its kind: tunnels have several.
local function last(name)
  local all = { get[name]() }
  return all[#all]
end

local function hex_bytes(text)
  if not text:match("^%x+$") or #text ~= 32 then return nil end
  local bytes = {}
  for pair in text:gmatch("%x%x") do bytes[#bytes + 1] = tonumber(pair, 16) end
  return bytes
end

-- Little-endian word of eight bytes from index `at` (1 is the first).
local function word(bytes, at)
  local low, high = 0, 0
  for i = 3, 0, -1 do
    low = low * 256 + (bytes[at + i] or 0)
    high = high * 256 + (bytes[at + 4 + i] or 0)
  end
  return UInt64.new(low, high)
end

-- SipHash-2-4 (Aumasson, Bernstein 2012) of an array of bytes under an array of 16; a UInt64.
local function siphash(key, message)
  local k0, k1 = word(key, 1), word(key, 9)
  local v0 = k0:bxor(UInt64.new(0x70736575, 0x736f6d65))
  local v1 = k1:bxor(UInt64.new(0x6e646f6d, 0x646f7261))
  local v2 = k0:bxor(UInt64.new(0x6e657261, 0x6c796765))
  local v3 = k1:bxor(UInt64.new(0x79746573, 0x74656462))
  local function rounds(n)
    for _ = 1, n do
      v0 = v0 + v1; v1 = v1:rol(13):bxor(v0); v0 = v0:rol(32)
      v2 = v2 + v3; v3 = v3:rol(16):bxor(v2)
      v0 = v0 + v3; v3 = v3:rol(21):bxor(v0)
      v2 = v2 + v1; v1 = v1:rol(17):bxor(v2); v2 = v2:rol(32)
    end
  end
  local whole = #message - #message % 8
  for at = 1, whole, 8 do
    local m = word(message, at)
    v3 = v3:bxor(m)
    rounds(2)
    v0 = v0:bxor(m)
  end
  local tail = {}
  for i = 1, 7 do tail[i] = message[whole + i] or 0 end
  tail[8] = #message % 256
  local m = word(tail, 1)
  v3 = v3:bxor(m)
  rounds(2)
  v0 = v0:bxor(m)
  v2 = v2:bxor(UInt64.new(0xff, 0))
  rounds(4)
  return v0:bxor(v1):bxor(v2):bxor(v3)
end

local function append(to, range)
  local bytes = range:bytes()
  for i = 0, bytes:len() - 1 do to[#to + 1] = bytes:get_index(i) end
end

local function append_number(to, value, size, little)
  for i = 0, size - 1 do
    local shift = little and i or size - 1 - i
    to[#to + 1] = math.floor(value / 256 ^ shift) % 256
  end
end

-- What the innermost TCP header says, or nil.
local function segment()
  local seq, ack, flags = last("seq"), last("ack"), last("flags")
  if not (seq and ack and flags) then return nil end
  local v6 = last("v6_source")
  local v4 = last("v4_source")
  -- With both families (a tunnel) the inner header is the one that comes later in the packet.
  local is6 = v6 ~= nil and (v4 == nil or v6.offset > v4.offset)
  return {
    is6 = is6, seq = seq, ack = ack, flags = flags.value,
    source = is6 and v6 or v4, destination = last(is6 and "v6_destination" or "v4_destination"),
    source_port = last("source_port"), destination_port = last("destination_port"), options = last("options"),
  }
end

local function key_of(name, tree)
  local text = syngate.prefs[name]
  if text == "" then return nil end
  local key = hex_bytes(text)
  if not key then tree:add_proto_expert_info(E.pref, "preference " .. name .. " is not 32 hex digits") end
  return key
end

-- The message of a cookie, in the direction of the SYN: IPv4 saddr, daddr, dport, sport, count; IPv6 saddr, daddr, count, sport, dport.
local function cookie_message(s, count)
  local m = {}
  append(m, s.destination.range)
  append(m, s.source.range)
  if s.is6 then
    append_number(m, count, 4, true)
    append(m, s.destination_port.range)
    append(m, s.source_port.range)
  else
    append(m, s.source_port.range)
    append(m, s.destination_port.range)
    append_number(m, count, 4, true)
  end
  return m
end

local function dissect_cookie(s, tree)
  tree:add(F.cookie, s.seq.range)
  local family = s.is6 and "_v6" or "_v4"
  local secret0 = key_of("secret0" .. family, tree)
  if secret0 then
    local cookie, isn = s.seq.value, s.ack.value - 1
    local low0 = siphash(secret0, cookie_message(s, 0)):lower()
    local x = (cookie - isn - low0) % 2 ^ 32
    local count_byte = math.floor(x / 2 ^ 24)
    tree:add(F.count_byte, count_byte):set_generated()
    local secret1, hint = key_of("secret1" .. family, tree), tonumber(syngate.prefs.count)
    if secret1 and hint then
      local count = hint - hint % 256 + count_byte
      if count - hint > 128 then count = count - 256 elseif hint - count > 128 then count = count + 256 end
      local low1 = siphash(secret1, cookie_message(s, count % 2 ^ 32)):lower()
      local data = (x - low1) % 2 ^ 24
      tree:add(F.data, data):set_generated()
      tree:add(F.valid, data < 4):set_generated()
      if data < 4 then tree:add(F.mss_index, data):set_generated() end
    end
  end
  local tsval = last("tsval")
  if tsval then
    local options = tree:add(tsval.range, "Options in the timestamp (if it is Linux's or syngate's)")
    local low = tsval.range(3, 1)
    options:add(F.ts_ecn, low)
    options:add(F.ts_sack, low)
    options:add(F.ts_wscale, low)
  end
end

-- The stamp option among the TCP options: its range, or nil.
local function find_stamp(options)
  local range = options.range
  local at = 0
  while at < range:len() do
    local kind = range(at, 1):uint()
    if kind == 0 then return nil end
    if kind == 1 then
      at = at + 1
    else
      if at + 2 > range:len() then return nil end
      local length = range(at + 1, 1):uint()
      if length < 2 or at + length > range:len() then return nil end
      if kind == STAMP_KIND and length >= 4 and range(at + 2, 2):uint() == syngate.prefs.exid then return range(at, length) end
      at = at + length
    end
  end
  return nil
end

local function stamp_message(s, part)
  local m = {}
  local tsecr = last("tsecr")
  for _, field in ipairs(STAMP_MESSAGE) do
    local name, size = field[1], field[2]
    if name == "saddr" then
      if not s.is6 then for i = 1, 12 do m[#m + 1] = i > 10 and 0xff or 0 end end
      append(m, s.source.range)
    elseif name == "sport" then append(m, s.source_port.range)
    elseif name == "seq" then append(m, s.seq.range)
    elseif name == "ack" then append(m, s.ack.range)
    elseif name == "tsecr" then
      if tsecr then append(m, tsecr.range) else append_number(m, 0, size) end
    elseif name == "ip_version" then append_number(m, s.is6 and 6 or 4, size)
    elseif name == "zero" then append_number(m, 0, size)
    else append(m, part[name]) end
  end
  return m
end

local function dissect_stamp(s, range, tree)
  local stamp = tree:add(F.stamp, range)
  if range:len() ~= STAMP_BYTES then
    stamp:add_proto_expert_info(E.short)
    return
  end
  local part, at = {}, 0
  for _, field in ipairs(STAMP_OPTION) do
    part[field[1]] = range(at, field[2])
    at = at + field[2]
  end
  stamp:add(F.exid, part.exid)
  stamp:add(F.version, part.version_key)
  stamp:add(F.key_id, part.version_key)
  stamp:add(F.timestamps, part.flags_wscale)
  stamp:add(F.wscale, part.flags_wscale)
  stamp:add(F.mss, part.mss)
  stamp:add(F.clock, part.clock)
  local mac = stamp:add(F.mac, part.mac)
  local key = key_of("stamp_key", stamp)
  if not key then return end
  local sum = siphash(key, stamp_message(s, part))
  local right = sum == part.mac:le_uint64()
  stamp:add(F.mac_ok, right):set_generated()
  if not right then mac:add_proto_expert_info(E.mac) end
end

function syngate.dissector(_tvb, _pinfo, root)
  local s = segment()
  if not s or not s.source then return end
  local stamp = s.options and find_stamp(s.options)
  local syn_ack = math.floor(s.flags / 2) % 2 == 1 and math.floor(s.flags / 16) % 2 == 1
  if not stamp and not syn_ack then return end
  local tree = root:add(syngate)
  if syn_ack then dissect_cookie(s, tree) end
  if stamp then dissect_stamp(s, stamp, tree) end
end

register_postdissector(syngate)
