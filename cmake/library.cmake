# The targets of the library. minnow_add_library(minnow) adds minnow::minnow, minnow::images, minnow::onnx and
# minnow::report. minnow::images, and minnow::report through it, need libjpeg, libpng and zlib; only minnow::onnx needs libonnx
# and libprotobuf.
# minnow_add_library(minnow_double DOUBLE) adds the same targets in double, from the same sources.

# Every .cpp file of a folder is compiled; every header is installed, except the headers in detail/.
function(minnow_glob folders sources_out headers_out)
  set(sources "")
  set(headers "")
  foreach(folder IN LISTS folders)
    file(GLOB_RECURSE found RELATIVE ${PROJECT_SOURCE_DIR} CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${folder}/*.cpp)
    list(APPEND sources ${found})
    file(GLOB_RECURSE found RELATIVE ${PROJECT_SOURCE_DIR} CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${folder}/*.hpp)
    list(APPEND headers ${found})
  endforeach()
  list(FILTER headers EXCLUDE REGEX "/detail/")
  set(${sources_out} ${sources} PARENT_SCOPE)
  set(${headers_out} ${headers} PARENT_SCOPE)
endfunction()

minnow_glob("core;layers;models;losses;optim;datasets;io;training" MINNOW_SOURCES MINNOW_HEADERS)
list(FILTER MINNOW_SOURCES EXCLUDE REGEX "^(datasets/images|io/onnx|training/report)/")
list(FILTER MINNOW_HEADERS EXCLUDE REGEX "^(datasets/images|io/onnx|training/report)/")
list(APPEND MINNOW_HEADERS minnow.hpp core.hpp layers.hpp models.hpp losses.hpp optim.hpp datasets.hpp io.hpp training.hpp)
# Reading and writing files, text and errors, metrics, checks: time is spent elsewhere.
set(small "^(io|training)/|^datasets/(folds|random_split|weighted_sampler|detail/target_classes|tables/(detail/(column|csv_source|dialect|encod)|[a-z_]+.cpp))|^core/(check_gradients|display_text|label_encoder|labels|layer_config|print_tensor|snapshot|state_view|detail/(format|gradient_differences|hash)|threading/detail/cpu_quota)|^models/layer_table|^optim/(parameter_groups|reduce_lr_on_plateau|schedules)|^losses/check_gradients")
set(MINNOW_SMALL_SOURCES ${MINNOW_SOURCES})
list(FILTER MINNOW_SMALL_SOURCES INCLUDE REGEX ${small})
list(FILTER MINNOW_SMALL_SOURCES EXCLUDE REGEX "^io/detail/element_types")
list(REMOVE_ITEM MINNOW_SOURCES ${MINNOW_SMALL_SOURCES})
minnow_glob("datasets/images" MINNOW_IMAGES_SOURCES MINNOW_IMAGES_HEADERS)
list(APPEND MINNOW_IMAGES_HEADERS images.hpp)
minnow_glob("io/onnx" MINNOW_ONNX_SOURCES MINNOW_ONNX_HEADERS)
list(APPEND MINNOW_ONNX_HEADERS onnx.hpp)
minnow_glob("training/report" MINNOW_REPORT_SOURCES MINNOW_REPORT_HEADERS)
list(APPEND MINNOW_REPORT_HEADERS report.hpp)
if(MINNOW_BUILD_REPORT)
  include(${CMAKE_CURRENT_LIST_DIR}/report_page.cmake)
endif()

# Options of all targets. -fno-math-errno and -fno-trapping-math allow the compiler to vectorise loops and change no result.
# -ffp-contract=off prevents implicit fused multiply-adds, so that all platforms compute the same bits. The next three undo
# parts of -ffast-math that a parent project may set, and that core/precision.hpp cannot detect with every compiler.
function(minnow_target_options target)
  target_compile_options(${target} PRIVATE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -fno-math-errno -fno-trapping-math -ffp-contract=off
    -fno-associative-math -fno-reciprocal-math -fsigned-zeros
    $<$<CONFIG:>:-O2>)
  if(MINNOW_WERROR)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
  if(MINNOW_SANITIZE)
    target_compile_options(${target} PRIVATE
      -O1 -fsanitize=${MINNOW_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_link_options(${target} PUBLIC -fsanitize=${MINNOW_SANITIZE})
  endif()
endfunction()

# These files are compiled alone in a unity build (CMAKE_UNITY_BUILD). Highway compiles a kernel file once for each instruction
# set; a kernel file must not include xtensor: its templates would be compiled for that instruction set, and the linker could
# use them in the whole program. The header of xtensor-blas declares the functions of CBLAS a second time.
set_source_files_properties(core/math/detail/product.cpp PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
# -O3 makes the code of these kernels longer, and not faster.
set(short_kernels "softmax_kernels|losses/detail/elementwise_kernels|layers/pooling/")
foreach(source IN LISTS MINNOW_SOURCES)
  file(STRINGS ${PROJECT_SOURCE_DIR}/${source} is_kernel REGEX "^#define HWY_TARGET_INCLUDE" LIMIT_COUNT 1)
  if(is_kernel)
    set_source_files_properties(${source} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
    if(NOT source MATCHES "${short_kernels}")
      set_source_files_properties(${source} PROPERTIES COMPILE_OPTIONS "$<$<CONFIG:Release>:-O3>")
    endif()
  endif()
endforeach()

# How the sources of the library are compiled.
function(minnow_compile_options target double)
  target_compile_features(${target} PUBLIC cxx_std_20)
  set_target_properties(${target} PROPERTIES
    CXX_EXTENSIONS OFF CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON POSITION_INDEPENDENT_CODE ON)
  if(double)
    target_compile_definitions(${target} PUBLIC MINNOW_DOUBLE)
  endif()
  minnow_target_options(${target})
  target_include_directories(${target} SYSTEM PRIVATE ${MINNOW_FMT_INCLUDE_DIR} ${MINNOW_JSON_INCLUDE_DIR}
    ${MINNOW_XXHASH_INCLUDE_DIR})
  target_link_libraries(${target} PRIVATE Threads::Threads)
endfunction()

# SMALL_SOURCES do not run in a training step and are compiled for size.
function(minnow_add_part target export_name)
  cmake_parse_arguments(PART "DOUBLE" "" "SOURCES;SMALL_SOURCES;HEADERS" ${ARGN})
  list(TRANSFORM PART_SOURCES PREPEND ${PROJECT_SOURCE_DIR}/)
  list(TRANSFORM PART_SMALL_SOURCES PREPEND ${PROJECT_SOURCE_DIR}/)
  list(TRANSFORM PART_HEADERS PREPEND ${MINNOW_INCLUDE_DIR}/minnow/)
  add_library(${target} ${PART_SOURCES})
  add_library(minnow::${export_name} ALIAS ${target})
  target_sources(${target} PUBLIC FILE_SET HEADERS BASE_DIRS ${MINNOW_INCLUDE_DIR} FILES ${PART_HEADERS})
  minnow_compile_options(${target} ${PART_DOUBLE})
  if(PART_SMALL_SOURCES)
    add_library(${target}_small OBJECT EXCLUDE_FROM_ALL ${PART_SMALL_SOURCES})
    minnow_compile_options(${target}_small ${PART_DOUBLE})
    target_compile_options(${target}_small PRIVATE $<$<CONFIG:Release>:-Os>)
    target_include_directories(${target}_small PRIVATE ${MINNOW_INCLUDE_DIR})
    target_link_libraries(${target}_small PRIVATE xtensor)
    target_sources(${target} PRIVATE $<TARGET_OBJECTS:${target}_small>)
  endif()
  set(verify ${MINNOW_BUILD_TESTS})
  if(PART_DOUBLE AND MINNOW_BUILD_FLOAT)
    set(verify OFF)  # the float library has the same headers
  endif()
  set_target_properties(${target} PROPERTIES
    INSTALL_RPATH $ORIGIN EXPORT_NAME ${export_name} VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}
    VERIFY_INTERFACE_HEADER_SETS ${verify})  # each public header compiles alone
  if(NOT PROJECT_IS_TOP_LEVEL)
    set_target_properties(${target} PROPERTIES EXCLUDE_FROM_ALL ON)  # a project that fetches Minnow builds only the targets that it links
  endif()
  if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
    target_link_options(${target} PRIVATE LINKER:-z,nodelete)  # the threads of the library may outlive a plug-in that is unloaded
  endif()
endfunction()

function(minnow_add_library target)
  cmake_parse_arguments(LIBRARY "DOUBLE" "" "" ${ARGN})
  set(double "")
  set(images images)
  set(onnx onnx)
  set(report report)
  if(LIBRARY_DOUBLE)
    set(double DOUBLE)
    set(images images_double)
    set(onnx onnx_double)
    set(report report_double)
  endif()
  minnow_add_part(${target} ${target} ${double}
    SOURCES ${MINNOW_SOURCES} SMALL_SOURCES ${MINNOW_SMALL_SOURCES} HEADERS ${MINNOW_HEADERS})
  target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-O2>)
  target_compile_definitions(${target} PRIVATE
    MINNOW_VERSION="${PROJECT_VERSION}" "HWY_DISABLED_TARGETS=(${MINNOW_DISABLED_TARGETS})")
  target_include_directories(${target} SYSTEM PRIVATE ${MINNOW_XTENSOR_BLAS_INCLUDE_DIR})
  target_link_libraries(${target} PUBLIC xtensor PRIVATE ${MINNOW_HWY} minnow::openblas ${CMAKE_DL_LIBS})

  if(MINNOW_BUILD_IMAGES)
    minnow_add_part(minnow_${images} ${images} ${double} SOURCES ${MINNOW_IMAGES_SOURCES} HEADERS ${MINNOW_IMAGES_HEADERS})
    target_link_libraries(minnow_${images} PUBLIC ${target} PRIVATE JPEG::JPEG PNG::PNG ZLIB::ZLIB)
  endif()
  if(MINNOW_BUILD_ONNX)
    minnow_add_part(minnow_${onnx} ${onnx} ${double} SOURCES ${MINNOW_ONNX_SOURCES} HEADERS ${MINNOW_ONNX_HEADERS})
    target_link_libraries(minnow_${onnx} PUBLIC ${target} PRIVATE minnow::onnx_proto)
  endif()
  if(MINNOW_BUILD_REPORT)
    minnow_add_part(minnow_${report} ${report} ${double} SMALL_SOURCES ${MINNOW_REPORT_SOURCES} HEADERS ${MINNOW_REPORT_HEADERS})
    target_sources(minnow_${report} PRIVATE ${MINNOW_REPORT_PAGE})
    target_link_libraries(minnow_${report} PUBLIC minnow_${images})
  endif()
endfunction()
