# SPDX-License-Identifier: MIT
# Tests of framework/io, each on the little device of io_fixture.c.
foreach(part fx_queue_dispatch fx_queue_create fx_queue_state fx_request fx_request_cancel fx_io_power fx_memory fx_file fx_io_sim fx_verifier_request)
  uwdf_test(${part}_test unit SOURCES ${part}_test.c ../support/io_fixture.c LIBS uwdf_framework uwdf_driverentry)
  target_include_directories(${part}_test PRIVATE "${CMAKE_SOURCE_DIR}/framework/io")
endforeach()
