# Installs a build tree of which nothing is built, and then one of which a single library is built. LIBRARY is the file of that
# library, from another build tree.

file(REMOVE_RECURSE ${FOLDER})
set(build ${FOLDER}/build)
set(prefix ${FOLDER}/prefix)

function(run expected_result)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE errors)
  if(NOT result EQUAL expected_result)
    message(FATAL_ERROR "${ARGN}: expected ${expected_result}, got ${result}\n${output}${errors}")
  endif()
  string(REGEX REPLACE "[ \n]+" " " errors "${errors}")  # CMake breaks lines
  set(errors "${errors}" PARENT_SCOPE)
endfunction()

run(0 ${CMAKE_COMMAND} -S ${SOURCE} -B ${build} -DCMAKE_CXX_COMPILER=${CXX} -DBUILD_SHARED_LIBS=${SHARED}
  -DCMAKE_BUILD_TYPE=Release -DMINNOW_BUILD_TESTS=OFF -DMINNOW_BUILD_APPS=OFF)
run(1 ${CMAKE_COMMAND} --install ${build} --prefix ${prefix})
if(NOT errors MATCHES "minnow: expected a built library in ${build}, found none. Run cmake --build ${build} first.")
  message(SEND_ERROR "expected an error that names the command, got ${errors}")
endif()
if(EXISTS ${prefix})
  message(SEND_ERROR "expected nothing in ${prefix} after a failed installation")
endif()

get_filename_component(name ${LIBRARY} NAME)
configure_file(${LIBRARY} ${build}/${name} COPYONLY)
string(REGEX REPLACE "\\.[0-9.]+$" "" link ${name})
if(NOT link STREQUAL name)  # libminnow.so, libminnow.so.0.1 and libminnow.so.0.1.0
  string(REGEX REPLACE "\\.[0-9]+$" "" soname ${name})
  file(CREATE_LINK ${name} ${build}/${soname} SYMBOLIC)
  file(CREATE_LINK ${soname} ${build}/${link} SYMBOLIC)
endif()
run(0 ${CMAKE_COMMAND} --install ${build} --prefix ${prefix})
file(GLOB_RECURSE found RELATIVE ${prefix} ${prefix}/*-targets.cmake ${prefix}/*.pc)
list(TRANSFORM found REPLACE ".*/" "")
list(SORT found)
if(NOT "${found}" STREQUAL "${TARGET}-targets.cmake;${TARGET}.pc")
  message(SEND_ERROR "expected the files of ${TARGET} alone, got ${found}")
endif()

file(WRITE ${FOLDER}/consumer/CMakeLists.txt "cmake_minimum_required(VERSION 3.25)
project(consumer LANGUAGES CXX)
find_package(minnow REQUIRED)
add_library(consumer INTERFACE)
target_link_libraries(consumer INTERFACE minnow::${TARGET})
find_package(minnow COMPONENTS images)
if(minnow_FOUND)
  message(FATAL_ERROR \"expected no images\")
endif()")
run(0 ${CMAKE_COMMAND} -S ${FOLDER}/consumer -B ${FOLDER}/consumer/build -DCMAKE_PREFIX_PATH=${prefix} -DCMAKE_CXX_COMPILER=${CXX})

foreach(file LICENSE README.md docs/layers.md)
  if(NOT EXISTS ${prefix}/share/doc/minnow/${file})
    message(SEND_ERROR "expected ${file} in share/doc/minnow")
  endif()
endforeach()
