#!/usr/bin/python3
"""Prints the polynomials of core/math/detail/math-inl.hpp. They minimise the largest relative error of the function, by the
Remez exchange algorithm. The coefficients are then rounded to float or double.

apt-get install python3-mpmath
"""
import struct

from mpmath import mp, mpf

mp.dps = 60
GRID = 1500


def rounded(value, digits):
    """Returns the nearest float (24 bits) or double (53 bits)."""
    if digits == 53:
        return mpf(float(value))
    return mpf(struct.unpack("f", struct.pack("f", float(value)))[0])


class Problem:
    """Minimises max |weight (wanted - polynomial)| over (low, high), where the polynomial has degree `degree`."""

    def __init__(self, wanted, weight, low, high, degree):
        self.degree = degree
        low, high = mpf(low), mpf(high)
        # Chebyshev points are dense at the ends, as the extremes of the error are. No point is 0, where 0 / 0 would occur.
        angles = [mp.pi * (i + mpf("0.503")) / (GRID + 1) for i in range(GRID)]
        self.x = [(low + high) / 2 - (high - low) / 2 * mp.cos(a) for a in angles]
        self.wanted = [wanted(x) for x in self.x]
        self.weight = [abs(weight(x)) for x in self.x]

    def errors(self, coefficients):
        return [w * (f - mp.polyval(coefficients[::-1], x)) for x, f, w in zip(self.x, self.wanted, self.weight)]

    def fit(self):
        """Returns the coefficients, lowest degree first, and the largest error."""
        count = self.degree + 2
        at = [(GRID - 1) * (2 * j + 1) // (2 * count) for j in range(count)]
        for _ in range(40):
            rows = [[self.x[i] ** k for k in range(count - 1)] + [(-1) ** j / self.weight[i]] for j, i in enumerate(at)]
            solution = mp.lu_solve(mp.matrix(rows), mp.matrix([self.wanted[i] for i in at]))
            coefficients = list(solution[:count - 1])
            errors = self.errors(coefficients)
            worst = max(abs(e) for e in errors)
            if worst <= abs(solution[count - 1]) * (1 + mpf(10) ** -3):
                return coefficients, worst
            at = alternation(errors, count)
        raise RuntimeError("the exchange did not converge")


def alternation(errors, count):
    """Returns the indices of `count` extremes of alternating sign, including the largest."""
    places = []
    for i, e in enumerate(errors):
        if places and (errors[places[-1]] > 0) == (e > 0):
            if abs(e) > abs(errors[places[-1]]):
                places[-1] = i
        else:
            places.append(i)
    while len(places) > count:  # remove the smaller end, or the pair of neighbours with the smallest extremes
        if len(places) == count + 1:
            places.pop(0 if abs(errors[places[0]]) < abs(errors[places[-1]]) else -1)
        else:
            pairs = [max(abs(errors[a]), abs(errors[b])) for a, b in zip(places, places[1:])]
            k = pairs.index(min(pairs))
            del places[k:k + 2]
    while len(places) < count:  # too few extremes in early iterations: insert points in the largest gap
        gaps = [b - a for a, b in zip(places, places[1:])]
        k = gaps.index(max(gaps))
        places.insert(k + 1, (places[k] + places[k + 1]) // 2)
    return places


def exp_problem(degree):
    """e^r - 1 = r + r^2 P(r)."""
    return Problem(lambda r: (mp.expm1(r) - r) / r ** 2, lambda r: r ** 2 / mp.expm1(r), -mp.log(2) / 2 * mpf("1.0001"),
                   mp.log(2) / 2 * mpf("1.0001"), degree)


def log_problem(degree):
    """log(1 + f) = f + f^2 P(f)."""
    return Problem(lambda f: (mp.log1p(f) - f) / f ** 2, lambda f: f ** 2 / mp.log1p(f), mpf(-1) / 3, mpf(1) / 3,
                   degree)


def quotient_log_problem(degree):
    """log(1 + f) = 2 s + s^3 P(s^2), s = f / (2 + f) in [-1/5, 1/7]; x is s^2."""
    tail = lambda z: (2 * mp.atanh(mp.sqrt(z)) / mp.sqrt(z) - 2) / z
    return Problem(tail, lambda z: z ** mpf("1.5") / (2 * mp.atanh(mp.sqrt(z))), 0, mpf(1) / 25, degree)


def erf_problem(high):
    """erf(x) = 1 - e^-(x + x P(x))."""
    return lambda degree: Problem(lambda x: -mp.log(mp.erfc(x)) / x - 1, lambda x: x * mp.erfc(x) / mp.erf(x), 0, high,
                                  degree)


def show(name, problem, degree, digits):
    fitted = problem(degree)
    coefficients, ideal = fitted.fit()
    coefficients = [rounded(c, digits) for c in coefficients]
    error = max(abs(e) for e in fitted.errors(coefficients))
    print(f"{name}, degree {degree}: relative error {mp.nstr(error, 3)}, before rounding {mp.nstr(ideal, 3)}")
    suffix, shown = ("f", 9) if digits == 24 else ("", 17)
    print("    " + ", ".join(mp.nstr(c, shown) + suffix for c in coefficients))


if __name__ == "__main__":
    show("exp, float", exp_problem, 4, 24)
    show("exp, double", exp_problem, 9, 53)
    show("log, float", log_problem, 8, 24)
    show("log, double", quotient_log_problem, 6, 53)
    show("erf, float", erf_problem(mpf("3.95")), 8, 24)
    show("erf, double", erf_problem(mpf(6)), 22, 53)
