# The library's targets. minnow_add_library(minnow) makes minnow::minnow and, beside it, minnow::images, which alone needs
# libjpeg, libpng and zlib; minnow_add_library(minnow_double DOUBLE) makes the same in double from the same sources.

set(MINNOW_SOURCES
  core/check_gradients.cpp core/check_memory_use.cpp core/denormals.cpp core/dense_kernels.cpp core/elementwise.cpp
  core/error.cpp core/format.cpp core/gemm.cpp core/gradient_differences.cpp core/init.cpp core/label_encoder.cpp
  core/labels.cpp core/layer.cpp core/math_kernels.cpp core/packed_product.cpp core/parallel.cpp core/parameter.cpp
  core/rng.cpp core/small_product.cpp core/softmax_kernels.cpp core/tensor.cpp core/threads.cpp core/version.cpp
  layers/activation_kernels.cpp layers/avg_pool2d.cpp layers/batch_norm.cpp layers/batch_norm_kernels.cpp
  layers/branch_kernels.cpp layers/branches.cpp layers/concat.cpp layers/conv2d.cpp layers/convolution_kernels.cpp
  layers/convolution_passes.cpp
  layers/convolution_room.cpp layers/dense.cpp layers/dense_passes.cpp layers/dropout.cpp layers/dropout_kernels.cpp
  layers/embedding.cpp layers/embedding_kernels.cpp layers/flatten.cpp layers/fused_conv2d.cpp layers/fused_dense.cpp
  layers/gelu.cpp layers/global_avg_pool2d.cpp layers/layer_norm.cpp layers/layer_norm_kernels.cpp layers/leaky_relu.cpp
  layers/log_softmax.cpp layers/log_softmax_kernels.cpp layers/max_pool2d.cpp layers/picture_kernels.cpp layers/plan.cpp
  layers/pooling_window.cpp layers/relu.cpp layers/repeats_forward.cpp layers/reshape.cpp layers/residual.cpp
  layers/sequential.cpp layers/sequential_passes.cpp layers/sigmoid.cpp layers/silu.cpp layers/size2d.cpp
  layers/softmax.cpp layers/tanh.cpp
  losses/answers.cpp losses/bce_loss.cpp losses/bce_with_logits_loss.cpp losses/check_gradients.cpp
  losses/class_kernels.cpp losses/class_targets.cpp losses/cosine_embedding_loss.cpp losses/cross_entropy_loss.cpp
  losses/element_weights.cpp losses/elements.cpp losses/elementwise_kernels.cpp losses/entropy.cpp losses/focal_loss.cpp
  losses/huber_loss.cpp losses/kl_div_loss.cpp losses/l1_loss.cpp losses/loss.cpp losses/mse_loss.cpp
  losses/multi_margin_loss.cpp losses/nll_loss.cpp losses/position_weights.cpp losses/sigmoid_focal_loss.cpp
  losses/smooth_l1_loss.cpp losses/soft_class_kernels.cpp
  optim/adam.cpp optim/adam_kernel.cpp optim/adamw.cpp optim/clip_gradients.cpp optim/ema.cpp optim/gradient_kernels.cpp
  optim/optimizer.cpp optim/parameter_groups.cpp optim/reduce_lr_on_plateau.cpp optim/rmsprop.cpp
  optim/rmsprop_kernel.cpp optim/schedules.cpp optim/sgd.cpp optim/sgd_kernel.cpp
  datasets/animal_coat.cpp datasets/animal_figure.cpp datasets/animal_scene.cpp datasets/animals.cpp
  datasets/augment.cpp datasets/batch_maker.cpp datasets/canvas.cpp datasets/data_loader.cpp datasets/dataset.cpp
  datasets/draw_animal.cpp datasets/lazy_dataset.cpp datasets/normalization.cpp datasets/rotation.cpp
  datasets/tensor_dataset.cpp
  training/calibration.cpp training/classification_report.cpp training/classification_scores.cpp
  training/confusion_matrix.cpp training/evaluate.cpp training/find_non_finite.cpp training/fit.cpp
  training/predictions.cpp training/probability_scores.cpp training/ranking.cpp training/scored_samples.cpp
  training/temperature_scaling.cpp training/top_k_accuracy.cpp)

