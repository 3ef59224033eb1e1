# SPDX-License-Identifier: MIT
# Tests of framework/io, each on the little device of io_fixture.c.
foreach(part
    fx_queue_dispatch fx_queue_create fx_queue_delete fx_queue_delete_sim fx_queue_state fx_queue_progress fx_queue_progress_caller fx_queue_progress_wait
    fx_burst fx_burst_level fx_burst_transfer fx_many fx_queue_purge fx_queue_rules fx_queue_sim fx_queue_table fx_request fx_request_buffers fx_request_found fx_request_move fx_request_cancel fx_request_mark fx_request_lost fx_request_mdl fx_request_neither fx_request_sender fx_request_slots fx_io_power fx_io_purge
    fx_memory fx_file fx_file_close fx_io_sim fx_verifier_kept fx_verifier_request fx_verifier_sites fx_verifier_slot fx_io_patience)
  uwdf_test(${part}_test unit SOURCES ${part}_test.c ../support/io_fixture.c LIBS uwdf_framework uwdf_driverentry)
  target_include_directories(${part}_test PRIVATE "${CMAKE_SOURCE_DIR}/framework/io")
endforeach()
uwdf_test(fx_queue_model_test unit SOURCES fx_queue_model_test.c ../support/queue_model.c ../support/io_fixture.c LIBS uwdf_framework uwdf_driverentry TIMEOUT 300)
target_include_directories(fx_queue_model_test PRIVATE "${CMAKE_SOURCE_DIR}/framework/io")
foreach(part fx_irp fx_irp_file fx_irp_flush fx_irp_stack fx_irp_kept fx_irp_rules fx_irp_sim fx_irp_view)
  uwdf_test(${part}_test unit SOURCES ${part}_test.c ../support/irp_fixture.c ../support/io_fixture.c LIBS uwdf_framework uwdf_driverentry)
  target_include_directories(${part}_test PRIVATE "${CMAKE_SOURCE_DIR}/framework/io")
endforeach()
foreach(part fx_stack_sim fx_irp_file_sim)
  uwdf_test(${part}_test unit SOURCES ${part}_test.c ../support/sim_stack.c ../support/io_fixture.c LIBS uwdf_framework uwdf_driverentry)
  target_include_directories(${part}_test PRIVATE "${CMAKE_SOURCE_DIR}/framework/io")
endforeach()
foreach(part fx_queue_delete_wait fx_request_order fx_target_wdm fx_target_self fx_irp_request fx_irp_cancel fx_request_unwatched fx_target_send fx_sent fx_target_state fx_target_format fx_target_memory fx_target_rules fx_target_sim fx_target_client_sim fx_target_stack fx_forward_parent fx_forward_sim)
  uwdf_test(${part}_test unit SOURCES ${part}_test.c ../support/target_fixture.c ../support/io_fixture.c LIBS uwdf_framework uwdf_driverentry)
  target_include_directories(${part}_test PRIVATE "${CMAKE_SOURCE_DIR}/framework/io")
endforeach()
target_link_options(fx_sent_test PRIVATE -Wl,--wrap=request_arm) # where it sends, it looks round
foreach(name fx_target_remote_host_test fx_target_remote_sim_test)
  uwdf_test(${name} unit SOURCES ${name}.c ../support/remote_sim.c ../support/fake_remote.c ../support/io_fixture.c LIBS uwdf_framework uwdf_driverentry)
  target_include_directories(${name} PRIVATE "${CMAKE_SOURCE_DIR}/framework/io")
endforeach()
