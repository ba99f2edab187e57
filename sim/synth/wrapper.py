# SPDX-FileCopyrightText: syngate authors
# SPDX-License-Identifier: Apache-2.0
"""The wrapper in which scripts/synth places and routes the core or one of its blocks: syngate_place_frame.sv around it, made from the
ports that Yosys sees."""
import json
import subprocess
import sys

CORE = "core"
# Instances of syngate_core (u_NAME) that are placed alone. The delays between them are not: they are memories.
BLOCKS = ("ingress", "parse", "cookie", "timestamp", "stamp", "table", "verdict", "egress", "csr")
FOLDERS = {"timestamp": "cookie"}  # of rtl/, where it is not the block's name
# The observation port stays open, as in a product.
OPEN = ("event_o",)
FRAME = {"clk_i": "clk_i", "rst_ni": "rst_n"}


def sources(tree):
    """Files of the core, as Yosys reads them from rtl/."""
    return " ".join((tree / "rtl" / "syngate.f").read_text(encoding="ascii").split())


def module_of(tree, block, folder):
    """Name that Yosys gives to the block's module, with the core's parameters, and its ports: {name: (direction, bits)}."""
    target = folder / "ports.json"
    script = (f"read_verilog -sv -I. {sources(tree)}; hierarchy -check -top syngate_core; blackbox syngate_core %n; proc; "
              f"write_json {target}")
    if subprocess.run(["yosys", "-q", "-l", str(folder / "ports.log"), "-p", script], cwd=tree / "rtl", check=False,
                      stderr=subprocess.DEVNULL).returncode:
        sys.exit(f"synth: Yosys failed, see {folder}/ports.log")
    modules = json.loads(target.read_text(encoding="utf-8"))["modules"]
    name = "syngate_core" if block == CORE else modules["syngate_core"]["cells"][f"u_{block}"]["type"]
    return name, {port: (net["direction"], len(net["bits"])) for port, net in modules[name]["ports"].items()}


def wrapper(block, module, ports):
    """Verilog of module syngate_place: the block as u_BLOCK in its frame. Whole core: outputs share registers, of which few are free."""
    wires = {name: (direction, bits) for name, (direction, bits) in ports.items() if name not in FRAME and name not in OPEN}
    inputs = [f"block_{name}" for name, (direction, _) in wires.items() if direction == "input"]
    outputs = [f"block_{name}" for name, (direction, _) in wires.items() if direction != "input"]
    read, driven = (sum(bits for direction, bits in wires.values() if (direction == "input") == wanted) for wanted in (True, False))
    connections = [f".{name}({FRAME.get(name) or ('' if name in OPEN else f'block_{name}')})" for name in ports]
    return "\n".join([
        "module syngate_place (input wire clk_i, input wire rst_ni, input wire data_i, output wire data_o);",
        "  wire rst_n;",
        *(f"  wire [{bits - 1}:0] block_{name};" for name, (_, bits) in wires.items()),
        f"  syngate_place_frame #(.Inputs({read}), .Outputs({driven}), .Direct({int(block != CORE)})) u_frame (",
        "      .clk_i(clk_i), .rst_ni(rst_ni), .data_i(data_i), .data_o(data_o), .rst_no(rst_n),",
        f"      .inputs_o({{{', '.join(inputs)}}}), .outputs_i({{{', '.join(outputs)}}})",
        "  );",
        f"  {module} u_{block} (",
        "      " + ", ".join(connections),
        "  );",
        "endmodule", ""])
