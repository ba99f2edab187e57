# SPDX-FileCopyrightText: syngate authors
# SPDX-License-Identifier: Apache-2.0
"""scripts/synth maps: what sim/synth/*_map.v put in place of syngate_add_xor, syngate_add_masked and syngate_sip_round
equals them, for all inputs (SAT)."""
import pathlib
import re
import shutil
import subprocess

# Cells of a family and the file of Yosys that says what they do.
CELLS = {"ecp5": ("ecp5/cells_sim.v", ["LUT2", "LUT4", "CCU2C"]), "cyclone10gx": ("intel_alm/common/alm_sim.v", ["MISTRAL_ALUT_ARITH"])}

# Top of sim/synth/map_forms.v: the module of rtl/common whose map it needs, options of the proof. A SipRound has forgotten what it held
# after two clocks, so its third is proven from any state.
FORMS = {"adder_forms": ("syngate_add_masked", ""), "round_form": ("syngate_sip_round", "-seq 3 -prove-skip 2")}


def run(tree):
    share = pathlib.Path(shutil.which("yosys")).resolve().parent.parent / "share" / "yosys"
    folder = tree / "build" / "synth"
    folder.mkdir(parents=True, exist_ok=True)
    common = f"{tree}/rtl/common"
    sources = (f"{tree}/rtl/syngate_pkg.sv {common}/syngate_add_xor.sv {common}/syngate_add_masked.sv {common}/syngate_sip_round.sv "
               f"{tree}/sim/synth/map_forms.v")
    failed = 0
    for family, (library, names) in CELLS.items():
        text = (share / library).read_text(encoding="utf-8")
        cells = "".join(re.search(rf"^module {name}\b.*?^endmodule\n", text, re.S | re.M).group() for name in names)
        cells = re.sub(r"specify.*?endspecify", "", cells.replace("(* abc9_carry *)", ""), flags=re.S)
        (folder / f"{family}-cells.v").write_text(cells, encoding="utf-8")
        map_file = tree / "sim" / "synth" / f"{family}_map.v"
        for top, (mapped, options) in FORMS.items():
            if f'"{mapped}"' not in map_file.read_text(encoding="ascii"):
                continue
            source = f"read_verilog -sv {sources}; hierarchy -top {top}"
            script = (f"{source}; proc; flatten; clean; rename {top} gold; design -stash gold; "
                      f"{source}; techmap -map {map_file}; clean; select -assert-none t:syngate_*; "
                      f"read_verilog {folder}/{family}-cells.v; hierarchy -top {top}; proc; flatten; clean; "
                      f"rename {top} gate; design -stash gate; design -copy-from gold gold; design -copy-from gate gate; "
                      "miter -equiv -flatten gold gate miter; hierarchy -top miter; opt -full; "
                      f"sat -verify -prove trigger 0 {options} -timeout 300 miter")
            log = folder / f"{family}-{top}.log"
            code = subprocess.run(["yosys", "-q", "-l", str(log), "-p", script], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                  check=False).returncode
            print(f"{family}, {top}: " + ("equal for all inputs" if code == 0 else f"not proven, see build/synth/{log.name}"))
            failed += code != 0
    return 1 if failed else 0
