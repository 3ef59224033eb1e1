# SPDX-License-Identifier: MIT
# What "cmake --install" puts where: programs, libraries, headers, drivers, package files, manual.
include(CMakePackageConfigHelpers)

set(uwdf_include "${CMAKE_INSTALL_INCLUDEDIR}/uwdf-1")
set(uwdf_cmake "${CMAKE_INSTALL_LIBDIR}/cmake/uwdf")
file(RELATIVE_PATH lib_from_bin "${CMAKE_INSTALL_FULL_BINDIR}" "${CMAKE_INSTALL_FULL_LIBDIR}")
file(RELATIVE_PATH UWDF_PREFIX_FROM_PC "${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig"
  "${CMAKE_INSTALL_PREFIX}")

set_target_properties(uwdf_driverentry PROPERTIES OUTPUT_NAME uwdf-driverentry
  EXPORT_NAME driverentry)
set_target_properties(uwdf_headers PROPERTIES EXPORT_NAME headers)
set_target_properties(uwdf_client_headers PROPERTIES EXPORT_NAME client_headers)
set_target_properties(uwdf_program uwdf_net PROPERTIES INSTALL_RPATH "$ORIGIN/${lib_from_bin}")

install(TARGETS uwdf uwdf_driverentry uwdf_headers uwdf_client uwdf_client_headers EXPORT uwdfTargets)
install(TARGETS uwdf_program uwdf_net)
foreach(driver e1000 edu)
  set_target_properties(driver_${driver} PROPERTIES INSTALL_RPATH "$ORIGIN/../..")
  install(TARGETS driver_${driver} DESTINATION "${CMAKE_INSTALL_LIBDIR}/uwdf/drivers")
endforeach()

install(DIRECTORY framework/include/ vfio/mmio/ drivers/include/ framework/client/include/
  DESTINATION "${uwdf_include}" FILES_MATCHING PATTERN "*.h")

foreach(package uwdf uwdf-host uwdf-client)
  configure_file(cmake/package/${package}.pc.in "${CMAKE_BINARY_DIR}/${package}.pc" @ONLY)
  install(FILES "${CMAKE_BINARY_DIR}/${package}.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
endforeach()
install(EXPORT uwdfTargets NAMESPACE uwdf:: DESTINATION "${uwdf_cmake}")
configure_package_config_file(cmake/package/uwdfConfig.cmake.in
  "${CMAKE_BINARY_DIR}/uwdfConfig.cmake" INSTALL_DESTINATION "${uwdf_cmake}")
write_basic_package_version_file("${CMAKE_BINARY_DIR}/uwdfConfigVersion.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES "${CMAKE_BINARY_DIR}/uwdfConfig.cmake" "${CMAKE_BINARY_DIR}/uwdfConfigVersion.cmake"
  DESTINATION "${uwdf_cmake}")

install(FILES framework/host/man/uwdf.1 framework/host/man/uwdf-net.1
  DESTINATION "${CMAKE_INSTALL_MANDIR}/man1")
install(FILES framework/host/completion/uwdf
  DESTINATION "${CMAKE_INSTALL_DATADIR}/bash-completion/completions")

# gdb looks for it beside the library, by the library's full name.
install(FILES framework/object/gdb/libuwdf-gdb.py DESTINATION "${CMAKE_INSTALL_LIBDIR}"
  RENAME "libuwdf.so.${PROJECT_VERSION}-gdb.py")
