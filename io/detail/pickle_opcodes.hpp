#pragma once

#include <minnow/core/precision.hpp>

#include <cstdint>

namespace minnow::inline MINNOW_PRECISION::detail {

/// Opcodes of the pickle format (Lib/pickletools.py).
namespace operation {

/// The opcodes that a state dict may contain.
enum : std::uint8_t {
  mark = '(',
  stop = '.',
  binfloat = 'G',
  binint = 'J',
  binint1 = 'K',
  binint2 = 'M',
  none = 'N',
  binpersid = 'Q',
  reduce = 'R',
  binstring = 'T',
  short_binstring = 'U',
  binunicode = 'X',
  append = 'a',
  build = 'b',
  global = 'c',
  appends = 'e',
  binget = 'h',
  long_binget = 'j',
  binput = 'q',
  long_binput = 'r',
  setitem = 's',
  tuple = 't',
  setitems = 'u',
  empty_tuple = ')',
  empty_list = ']',
  empty_dict = '}',
  proto = 0x80,
  tuple1 = 0x85,
  tuple2 = 0x86,
  tuple3 = 0x87,
  newtrue = 0x88,
  newfalse = 0x89,
  long1 = 0x8a,
  short_binunicode = 0x8c,
  binunicode8 = 0x8d,
  stack_global = 0x93,
  memoize = 0x94,
  frame = 0x95
};

/// Other opcodes, for errors.
struct Name {
  std::uint8_t opcode;
  char name[16];
};
constexpr Name others[] = {
    {'0', "POP"},        {'1', "POP_MARK"},   {'2', "DUP"},         {'B', "BINBYTES"},     {'C', "SHORT_BINBYTES"},
    {'F', "FLOAT"},      {'I', "INT"},        {'L', "LONG"},        {'P', "PERSID"},       {'S', "STRING"},
    {'V', "UNICODE"},    {'d', "DICT"},       {'g', "GET"},         {'i', "INST"},         {'l', "LIST"},
    {'o', "OBJ"},        {'p', "PUT"},        {0x81, "NEWOBJ"},     {0x82, "EXT1"},        {0x83, "EXT2"},
    {0x84, "EXT4"},      {0x8b, "LONG4"},     {0x8e, "BINBYTES8"},  {0x8f, "EMPTY_SET"},   {0x90, "ADDITEMS"},
    {0x91, "FROZENSET"}, {0x92, "NEWOBJ_EX"}, {0x96, "BYTEARRAY8"}, {0x97, "NEXT_BUFFER"}, {0x98, "READONLY_BUFFER"}};

}  // namespace operation
}  // namespace minnow::inline MINNOW_PRECISION::detail
