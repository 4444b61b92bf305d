# Installs the libraries that are built, their headers, the CMake package, the pkg-config files, the license and the pages.

include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/minnow)

set(targets "")
foreach(target minnow minnow_double minnow_images minnow_images_double)
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
  install(FILES ${CMAKE_CURRENT_LIST_DIR}/FindMinnowOpenBLAS.cmake DESTINATION ${package_dir})
endif()

# The pages keep their places, so that the links between them work.
install(FILES LICENSE README.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR} PATTERN "*.json" EXCLUDE)
