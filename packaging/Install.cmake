# SPDX-FileCopyrightText: syngate authors
# SPDX-License-Identifier: Apache-2.0
# What Debian's policy asks of a package beyond the programs: copyright, changelog, compressed manual pages.
find_program(SYNGATE_GZIP gzip REQUIRED)
set(folder ${CMAKE_CURRENT_BINARY_DIR}/packaging)
file(MAKE_DIRECTORY ${folder})
string(TIMESTAMP date "%a, %d %b %Y %H:%M:%S +0000" UTC)  # of SOURCE_DATE_EPOCH where it is set
file(WRITE ${folder}/changelog "syngate (${PROJECT_VERSION}) unstable; urgency=medium

  * What changed: CHANGELOG.md.gz beside this file.

 -- ${CPACK_PACKAGE_CONTACT}  ${date}
")
file(COPY_FILE ${PROJECT_SOURCE_DIR}/CHANGELOG.md ${folder}/CHANGELOG.md)
execute_process(COMMAND ${SYNGATE_GZIP} -9nf ${folder}/changelog ${folder}/CHANGELOG.md COMMAND_ERROR_IS_FATAL ANY)
foreach(component command dev)
  set(package syngate)
  if(component STREQUAL dev)
    set(package libsyngate-dev)
  endif()
  install(FILES packaging/copyright ${folder}/changelog.gz ${folder}/CHANGELOG.md.gz DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${package}
    COMPONENT ${component})
endforeach()
file(WRITE ${folder}/syngate-traced.1 ".so man1/syngate.1\n")
install(FILES ${folder}/syngate-traced.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT command)
install(CODE "
  file(GLOB pages \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_MANDIR}/man1/*.1\")
  if(pages)
    execute_process(COMMAND ${SYNGATE_GZIP} -9nf \${pages} COMMAND_ERROR_IS_FATAL ANY)
  endif()" COMPONENT command)