set(MINNOW_HEADERS
  minnow.hpp
  core/check_gradients.hpp core/config.hpp core/context.hpp core/denormals.hpp core/error.hpp core/gemm.hpp
  core/init.hpp core/kernels.hpp core/label_encoder.hpp core/labels.hpp core/layer.hpp core/parallel.hpp
  core/parameter.hpp core/rng.hpp core/tensor.hpp core/threads.hpp core/version.hpp
  layers/avg_pool2d.hpp layers/batch_norm.hpp layers/branches.hpp layers/concat.hpp layers/conv2d.hpp layers/dense.hpp
  layers/dropout.hpp layers/embedding.hpp layers/flatten.hpp layers/gelu.hpp layers/global_avg_pool2d.hpp
  layers/layer_norm.hpp layers/leaky_relu.hpp layers/log_softmax.hpp layers/max_pool2d.hpp layers/pooling_window.hpp
  layers/relu.hpp layers/repeats_forward.hpp layers/reshape.hpp layers/residual.hpp layers/sequential.hpp
  layers/sigmoid.hpp layers/silu.hpp layers/size2d.hpp layers/softmax.hpp layers/tanh.hpp
  losses/answers.hpp losses/bce_loss.hpp losses/bce_with_logits_loss.hpp losses/check_gradients.hpp
  losses/cosine_embedding_loss.hpp losses/cross_entropy_loss.hpp losses/element_weights.hpp losses/entropy.hpp
  losses/focal_loss.hpp losses/huber_loss.hpp losses/kl_div_loss.hpp losses/l1_loss.hpp losses/loss.hpp
  losses/mse_loss.hpp losses/multi_margin_loss.hpp losses/nll_loss.hpp losses/position_weights.hpp
  losses/sigmoid_focal_loss.hpp losses/smooth_l1_loss.hpp
  optim/adam.hpp optim/adamw.hpp optim/clip_gradients.hpp optim/ema.hpp optim/grouped_optimizer.hpp optim/optimizer.hpp
  optim/parameter_groups.hpp optim/reduce_lr_on_plateau.hpp optim/rmsprop.hpp optim/schedules.hpp optim/sgd.hpp
  datasets/animals.hpp datasets/augment.hpp datasets/augmentation.hpp datasets/data_loader.hpp datasets/dataset.hpp
  datasets/draw_animal.hpp datasets/lazy_dataset.hpp datasets/normalization.hpp datasets/tensor_dataset.hpp
  training/average.hpp training/calibration.hpp training/classification_report.hpp training/classification_scores.hpp
  training/confusion_matrix.hpp training/evaluate.hpp training/find_non_finite.hpp training/fit.hpp training/metrics.hpp
  training/predictions.hpp training/probability_scores.hpp training/ranking.hpp training/temperature_scaling.hpp
  training/top_k_accuracy.hpp)

set(MINNOW_IMAGES_SOURCES
  datasets/image.cpp datasets/image_folder.cpp datasets/jpeg.cpp datasets/orientation.cpp datasets/png.cpp
  datasets/resample.cpp datasets/byte_stream.cpp datasets/idx.cpp datasets/mnist.cpp)

set(MINNOW_IMAGES_HEADERS datasets/idx.hpp datasets/image.hpp datasets/image_folder.hpp datasets/mnist.hpp)

