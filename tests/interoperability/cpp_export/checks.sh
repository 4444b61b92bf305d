# Functions of the test scripts.

here=$(dirname "$0")
strict="-std=c++11 -Wall -Wextra -Wpedantic -Werror -fno-exceptions -fno-rtti"

# need PROGRAM: skips the test if there is no such program.
need() {
  command -v "$1" >/dev/null && return
  echo "Skipped: expected $1, found none. Run scripts/install-dependencies --interoperability."
  exit 77
}

# check_symbols NM OBJECT: the object may use memcpy, memset and libm, and has no data but constants.
check_symbols() {
  others=$("$1" "$2" | sed 's/^[0-9a-f ]*//' |
    grep -vE '^U (mem(cpy|set|move)|(exp|erf|log|sqrt|tanh)f|_GLOBAL_OFFSET_TABLE_)$|^[TtWrR] |^n \$|^[tr] \$|^[tdr] \$[tda]' || true)
  [ -z "$others" ] && return
  echo "expected no symbol but memcpy, memset, libm, functions and constants, got in $2:"
  echo "$others"
  exit 1
}
