// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// One promise, three back-ends: concurrent in simulation (always on), immediate for Yosys formal, nothing in synthesis.
`ifndef SYNGATE_ASSERT_SVH
`define SYNGATE_ASSERT_SVH
`ifdef YOSYS
`ifdef FORMAL
`define SYNGATE_ASSERT(name, cond) always_ff @(posedge clk_i) if (rst_ni) assert (cond);
`else
`define SYNGATE_ASSERT(name, cond)
`endif
`else
`define SYNGATE_ASSERT(name, cond) \
  name : assert property (@(posedge clk_i) disable iff (!rst_ni) (cond)) else $error("promise broken: name");
`endif
`endif
