# Install rules of the libraries: headers, a CMake package, pkg-config files. Each library has an export file of its own, so that
# what one of them needs (HDF5, say) is asked only of those who use it.
include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/wick)
set(installed wick wick_static)
if(WICK_HDF5)
  list(APPEND installed wick_hdf5 wick_hdf5_static)
endif()
foreach(target ${installed})
  install(TARGETS ${target} EXPORT ${target} FILE_SET HEADERS)
  install(EXPORT ${target} NAMESPACE wick:: DESTINATION ${package_dir} FILE ${target}.cmake)
endforeach()

configure_package_config_file(cmake/wickConfig.cmake.in wickConfig.cmake INSTALL_DESTINATION ${package_dir}
                              NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(wickConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/wickConfig.cmake ${PROJECT_BINARY_DIR}/wickConfigVersion.cmake DESTINATION ${package_dir})

# The prefix follows from where the file lies, so an installed tree may be moved. What a static program needs besides stands in
# Libs.private, not Requires.private: the shared libraries need no other package's development files.
function(wick_pkgconfig name description requires)
  list(JOIN ARGN " " private)
  set(pc_name ${name})
  set(pc_dir ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig)
  file(RELATIVE_PATH to_prefix ${pc_dir} ${CMAKE_INSTALL_PREFIX})
  file(RELATIVE_PATH to_lib ${pc_dir} ${CMAKE_INSTALL_FULL_LIBDIR})
  file(RELATIVE_PATH to_include ${pc_dir} ${CMAKE_INSTALL_FULL_INCLUDEDIR})
  configure_file(cmake/wick.pc.in ${name}.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/${name}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endfunction()
set(private_libraries -lm -pthread)
if(WICK_ZLIB)
  list(PREPEND private_libraries -lz)
endif()
if(WICK_WITH_ONEDNN)
  list(PREPEND private_libraries -ldnnl)
endif()
wick_pkgconfig(wick "${PROJECT_DESCRIPTION}" "" ${private_libraries})
if(WICK_HDF5)
  wick_pkgconfig(wick-hdf5 "HDF5 files as data sets for wick" "wick = ${PROJECT_VERSION}"
                 ${HDF5_PC_LDFLAGS} ${DEFLATE_PC_LDFLAGS})
endif()
