# SPDX-License-Identifier: Apache-2.0
# Verilated libraries and tests. RTL sources are always compiled with assertions and -Wall as errors.
set(SYNGATE_RTL_DIR ${PROJECT_SOURCE_DIR}/rtl)
set(SYNGATE_VERILATOR_ARGS --assert -Wall -Wno-DECLFILENAME --timescale 1ns/1ps)
set(SYNGATE_VERILATED_FLAGS -O3)
set(SYNGATE_VERILATE_ARGS)
if(SYNGATE_COVERAGE)
  # Signals of more bits than this are data paths; their toggles are not counted.
  # Without -fno-*, Verilator 5.006 counts a branch whose condition calls a function before it has called it.
  list(APPEND SYNGATE_VERILATOR_ARGS --coverage-line --coverage-toggle --coverage-max-width 32 -fno-reorder -fno-split)
  set(SYNGATE_VERILATED_FLAGS -O1)
  # These files only set up the counters, once a pipeline, and are as large as all others.
  set(SYNGATE_VERILATE_ARGS OPT_SLOW -O0)
endif()
if(SYNGATE_FUZZ)
  # Branches of the RTL guide the fuzzer. Comparisons of generated code are too many; sanitizers make it three times as slow and watch
  # what Verilator has written, not us: bench, scoreboard and model have them.
  set(SYNGATE_VERILATED_FLAGS -O2 -fno-sanitize=address,undefined -fno-sanitize-coverage=trace-cmp,indirect-calls)
endif()
if(SYNGATE_NATIVE)
  list(APPEND SYNGATE_VERILATED_FLAGS -march=native)
endif()

# syngate_verilate(<library> TOP <module> SOURCES <file>... [ARGS <verilator argument>...])
# A static library with class V<module>; SOURCES relative to the RTL folder or absolute; the package comes first by itself.
function(syngate_verilate library)
  cmake_parse_arguments(V "" "TOP;PREFIX" "SOURCES;ARGS" ${ARGN})
  # Relative to where verilate() runs Verilator: names in assertion messages then do not depend on where the tree lies.
  file(RELATIVE_PATH rtl ${CMAKE_CURRENT_SOURCE_DIR} ${SYNGATE_RTL_DIR})
  set(files ${rtl}/syngate_pkg.sv)
  foreach(source ${V_SOURCES})
    get_filename_component(source ${source} ABSOLUTE BASE_DIR ${SYNGATE_RTL_DIR})
    file(RELATIVE_PATH source ${CMAKE_CURRENT_SOURCE_DIR} ${source})
    list(APPEND files ${source})
  endforeach()
  if(NOT V_PREFIX)
    set(V_PREFIX V${V_TOP})
  endif()
  add_library(${library} STATIC)
  verilate(${library} SOURCES ${files} TOP_MODULE ${V_TOP} PREFIX ${V_PREFIX}
           ${SYNGATE_VERILATE_ARGS} VERILATOR_ARGS ${SYNGATE_VERILATOR_ARGS} -I${rtl} ${rtl}/lint/syngate.vlt ${V_ARGS})
  target_compile_options(${library} PRIVATE ${SYNGATE_VERILATED_FLAGS} -w)
  if(SYNGATE_COVERAGE)
    target_compile_definitions(${library} INTERFACE SYNGATE_COVERAGE)
  endif()
  # What Verilator writes and ships is not ours: no warnings from its headers.
  get_target_property(directories ${library} INTERFACE_INCLUDE_DIRECTORIES)
  set_target_properties(${library} PROPERTIES INTERFACE_SYSTEM_INCLUDE_DIRECTORIES "${directories}")
endfunction()

# syngate_rtl_test(<stage> <case> TOP <module> RTL <file>... TEST <file.cc>)
# One module alone against the text of docs/reference/datapath.md; CTest name <stage>.<case>.
function(syngate_rtl_test stage case)
  cmake_parse_arguments(T "" "TOP;TEST" "RTL" ${ARGN})
  set(name test_rtl_${stage}_${case})
  syngate_verilate(${name}_rtl TOP ${T_TOP} SOURCES ${T_RTL} ARGS -Wno-UNUSEDPARAM)
  add_executable(${name} ${T_TEST})
  target_link_libraries(${name} PRIVATE ${name}_rtl syngate::model syngate_catch2 syngate_warnings)
  add_test(NAME ${stage}.${case} COMMAND ${name})
  set_tests_properties(${stage}.${case} PROPERTIES LABELS "rtl")
endfunction()