# Options of everything compiled here. The two -fno- flags let loops be
# vectorised and change no result; no product is fused with a sum unless written so, for the same bits on every platform.
function(minnow_target_options target)
  target_compile_options(${target} PRIVATE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -fno-math-errno -fno-trapping-math -ffp-contract=off
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

# Files that Highway compiles for several instruction sets must not see xtensor, whose templates are everybody's.
set(MINNOW_KERNELS
  core/dense_kernels.cpp core/elementwise.cpp core/math_kernels.cpp core/packed_product.cpp core/small_product.cpp
  core/softmax_kernels.cpp
  layers/activation_kernels.cpp layers/batch_norm_kernels.cpp layers/branch_kernels.cpp layers/convolution_kernels.cpp
  layers/dropout_kernels.cpp layers/embedding_kernels.cpp layers/layer_norm_kernels.cpp layers/log_softmax_kernels.cpp
  layers/picture_kernels.cpp
  losses/class_kernels.cpp losses/elementwise_kernels.cpp losses/soft_class_kernels.cpp
  optim/adam_kernel.cpp optim/gradient_kernels.cpp optim/rmsprop_kernel.cpp optim/sgd_kernel.cpp)
set_source_files_properties(${MINNOW_KERNELS} PROPERTIES SKIP_PRECOMPILE_HEADERS ON)

function(minnow_add_part target export_name)
  cmake_parse_arguments(PART "DOUBLE" "" "SOURCES;HEADERS" ${ARGN})
  list(TRANSFORM PART_SOURCES PREPEND ${PROJECT_SOURCE_DIR}/)
  list(TRANSFORM PART_HEADERS PREPEND ${MINNOW_INCLUDE_DIR}/minnow/)
  add_library(${target} ${PART_SOURCES})
  add_library(minnow::${export_name} ALIAS ${target})
  target_sources(${target} PUBLIC FILE_SET HEADERS BASE_DIRS ${MINNOW_INCLUDE_DIR} FILES ${PART_HEADERS})
  target_compile_features(${target} PUBLIC cxx_std_20)
  set(verify ${MINNOW_BUILD_TESTS})
  if(PART_DOUBLE AND MINNOW_BUILD_FLOAT)
    set(verify OFF)  # the same headers, once is enough
  endif()
  set_target_properties(${target} PROPERTIES
    INSTALL_RPATH $ORIGIN EXPORT_NAME ${export_name} VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}
    CXX_EXTENSIONS OFF CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON POSITION_INDEPENDENT_CODE ON
    VERIFY_INTERFACE_HEADER_SETS ${verify})  # each public header compiles alone
  if(NOT PROJECT_IS_TOP_LEVEL)
    set_target_properties(${target} PROPERTIES EXCLUDE_FROM_ALL ON)  # a project that fetched Minnow builds what it links
  endif()
  if(PART_DOUBLE)
    target_compile_definitions(${target} PUBLIC MINNOW_DOUBLE)
  endif()
  minnow_target_options(${target})
  if(MINNOW_PRECOMPILE)
    target_precompile_headers(${target} PRIVATE <minnow/core/tensor.hpp>)
  endif()
  target_link_libraries(${target} PRIVATE Threads::Threads)
  target_include_directories(${target} SYSTEM PRIVATE ${MINNOW_FMT_INCLUDE_DIR})
  if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
    target_link_options(${target} PRIVATE LINKER:-z,nodelete)  # its threads outlive a plug-in that is unloaded
  endif()
endfunction()

function(minnow_add_library target)
  cmake_parse_arguments(LIBRARY "DOUBLE" "" "" ${ARGN})
  set(double "")
  set(images images)
  if(LIBRARY_DOUBLE)
    set(double DOUBLE)
    set(images images_double)
  endif()
  minnow_add_part(${target} ${target} ${double} SOURCES ${MINNOW_SOURCES} HEADERS ${MINNOW_HEADERS})
  target_compile_definitions(${target} PRIVATE
    MINNOW_VERSION="${PROJECT_VERSION}" "HWY_DISABLED_TARGETS=(${MINNOW_DISABLED_TARGETS})")
  target_include_directories(${target} SYSTEM PRIVATE ${MINNOW_XTENSOR_BLAS_INCLUDE_DIR} ${MINNOW_CBLAS_INCLUDE_DIR})
  target_link_libraries(${target} PUBLIC xtensor PRIVATE hwy::hwy BLAS::BLAS ${CMAKE_DL_LIBS})

  if(MINNOW_BUILD_IMAGES)
    minnow_add_part(minnow_${images} ${images} ${double} SOURCES ${MINNOW_IMAGES_SOURCES} HEADERS ${MINNOW_IMAGES_HEADERS})
    target_link_libraries(minnow_${images} PUBLIC ${target} PRIVATE JPEG::JPEG PNG::PNG ZLIB::ZLIB)
  endif()
endfunction()
