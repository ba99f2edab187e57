# SPDX-FileCopyrightText: syngate authors
# SPDX-License-Identifier: Apache-2.0
"""Run by nextpnr before it packs (place.py): takes the carry out of each CCU2C where nothing reads it away from its net. nextpnr would
lead it out of the chain by a CCU2C more, and the netlist cannot leave it open: nextpnr stops at a port that is not there."""
opened = 0
for name, cell in ctx.cells:  # noqa: F821  nextpnr's own name
    if cell.type == "CCU2C":
        net = cell.ports["COUT"].net
        if net is not None and not list(net.users):
            ctx.disconnectPort(name, "COUT")  # noqa: F821
            opened += 1
print(f"{opened} carries that nothing reads are open")
