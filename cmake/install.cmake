# Installs the libraries that are built, their headers, the CMake package, the pkg-config files, the license and the pages.

include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/minnow)

set(targets "")
foreach(target minnow minnow_double minnow_images minnow_images_double minnow_onnx minnow_onnx_double minnow_report minnow_report_double)
  if(TARGET ${target})
    list(APPEND targets ${target})
  endif()
endforeach()

# Before the first file is written: a failed installation leaves nothing.
set(files "")
foreach(target IN LISTS targets)
  list(APPEND files $<TARGET_FILE:${target}>)
endforeach()
install(CODE "
  set(files \"${files}\")
  foreach(file IN LISTS files)
    if(EXISTS \"\${file}\")
      set(built TRUE)
    endif()
  endforeach()
  if(NOT built)
    message(FATAL_ERROR \"minnow: expected a built library in ${PROJECT_BINARY_DIR}, found none. Run cmake --build ${PROJECT_BINARY_DIR} first.\")
  endif()")

list(GET targets 0 any_target)
get_target_property(MINNOW_LIBRARY_TYPE ${any_target} TYPE)  # STATIC_LIBRARY or SHARED_LIBRARY
foreach(target IN LISTS targets)
  add_subdirectory(cmake/install_library ${PROJECT_BINARY_DIR}/install/${target})
endforeach()

configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/minnow-config.cmake.in ${PROJECT_BINARY_DIR}/minnow-config.cmake
  INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/minnow-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/minnow-config.cmake ${PROJECT_BINARY_DIR}/minnow-config-version.cmake
  DESTINATION ${package_dir})
if(MINNOW_LIBRARY_TYPE STREQUAL "STATIC_LIBRARY")
  install(FILES ${CMAKE_CURRENT_LIST_DIR}/FindMinnowOpenBLAS.cmake ${CMAKE_CURRENT_LIST_DIR}/FindMinnowOnnx.cmake
    DESTINATION ${package_dir})
endif()

# The pages keep their places, so that the links between them work. Links to public headers lead to the installed ones; of links to
# other files of the source tree only the text stays. docs/reading.md is a guide to that tree.
file(RELATIVE_PATH headers /${CMAKE_INSTALL_DOCDIR}/docs /${CMAKE_INSTALL_INCLUDEDIR}/minnow)
file(GLOB pages RELATIVE ${PROJECT_SOURCE_DIR} CONFIGURE_DEPENDS docs/*.md docs/benchmarks/*.md)
list(REMOVE_ITEM pages docs/reading.md)
foreach(page README.md ${pages})
  file(READ ${page} text)
  string(REGEX REPLACE "\\]\\(\\.\\./(([a-z_]+/)+[a-z_0-9]+\\.hpp)" "](@headers@/\\1" text "${text}")
  string(REGEX REPLACE "\\[([^]\n]+)\\]\\(((\\.\\./)+[a-zH]|apps/|HACKING|docs/reading)[^)\n]*\\)" "\\1" text "${text}")
  string(REGEX REPLACE "\\[([^]\n]+)\\]\\(reading\\.md\\)" "\\1" text "${text}")
  file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/install/pages/${page} CONTENT "${text}" @ONLY)
endforeach()
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY ${PROJECT_BINARY_DIR}/install/pages/ DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR} PATTERN "*.json" EXCLUDE PATTERN "*.md" EXCLUDE)

if(TARGET minnow_program)
  file(RELATIVE_PATH libraries /${CMAKE_INSTALL_BINDIR} /${CMAKE_INSTALL_LIBDIR})
  set_target_properties(minnow_program PROPERTIES INSTALL_RPATH $ORIGIN/${libraries})
  add_subdirectory(cmake/install_program ${PROJECT_BINARY_DIR}/install/program)
endif()
