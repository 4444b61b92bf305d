# Defines minnow::onnx_proto, the protobuf messages of ONNX, in the build of Minnow and in its installed package. The CMake
# package of Debian's libonnx-dev is not used: it names files that Debian does not install. CMake's module for protobuf is not
# used either: it warns if the compiler of messages is missing, which Minnow does not need.

find_path(MINNOW_ONNX_INCLUDE_DIR onnx/onnx_pb.h)
find_library(MINNOW_ONNX_PROTO_LIBRARY onnx_proto)
find_path(MINNOW_PROTOBUF_INCLUDE_DIR google/protobuf/message.h)
find_library(MINNOW_PROTOBUF_LIBRARY protobuf)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(MinnowOnnx
  REQUIRED_VARS MINNOW_ONNX_PROTO_LIBRARY MINNOW_ONNX_INCLUDE_DIR MINNOW_PROTOBUF_LIBRARY MINNOW_PROTOBUF_INCLUDE_DIR
  REASON_FAILURE_MESSAGE "Minnow: expected ONNX and protobuf for minnow::onnx, found none. On Debian, run apt-get install libonnx-dev libprotobuf-dev, or turn MINNOW_BUILD_ONNX off.")

if(MinnowOnnx_FOUND AND NOT TARGET minnow::onnx_proto)
  find_package(Threads REQUIRED)
  add_library(minnow::onnx_proto UNKNOWN IMPORTED)
  set_target_properties(minnow::onnx_proto PROPERTIES
    IMPORTED_LOCATION ${MINNOW_ONNX_PROTO_LIBRARY} INTERFACE_INCLUDE_DIRECTORIES "${MINNOW_ONNX_INCLUDE_DIR};${MINNOW_PROTOBUF_INCLUDE_DIR}"
    INTERFACE_COMPILE_DEFINITIONS "ONNX_ML=1;ONNX_NAMESPACE=onnx" INTERFACE_LINK_LIBRARIES "${MINNOW_PROTOBUF_LIBRARY};Threads::Threads")
endif()
