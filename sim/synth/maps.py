# SPDX-FileCopyrightText: syngate authors
# SPDX-License-Identifier: Apache-2.0
"""scripts/synth maps: the carry chains that sim/synth/*_map.v put in place of syngate_add_xor equal it, for all inputs (SAT)."""
import pathlib
import re
import shutil
import subprocess

# Cells of a family and the file of Yosys that says what they do.
CELLS = {"ecp5": ("ecp5/cells_sim.v", ["LUT2", "LUT4", "CCU2C"]), "cyclone10gx": ("intel_alm/common/alm_sim.v", ["MISTRAL_ALUT_ARITH"])}


def run(tree):
    share = pathlib.Path(shutil.which("yosys")).resolve().parent.parent / "share" / "yosys"
    folder = tree / "build" / "synth"
    folder.mkdir(parents=True, exist_ok=True)
    source = f"read_verilog -sv {tree}/rtl/common/syngate_add_xor.sv {tree}/sim/synth/add_xor_forms.v; hierarchy -top add_xor_forms"
    failed = 0
    for family, (library, names) in CELLS.items():
        text = (share / library).read_text(encoding="utf-8")
        cells = "".join(re.search(rf"^module {name}\b.*?^endmodule\n", text, re.S | re.M).group() for name in names)
        cells = re.sub(r"specify.*?endspecify", "", cells.replace("(* abc9_carry *)", ""), flags=re.S)
        (folder / f"{family}-cells.v").write_text(cells, encoding="utf-8")
        script = (f"{source}; proc; flatten; clean; rename add_xor_forms gold; design -stash gold; "
                  f"{source}; techmap -map {tree}/sim/synth/{family}_map.v; clean; select -assert-none t:syngate_add_xor; "
                  f"read_verilog {folder}/{family}-cells.v; hierarchy -top add_xor_forms; proc; flatten; clean; "
                  "rename add_xor_forms gate; design -stash gate; design -copy-from gold gold; design -copy-from gate gate; "
                  "miter -equiv -flatten gold gate miter; hierarchy -top miter; opt -full; "
                  "sat -verify -prove trigger 0 -timeout 300 miter")
        log = folder / f"{family}-maps.log"
        code = subprocess.run(["yosys", "-q", "-l", str(log), "-p", script], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                              check=False).returncode
        print(f"{family}: " + ("equal for all inputs" if code == 0 else f"not proven, see build/synth/{log.name}"))
        failed += code != 0
    return 1 if failed else 0
