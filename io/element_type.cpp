#include <minnow/io/detail/element_types.hpp>
#include <minnow/io/element_type.hpp>

#include <array>

namespace minnow::inline MINNOW_PRECISION {
namespace {

struct Description {
  ElementType type;
  const char* name;
  std::size_t size;
};

constexpr std::array<Description, 13> descriptions{{{ElementType::f16, "F16", 2},
                                                    {ElementType::bf16, "BF16", 2},
                                                    {ElementType::f32, "F32", 4},
                                                    {ElementType::f64, "F64", 8},
                                                    {ElementType::i8, "I8", 1},
                                                    {ElementType::u8, "U8", 1},
                                                    {ElementType::boolean, "BOOL", 1},
                                                    {ElementType::i16, "I16", 2},
                                                    {ElementType::u16, "U16", 2},
                                                    {ElementType::i32, "I32", 4},
                                                    {ElementType::u32, "U32", 4},
                                                    {ElementType::i64, "I64", 8},
                                                    {ElementType::u64, "U64", 8}}};

const Description& description(ElementType type) { return descriptions[static_cast<std::size_t>(type)]; }

}  // namespace

const char* to_string(ElementType type) { return description(type).name; }

std::size_t element_size(ElementType type) { return description(type).size; }

namespace detail {

std::optional<ElementType> element_type_of(std::string_view name) {
  for (const Description& entry : descriptions)
    if (name == entry.name) return entry.type;
  return std::nullopt;
}

}  // namespace detail
}  // namespace minnow::inline MINNOW_PRECISION
