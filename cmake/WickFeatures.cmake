# What the libraries rest on besides libc: AUTO takes what is found, ON insists, OFF does without.
foreach(feature HDF5 ZLIB)
  set(WICK_WITH_${feature} AUTO CACHE STRING "Use ${feature}: AUTO (if found), ON (must be found), OFF")
  set_property(CACHE WICK_WITH_${feature} PROPERTY STRINGS AUTO ON OFF)
endforeach()

function(wick_feature name found missing)
  if(WICK_WITH_${name} STREQUAL "ON" AND NOT found)
    message(FATAL_ERROR "WICK_WITH_${name}=ON, but ${missing} is missing; scripts/setup lists the packages")
  endif()
  if(found AND NOT WICK_WITH_${name} STREQUAL "OFF")
    set(WICK_${name} ON PARENT_SCOPE)
  else()
    set(WICK_${name} OFF PARENT_SCOPE)
  endif()
endfunction()

find_package(Threads REQUIRED)
find_package(PkgConfig QUIET)

if(NOT WICK_WITH_ZLIB STREQUAL "OFF")
  find_package(ZLIB QUIET)
endif()
wick_feature(ZLIB "${ZLIB_FOUND}" "zlib")

# Debian has hdf5.pc by its alternatives and hdf5-serial.pc always.
if(PkgConfig_FOUND AND NOT WICK_WITH_HDF5 STREQUAL "OFF")
  pkg_search_module(HDF5_PC QUIET IMPORTED_TARGET hdf5 hdf5-serial)
  pkg_check_modules(DEFLATE_PC QUIET IMPORTED_TARGET libdeflate)
  if(HDF5_PC_FOUND AND DEFLATE_PC_FOUND)
    set(hdf5_found ON)
  endif()
endif()
wick_feature(HDF5 "${hdf5_found}" "hdf5 or libdeflate (asked of pkg-config)")

# oneDNN is C++ inside, so the library takes it only when told to; bench/ uses it as a yardstick where it is found.
option(WICK_WITH_ONEDNN "Let a process choose oneDNN for products, convolutions and means of windows (WICK_KERNELS=onednn)" OFF)
find_path(WICK_ONEDNN_INCLUDE dnnl.h)
find_library(WICK_ONEDNN_LIBRARY dnnl)
mark_as_advanced(WICK_ONEDNN_INCLUDE WICK_ONEDNN_LIBRARY)
if(WICK_WITH_ONEDNN AND NOT (WICK_ONEDNN_INCLUDE AND WICK_ONEDNN_LIBRARY))
  message(FATAL_ERROR "WICK_WITH_ONEDNN=ON, but oneDNN is missing; scripts/setup bench installs it")
endif()
