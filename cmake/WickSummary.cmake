# What was configured, in a few lines.
message(STATUS "wick ${PROJECT_VERSION}: ${CMAKE_C_COMPILER_ID} ${CMAKE_C_COMPILER_VERSION}, ${CMAKE_BUILD_TYPE}"
               ", HDF5 ${WICK_HDF5}, zlib ${WICK_ZLIB}, oneDNN ${WICK_ONEDNN}, sanitizers '${WICK_SANITIZE}'")
