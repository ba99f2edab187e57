# SPDX-License-Identifier: Apache-2.0
# Installs the model into a fresh prefix and builds the README's example and examples/embed-model against it.
file(REMOVE_RECURSE ${BINARY})
function(run)
  execute_process(COMMAND ${ARGV} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(result)
    message(FATAL_ERROR "${ARGV}: ${output}")
  endif()
endfunction()
run(${CMAKE_COMMAND} -S ${SOURCE} -B ${BINARY}/build -DSYNGATE_SIM=OFF -DSYNGATE_TESTS=OFF -DCMAKE_INSTALL_PREFIX=${BINARY}/prefix)
run(${CMAKE_COMMAND} --build ${BINARY}/build)
run(${CMAKE_COMMAND} --install ${BINARY}/build)
# The example is the one C++ block of model/README.md.
file(READ ${SOURCE}/model/README.md text)
string(REGEX MATCH "```cpp\n([^`]*)```" block "${text}")
file(WRITE ${BINARY}/example/main.cc "${CMAKE_MATCH_1}")
file(WRITE ${BINARY}/example/CMakeLists.txt [[
cmake_minimum_required(VERSION 3.25)
project(example LANGUAGES CXX)
find_package(syngate REQUIRED)
add_executable(example main.cc)
target_link_libraries(example PRIVATE syngate::model)
]])
run(${CMAKE_COMMAND} -S ${BINARY}/example -B ${BINARY}/example/build -DCMAKE_PREFIX_PATH=${BINARY}/prefix)
run(${CMAKE_COMMAND} --build ${BINARY}/example/build)
execute_process(COMMAND ${BINARY}/example/build/example OUTPUT_VARIABLE output RESULT_VARIABLE result)
# A value of Linux 6.12's own function.
if(result OR NOT output STREQUAL "602ec29e\n")
  message(FATAL_ERROR "the example printed '${output}'")
endif()
# The embedding example checks its own handshake.
run(${CMAKE_COMMAND} -S ${SOURCE}/examples/embed-model -B ${BINARY}/embed -DCMAKE_PREFIX_PATH=${BINARY}/prefix)
run(${CMAKE_COMMAND} --build ${BINARY}/embed)
run(${BINARY}/embed/embed-model)
