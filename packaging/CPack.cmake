# SPDX-FileCopyrightText: syngate authors
# SPDX-License-Identifier: Apache-2.0
# Debian packages: syngate (command, dissector, RTL) and libsyngate-dev (golden model). scripts/make-deb builds them.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME syngate)
set(CPACK_PACKAGE_VENDOR "syngate authors")
set(CPACK_PACKAGE_CONTACT "syngate authors <syngate@localhost>")
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_STRIP_FILES ON)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_ALL command dev)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_COMMAND_PACKAGE_NAME syngate)
set(CPACK_DEBIAN_COMMAND_PACKAGE_SECTION net)
set(CPACK_DEBIAN_COMMAND_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_COMMAND_DESCRIPTION "SYN cookies in hardware, simulated cycle by cycle
Replays captures through the Verilated SYN-cookie pipeline, checks every byte
against a golden model of Linux's cookies, and shows what happened: verdicts,
traces, waves, reports.")
set(CPACK_DEBIAN_COMMAND_PACKAGE_SUGGESTS "gtkwave, tshark")
set(CPACK_DEBIAN_DEV_PACKAGE_NAME libsyngate-dev)
set(CPACK_DEBIAN_DEV_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEV_DESCRIPTION "golden model of Linux SYN cookies, for C++
Static library and headers: cookies, timestamp options, SYN-ACK frames,
hand-off stamps and the whole pipeline, to be used with
find_package(syngate).")
include(CPack)
