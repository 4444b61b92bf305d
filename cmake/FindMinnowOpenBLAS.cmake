# Defines minnow::openblas, in the build of Minnow and in its installed package. find_package(BLAS) and its target BLAS::BLAS
# are not used: the project around Minnow may have chosen another BLAS for them.

find_library(MINNOW_OPENBLAS_LIBRARY openblas)
# cblas.h may belong to another BLAS; openblas_config.h is in the folder of OpenBLAS's own cblas.h.
find_path(MINNOW_OPENBLAS_INCLUDE_DIR openblas_config.h
  PATH_SUFFIXES openblas openblas-pthread openblas-openmp openblas-serial)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(MinnowOpenBLAS
  REQUIRED_VARS MINNOW_OPENBLAS_LIBRARY MINNOW_OPENBLAS_INCLUDE_DIR
  REASON_FAILURE_MESSAGE "Minnow: expected OpenBLAS, found none. On Debian, run apt-get install libopenblas-dev.")

if(MinnowOpenBLAS_FOUND AND NOT TARGET minnow::openblas)
  add_library(minnow::openblas UNKNOWN IMPORTED)
  set_target_properties(minnow::openblas PROPERTIES
    IMPORTED_LOCATION ${MINNOW_OPENBLAS_LIBRARY} INTERFACE_INCLUDE_DIRECTORIES ${MINNOW_OPENBLAS_INCLUDE_DIR})
endif()
