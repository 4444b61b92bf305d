#!/usr/bin/python3
"""Writes core/detail/character_widths.hpp: the Unicode characters of two columns and of none, from Python's unicodedata.

apt-get install clang-format-14
"""
import pathlib
import subprocess
import unicodedata

PATH = pathlib.Path(__file__).parent.parent / "core/detail/character_widths.hpp"
LAST = 0x10FFFF


def is_zero(character):
    """Combining marks, format characters but the soft hyphen, and the vowels and finals of Hangul syllables."""
    if character == "\u00ad":
        return False
    return unicodedata.category(character) in ("Mn", "Me", "Cf") or "\u1160" <= character <= "\u11ff"


def is_wide(character):
    return unicodedata.east_asian_width(character) in ("W", "F") and not is_zero(character)


def ranges(contains):
    """Returns [first, last] of each range. Unassigned characters between two parts of a range belong to the range."""
    found, open_range = [], False
    for code in range(LAST + 1):
        character = chr(code)
        if unicodedata.category(character) == "Cn":
            continue
        if not contains(character):
            open_range = False
        elif open_range:
            found[-1][1] = code
        else:
            found.append([code, code])
            open_range = True
    return found


def table(name, comment, contains):
    pairs = ", ".join(f"{{0x{first:X}, 0x{last:X}}}" for first, last in ranges(contains))
    return f"/// {comment}\nconstexpr CharacterRange {name}[] = {{{pairs}}};\n"


TEXT = f"""#pragma once

// Written by scripts/make_character_widths.py from Unicode {unicodedata.unidata_version}.

#include <minnow/core/precision.hpp>

namespace minnow::inline MINNOW_PRECISION {{

struct CharacterRange {{
  char32_t first, last;
}};

{table("wide_characters", "Characters of two columns: East Asian Width W and F.", is_wide)}
{table("zero_width_characters", "Characters of no column: combining marks, format characters, Hangul vowels and finals.", is_zero)}
}}  // namespace minnow::inline MINNOW_PRECISION
"""

PATH.write_text(TEXT)
subprocess.run(["clang-format-14", "-i", PATH], check=True)
