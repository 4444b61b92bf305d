#!/usr/bin/python3
"""Prints the constants of tests/core/rng_test.cpp, computed by a second implementation of the generator in core/rng.hpp.

usage: philox_reference.py
"""
import math


def philox(counter, key):
    """Returns Philox4x32-10 (Salmon et al., 2011) of a counter of four words and a key of two words."""
    c, k = list(counter), list(key)
    for _ in range(10):
        high0, low0 = divmod(0xD2511F53 * c[0], 1 << 32)
        high1, low1 = divmod(0xCD9E8D57 * c[2], 1 << 32)
        c = [high1 ^ c[1] ^ k[0], low1, high0 ^ c[3] ^ k[1], low0]
        k = [(k[0] + 0x9E3779B9) % (1 << 32), (k[1] + 0xBB67AE85) % (1 << 32)]
    return c


def words(number):
    return [number % (1 << 32), number >> 32]


class Stream:
    """The generator that core/rng.hpp documents."""

    def __init__(self, seed=None, key=None):
        self.key = self.half([0, 0, 0, 2], seed) if key is None else key
        self.queue, self.block = [], 0

    @staticmethod
    def half(counter, key):
        out = philox(counter, words(key))
        return out[0] | out[1] << 32

    def bits(self):
        if not self.queue:
            w = philox(words(self.block) + [0, 0], words(self.key))
            self.queue, self.block = [w[0] | w[1] << 32, w[2] | w[3] << 32], self.block + 1
        return self.queue.pop(0)

    def split(self):
        return Stream(key=self.bits())

    def stream(self, index, sub_index=0):
        return Stream(key=self.half(words(sub_index) + [0, 1], self.half(words(index) + [0, 1], self.key)))

    def uniform(self):
        return (self.bits() >> 11) * 2.0 ** -53

    def normal(self):
        while True:
            u, v = 2 * self.uniform() - 1, 2 * self.uniform() - 1
            s = u * u + v * v
            if 0 < s < 1:
                value = u * math.sqrt(-2 * portable_log(s) / s)
                assert math.isclose(value, u * math.sqrt(-2 * math.log(s) / s), rel_tol=1e-14)
                return value


def portable_log(x):
    """Returns ln(x) by the series of 2 atanh((m - 1) / (m + 1)). IEEE operations give the same result on all platforms."""
    m, exponent = math.frexp(x)
    if m < math.sqrt(0.5):
        m, exponent = 2 * m, exponent - 1
    s, total = (m - 1) / (m + 1), 0.0
    for k in range(21, 0, -2):
        total = total * (s * s) + 1 / k
    return exponent * math.log(2) + 2 * s * total


def main():
    known = [([0] * 4, [0] * 2, "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),  # Random123's kat_vectors
             ([0xFFFFFFFF] * 4, [0xFFFFFFFF] * 2, "408f276d 41c83b0e a20bc7c6 6d5451fd"),
             ([0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344], [0xA4093822, 0x299F31D0],
              "d16cfe09 94fdcceb 5001e420 24126ea1")]
    for counter, key, out in known:
        assert " ".join(f"{w:08x}" for w in philox(counter, key)) == out
    for title, draw, source in [("bits, seed 0", "bits", Stream(0)), ("bits, seed 42", "bits", Stream(42)),
                                ("bits, seed 2^64 - 1", "bits", Stream(2**64 - 1)),
                                ("split of seed 42", "bits", Stream(42).split()),
                                ("stream(7) of seed 42", "bits", Stream(42).stream(7)),
                                ("stream(2^40 + 1, 3) of seed 42", "bits", Stream(42).stream(2**40 + 1, 3)),
                                ("uniform, seed 42", "uniform", Stream(42)), ("normal, seed 42", "normal", Stream(42))]:
        values = [getattr(source, draw)() for _ in range(5)]
        print(f"{title}: " + ", ".join(f"0x{v:016x}" if draw == "bits" else v.hex() for v in values))


if __name__ == "__main__":
    main()
