# What the library is built on. Only xtensor reaches whoever links it; the rest is private.

find_package(xtensor REQUIRED)
find_path(MINNOW_XTENSOR_BLAS_INCLUDE_DIR xtensor-blas/xblas.hpp REQUIRED)
find_package(hwy CONFIG REQUIRED)
find_path(MINNOW_FMT_INCLUDE_DIR fmt/core.h REQUIRED)  # {fmt}, compiled into the library
find_package(Threads REQUIRED)

# FindBLAS takes any BLAS it meets; the thread control and the speed measured here are OpenBLAS's.
set(BLA_VENDOR OpenBLAS)
find_package(BLAS)
if(NOT BLAS_FOUND)
  message(FATAL_ERROR "Minnow needs OpenBLAS, and found none. On Debian: apt-get install libopenblas-dev")
endif()
find_path(MINNOW_CBLAS_INCLUDE_DIR cblas.h PATH_SUFFIXES openblas REQUIRED)

if(MINNOW_BUILD_IMAGES)
  find_package(JPEG REQUIRED)
  find_package(PNG REQUIRED)
  find_package(ZLIB REQUIRED)  # which libpng needs too
endif()
