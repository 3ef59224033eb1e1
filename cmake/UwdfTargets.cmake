# SPDX-License-Identifier: MIT
# The handful of ways in which this tree makes targets.

# For every test: none sees what the machine's own registry says. gcc 12's leak checker guesses where a
# library's thread storage begins from 16 bytes before it, and reads anywhere when that storage happens
# to start 16 bytes into a page ("Tracer caught signal 11"): it is not to look there.
set(UWDF_TEST_ENVIRONMENT "UWDF_REGISTRY=${CMAKE_BINARY_DIR}/tests/no-registry.db")
if(UWDF_SANITIZE STREQUAL "address")
  list(APPEND UWDF_TEST_ENVIRONMENT
    "LSAN_OPTIONS=use_tls=0:print_suppressions=0:suppressions=${CMAKE_SOURCE_DIR}/tests/support/leaks.supp")
endif()

# uwdf_driver(NAME SOURCES...): build/…/drivers/NAME.so, seeing only the public headers.
function(uwdf_driver name)
  add_library(driver_${name} MODULE ${ARGN})
  set_target_properties(driver_${name} PROPERTIES PREFIX "" OUTPUT_NAME ${name}
    LIBRARY_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/drivers" C_VISIBILITY_PRESET hidden)
  target_include_directories(driver_${name} PRIVATE "${CMAKE_SOURCE_DIR}/drivers/include")
  target_link_libraries(driver_${name} PRIVATE uwdf_driverentry uwdf)
endfunction()

# A deadline ends what hangs; it judges nobody's speed. Slow machines take ten times as long as quiet ones.
set(UWDF_DEADLINE 300 CACHE STRING "seconds after which a test is ended")

# uwdf_test(NAME LABEL [SOURCES...] [LIBS...] [TIMEOUT s] [ARGS...]): a cmocka program and its ctest entry.
function(uwdf_test name label)
  cmake_parse_arguments(T "" "TIMEOUT" "SOURCES;LIBS;ARGS" ${ARGN})
  if(NOT T_TIMEOUT)
    set(T_TIMEOUT ${UWDF_DEADLINE})
  endif()
  add_executable(${name} ${T_SOURCES})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/tests")
  target_include_directories(${name} PRIVATE "${CMAKE_SOURCE_DIR}/tests/support")
  target_link_libraries(${name} PRIVATE ${T_LIBS} PkgConfig::CMOCKA)
  if(uwdf_framework IN_LIST T_LIBS)
    target_sources(${name} PRIVATE $<TARGET_OBJECTS:uwdf_test_replace>)
  endif()
  add_test(NAME ${label}/${name} COMMAND ${name} ${T_ARGS})
  set_tests_properties(${label}/${name} PROPERTIES LABELS ${label} TIMEOUT ${T_TIMEOUT} SKIP_RETURN_CODE 77
    ENVIRONMENT "${UWDF_TEST_ENVIRONMENT}")
endfunction()
