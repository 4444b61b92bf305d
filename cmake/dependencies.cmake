# The dependencies of the library. xtensor is a public dependency; the others are private.

find_package(xtensor REQUIRED)
find_path(MINNOW_XTENSOR_BLAS_INCLUDE_DIR xtensor-blas/xblas.hpp REQUIRED)
find_package(hwy CONFIG REQUIRED)
find_path(MINNOW_FMT_INCLUDE_DIR fmt/core.h REQUIRED)  # {fmt}, compiled into the library
find_package(Threads REQUIRED)

# FindBLAS accepts any BLAS by default. Minnow requires OpenBLAS, because it uses the thread control of OpenBLAS.
set(BLA_VENDOR OpenBLAS)
find_package(BLAS)
if(NOT BLAS_FOUND)
  message(FATAL_ERROR "Minnow: expected OpenBLAS, found none. On Debian, run apt-get install libopenblas-dev.")
endif()
find_path(MINNOW_CBLAS_INCLUDE_DIR cblas.h PATH_SUFFIXES openblas REQUIRED)

if(MINNOW_BUILD_IMAGES)
  find_package(JPEG REQUIRED)
  find_package(PNG REQUIRED)
  find_package(ZLIB REQUIRED)  # a dependency of libpng too
endif()
