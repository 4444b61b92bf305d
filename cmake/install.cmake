# Installs the libraries, their headers, the CMake package and the pkg-config files.

include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/minnow)

set(core_targets "")
set(images_targets "")
foreach(suffix "" "_double")
  if(TARGET minnow${suffix})
    list(APPEND core_targets minnow${suffix})
  endif()
  if(TARGET minnow_images${suffix})
    list(APPEND images_targets minnow_images${suffix})
  endif()
endforeach()

# Two export sets, so that a project that uses only the core does not need libjpeg, libpng or zlib.
foreach(part core images)
  if(${part}_targets)
    install(TARGETS ${${part}_targets} EXPORT minnow-${part} FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
    install(EXPORT minnow-${part} NAMESPACE minnow:: DESTINATION ${package_dir} FILE minnow-${part}-targets.cmake)
  endif()
endforeach()

list(GET core_targets 0 any_target)
get_target_property(MINNOW_LIBRARY_TYPE ${any_target} TYPE)  # STATIC_LIBRARY or SHARED_LIBRARY
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/minnow-config.cmake.in ${PROJECT_BINARY_DIR}/minnow-config.cmake
  INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/minnow-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/minnow-config.cmake ${PROJECT_BINARY_DIR}/minnow-config-version.cmake
  DESTINATION ${package_dir})

file(RELATIVE_PATH PC_TO_PREFIX /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)  # relative, so that the prefix can be moved
# Writes and installs a pkg-config file. Only a static library lists its private dependencies.
function(minnow_install_pc name description definitions requires static_requires)
  set(PC_NAME ${name})
  set(PC_DESCRIPTION ${description})
  set(PC_DEFINITIONS ${definitions})
  if(MINNOW_LIBRARY_TYPE STREQUAL "STATIC_LIBRARY")
    set(PC_REQUIRES "${requires} ${static_requires}")
    set(PC_LIBS "-pthread")
  else()
    set(PC_REQUIRES "${requires}")
  endif()
  set(PC_LIBDIR "\${prefix}/${CMAKE_INSTALL_LIBDIR}")
  set(PC_INCLUDEDIR "\${prefix}/${CMAKE_INSTALL_INCLUDEDIR}")
  if(IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}")
    set(PC_LIBDIR ${CMAKE_INSTALL_LIBDIR})
  endif()
  if(IS_ABSOLUTE "${CMAKE_INSTALL_INCLUDEDIR}")
    set(PC_INCLUDEDIR ${CMAKE_INSTALL_INCLUDEDIR})
  endif()
  configure_file(${CMAKE_CURRENT_FUNCTION_LIST_DIR}/minnow.pc.in ${PROJECT_BINARY_DIR}/${name}.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/${name}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endfunction()

foreach(target IN LISTS core_targets)
  string(REPLACE "minnow" "" suffix ${target})
  set(definitions "")
  if(suffix)
    set(definitions "-DMINNOW_DOUBLE")
  endif()
  minnow_install_pc(minnow${suffix} "${PROJECT_DESCRIPTION}" "${definitions}" "xtensor" "openblas libhwy")
  if(TARGET minnow_images${suffix})
    minnow_install_pc(minnow_images${suffix} "Photographs and IDX files for minnow${suffix}" "" "minnow${suffix}" "libjpeg libpng zlib")
  endif()
endforeach()
