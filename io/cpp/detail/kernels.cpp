#include <minnow/io/cpp/detail/kernels.hpp>

#include <vector>

namespace minnow::inline MINNOW_PRECISION::detail {

std::string cpp_kernel_text(std::set<std::string> names) {
  std::vector<const CppKernel*> kernels;
  for (const CppKernel& kernel : cpp_element_kernels) kernels.push_back(&kernel);
  for (const CppKernel& kernel : cpp_product_kernels) kernels.push_back(&kernel);
  for (const CppKernel& kernel : cpp_image_kernels) kernels.push_back(&kernel);
  std::string text;
  for (auto it = kernels.rbegin(); it != kernels.rend(); ++it) {
    const CppKernel& kernel = **it;
    if (!names.contains(kernel.name)) continue;
    text.insert(0, kernel.text);
    const std::string needs = kernel.needs;
    for (std::size_t at = 0, end; (end = needs.find(' ', at)) != std::string::npos; at = end + 1)
      names.insert(needs.substr(at, end - at));
  }
  return text;
}

}  // namespace minnow::inline MINNOW_PRECISION::detail
