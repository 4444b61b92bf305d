# The dependencies of the library. xtensor is a public dependency; the others are private. If the project around Minnow has
# already defined the target of a dependency, that target is used, so that a program contains one copy of a library.

# Finds a package, unless its target exists.
macro(minnow_find package target)
  if(NOT TARGET ${target})
    find_package(${package} REQUIRED ${ARGN})
  endif()
endmacro()

minnow_find(xtensor xtensor)
if(TARGET hwy)
  set(MINNOW_HWY hwy)  # Highway as a subproject
else()
  minnow_find(hwy hwy::hwy CONFIG)
  set(MINNOW_HWY hwy::hwy)
endif()
find_package(Threads REQUIRED)
list(APPEND CMAKE_MODULE_PATH ${CMAKE_CURRENT_LIST_DIR})
find_package(MinnowOpenBLAS REQUIRED)

# Of these only headers are used: xtensor-blas would link another BLAS, and {fmt} is compiled into the library.
if(TARGET xtensor-blas)
  set(MINNOW_XTENSOR_BLAS_INCLUDE_DIR $<TARGET_PROPERTY:xtensor-blas,INTERFACE_INCLUDE_DIRECTORIES>)
else()
  find_path(MINNOW_XTENSOR_BLAS_INCLUDE_DIR xtensor-blas/xblas.hpp REQUIRED)
endif()
if(TARGET fmt::fmt)
  set(MINNOW_FMT_INCLUDE_DIR $<TARGET_PROPERTY:fmt::fmt,INTERFACE_INCLUDE_DIRECTORIES>)
else()
  find_path(MINNOW_FMT_INCLUDE_DIR fmt/core.h REQUIRED)
endif()
if(TARGET nlohmann_json::nlohmann_json)  # reads and writes the headers of model files
  set(MINNOW_JSON_INCLUDE_DIR $<TARGET_PROPERTY:nlohmann_json::nlohmann_json,INTERFACE_INCLUDE_DIRECTORIES>)
else()
  find_path(MINNOW_JSON_INCLUDE_DIR nlohmann/json.hpp REQUIRED)
endif()
find_path(MINNOW_XXHASH_INCLUDE_DIR xxhash.h REQUIRED)  # checksums of checkpoints

if(MINNOW_BUILD_IMAGES)
  minnow_find(JPEG JPEG::JPEG)
  minnow_find(PNG PNG::PNG)
  minnow_find(ZLIB ZLIB::ZLIB)  # a dependency of libpng too
endif()
if(MINNOW_BUILD_ONNX)
  find_package(MinnowOnnx REQUIRED)
endif()
