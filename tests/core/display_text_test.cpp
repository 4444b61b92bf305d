#include <minnow/core/display_text.hpp>

#include <gtest/gtest.h>

namespace minnow {
namespace {

std::string escaped(std::string_view text) { return printable(text); }

TEST(DisplayText, WidthsInColumns) {
  EXPECT_EQ(display_width(""), 0u);
  EXPECT_EQ(display_width("cheetah"), 7u);
  EXPECT_EQ(display_width("Über"), 4u);
  EXPECT_EQ(display_width("обезьяна"), 8u);
  EXPECT_EQ(display_width("猎豹"), 4u);
  EXPECT_EQ(display_width("ネコ"), 4u);
  EXPECT_EQ(display_width("\uFF76\uFF9E"), 2u) << "halfwidth katakana";
  EXPECT_EQ(display_width("고양이"), 6u);
  EXPECT_EQ(display_width("\u1100\u1161\u11A8"), 2u) << "one Hangul syllable of three letters";
  EXPECT_EQ(display_width("e\u0301"), 1u) << "a combining acute accent";
  EXPECT_EQ(display_width("แมว"), 3u);
  EXPECT_EQ(display_width("\u0E17\u0E35\u0E48"), 1u) << "a Thai letter with a vowel and a tone above it";
  EXPECT_EQ(display_width("\u0928\u0940"), 2u) << "the Devanagari vowel sign ii has a column of its own";
  EXPECT_EQ(display_width("\U0001F406"), 2u) << "a leopard";
  EXPECT_EQ(display_width("\U00020000"), 2u) << "the first ideograph of plane 2";
  EXPECT_EQ(display_width("a\u200Bb"), 2u) << "a zero width space";
  EXPECT_EQ(display_width("a\u00ADb"), 3u) << "a soft hyphen";
}

TEST(DisplayText, RangesHaveTheirEnds) {
  EXPECT_EQ(display_width("\u02FF"), 1u);
  EXPECT_EQ(display_width("\u0300"), 0u);
  EXPECT_EQ(display_width("\u036F"), 0u);
  EXPECT_EQ(display_width("\u0370"), 1u);
  EXPECT_EQ(display_width("\u10FF"), 1u);
  EXPECT_EQ(display_width("\u1100"), 2u);
  EXPECT_EQ(display_width("\u115F"), 2u);
  EXPECT_EQ(display_width("\u1160"), 0u);
  EXPECT_EQ(display_width("\uFF60"), 2u);
  EXPECT_EQ(display_width("\uFF61"), 1u);
  EXPECT_EQ(display_width("\U000E01EF"), 0u);
  EXPECT_EQ(display_width("\U0010FFFD"), 1u);
}

TEST(DisplayText, EscapesInvalidUTF8ByteByByte) {
  EXPECT_EQ(escaped("猎豹 caf\u00E9 \U0001F406"), "猎豹 caf\u00E9 \U0001F406");
  EXPECT_EQ(escaped("caf\xE9"), "caf\\xE9");
  EXPECT_EQ(escaped("caf\xE9 noir"), "caf\\xE9 noir");
  EXPECT_EQ(escaped("\x80\xBF"), "\\x80\\xBF") << "continuation bytes alone";
  EXPECT_EQ(escaped("\xC0\xAF"), "\\xC0\\xAF") << "a slash, too long";
  EXPECT_EQ(escaped("\xE0\x9F\xBF"), "\\xE0\\x9F\\xBF") << "U+07FF, too long";
  EXPECT_EQ(escaped("\xF0\x8F\xBF\xBF"), "\\xF0\\x8F\\xBF\\xBF") << "U+FFFF, too long";
  EXPECT_EQ(escaped("\xED\xA0\x80"), "\\xED\\xA0\\x80") << "a surrogate";
  EXPECT_EQ(escaped("\xF4\x90\x80\x80"), "\\xF4\\x90\\x80\\x80") << "above U+10FFFF";
  EXPECT_EQ(escaped("\xF5\xFF"), "\\xF5\\xFF");
  EXPECT_EQ(escaped("\xE7\x8C"), "\\xE7\\x8C") << "ends within a character";
  EXPECT_EQ(escaped("\xE7\x8C"
                    "a"),
            "\\xE7\\x8C"
            "a");
  EXPECT_EQ(escaped("\xED\x9F\xBF\xEE\x80\x80\xF4\x8F\xBF\xBF"), "\xED\x9F\xBF\xEE\x80\x80\xF4\x8F\xBF\xBF");
}

TEST(DisplayText, EscapesControlCharacters) {
  EXPECT_EQ(escaped("a\tb\nc\x1B[31m"), "a\\x09b\\x0Ac\\x1B[31m");
  EXPECT_EQ(escaped(std::string_view("a\0b", 3)), "a\\x00b");
  EXPECT_EQ(escaped("\x7F\u0085\u00A0"), "\\x7F\\xC2\\x85\u00A0");
  EXPECT_EQ(printable(std::vector<std::string>{"dog", "\xE9"}), (std::vector<std::string>{"dog", "\\xE9"}));
}

TEST(DisplayText, AlignsByColumns) {
  EXPECT_EQ(left_aligned("猎豹", 6), "猎豹  ");
  EXPECT_EQ(right_aligned("猎豹", 6), "  猎豹");
  EXPECT_EQ(right_aligned("e\u0301", 2), " e\u0301");
  EXPECT_EQ(left_aligned("猎豹", 3), "猎豹");
}

TEST(DisplayText, ClipsBetweenCharacters) {
  EXPECT_EQ(clipped("cheetah", 7), "cheetah");
  EXPECT_EQ(clipped("cheetah", 6), "cheet…");
  EXPECT_EQ(clipped("猎豹猎", 5), "猎豹…");
  EXPECT_EQ(clipped("猎豹猎", 4), "猎…") << "half a character is none";
  EXPECT_EQ(clipped("e\u0301le\u0301phant", 3), "e\u0301l…");
  EXPECT_EQ(clipped("cat", 1), "…");
  EXPECT_EQ(clipped("cat", 0), "");
}

}  // namespace
}  // namespace minnow
