# How every target of the project is compiled: C11, hidden symbols, warnings, sanitizers. Nothing here leaks into a parent project.
find_package(Threads REQUIRED)

set(wick_warnings -Wall -Wextra -Wmissing-prototypes -Wstrict-prototypes -Wvla)
if(WICK_WERROR)
  list(APPEND wick_warnings -Werror)
endif()
set(wick_sanitize "")
if(WICK_SANITIZE)
  set(wick_sanitize -fsanitize=${WICK_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
endif()

# The floating-point rules that make results the same bits everywhere: no contraction, fma only where it is spelled out.
set(wick_float_flags -ffp-contract=off -fno-math-errno)

function(wick_common_target target)
  set_target_properties(${target} PROPERTIES C_STANDARD 11 C_STANDARD_REQUIRED ON C_EXTENSIONS ON
                        C_VISIBILITY_PRESET hidden POSITION_INDEPENDENT_CODE ON)
  target_compile_options(${target} PRIVATE ${wick_warnings} ${wick_float_flags} ${wick_sanitize})
  target_link_options(${target} PRIVATE ${wick_sanitize})
endfunction()

# A layer's objects: internal headers are included from the root ("base/error.h").
function(wick_internal_target target)
  wick_common_target(${target})
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/include ${wick_generated})
  target_compile_definitions(${target} PRIVATE _GNU_SOURCE)
endfunction()

function(wick_public_target target output)
  wick_common_target(${target})
  set_target_properties(${target} PROPERTIES OUTPUT_NAME ${output} VERSION ${PROJECT_VERSION}
                        SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR} INSTALL_RPATH "$ORIGIN")
  target_include_directories(${target} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
                                              $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
endfunction()
