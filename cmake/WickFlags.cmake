# How the targets of the project are compiled: C11, hidden symbols, warnings, sanitizers. Nothing leaks into a parent project.
set(wick_warnings -Wall -Wextra -Wvla)
set(wick_c_warnings -Wmissing-prototypes -Wstrict-prototypes)
set(wick_nvcc_flags --fmad=false -Xcompiler=-Wall -Xcompiler=-Wextra)
if(WICK_WERROR)
  list(APPEND wick_warnings -Werror)
  # kernels keep what they work with in registers
  list(APPEND wick_nvcc_flags -Werror=all-warnings -Xptxas=--warn-on-local-memory-usage,--warn-on-spills)
endif()
set(wick_sanitize "")
if(WICK_SANITIZE)
  set(wick_sanitize -fsanitize=${WICK_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
endif()
set(wick_sanitize_cxx ${wick_sanitize})
if(WICK_SANITIZE MATCHES "undefined" AND CMAKE_C_COMPILER_ID MATCHES "Clang")
  list(APPEND wick_sanitize_cxx -fno-sanitize=function,vptr) # whose run time programs in C do not have
endif()
if(WICK_FUZZ)
  list(APPEND wick_sanitize -fsanitize=fuzzer-no-link)
endif()
# The floating-point rules that make results the same bits everywhere: no contraction, fma only where it is spelled out.
set(wick_float_flags -ffp-contract=off -fno-math-errno)

function(wick_common_target target)
  set_target_properties(${target} PROPERTIES C_STANDARD 11 C_STANDARD_REQUIRED ON C_EXTENSIONS ON
                        C_VISIBILITY_PRESET hidden POSITION_INDEPENDENT_CODE ON)
  set(host ${wick_warnings} ${wick_float_flags} ${wick_sanitize})
  target_compile_options(${target} PRIVATE "$<$<COMPILE_LANGUAGE:C>:${host};${wick_c_warnings}>"
                         "$<$<COMPILE_LANGUAGE:CXX>:${wick_warnings};${wick_float_flags};${wick_sanitize_cxx}>" "$<$<COMPILE_LANGUAGE:CUDA>:${wick_nvcc_flags}>")
  target_link_options(${target} PRIVATE ${wick_sanitize})
endfunction()

# For a layer's objects and the tests: internal headers are included from the root ("base/error.h").
function(wick_internal_target target)
  wick_common_target(${target})
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/include ${wick_generated})
  target_compile_definitions(${target} PRIVATE _GNU_SOURCE $<$<BOOL:${WICK_FAULTS}>:WICK_FAULTS>)
endfunction()

# wick_library(a-b OBJECTS .. HEADERS .. PRIVATE ..): liba-b, shared and static, as the targets a_b and a_b_static.
function(wick_library output)
  cmake_parse_arguments(arg "" "" "OBJECTS;HEADERS;PRIVATE" ${ARGN})
  string(REPLACE "-" "_" name ${output})
  string(REGEX REPLACE "^wick_" "" export_name ${name})
  list(TRANSFORM arg_HEADERS PREPEND ${PROJECT_SOURCE_DIR}/include/wick/)
  add_library(${name} SHARED ${arg_OBJECTS})
  add_library(${name}_static STATIC ${arg_OBJECTS})
  foreach(suffix "" _static)
    set(target ${name}${suffix})
    wick_common_target(${target})
    add_library(wick::${export_name}${suffix} ALIAS ${target})
    set_target_properties(${target} PROPERTIES OUTPUT_NAME ${output} EXPORT_NAME ${export_name}${suffix})
    target_sources(${target} PUBLIC FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR}/include FILES ${arg_HEADERS})
    target_link_libraries(${target} PRIVATE ${arg_PRIVATE})
  endforeach()
  set_target_properties(${name} PROPERTIES VERSION ${PROJECT_VERSION} INSTALL_RPATH "$ORIGIN"
                        SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
  if(NOT WICK_SANITIZE)
    target_link_options(${name} PRIVATE LINKER:--no-undefined)
  endif()
endfunction()
