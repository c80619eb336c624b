"""Fits the rational function of `src/elementwise.rs` that GELU is made of. Needs numpy.

    python crates/kernels/fit/gelu.py

The normal distribution's function less a half, for |x| <= LIMIT, as x P(x^2) / Q(x^2): least squares, with Q of the last
round in the weights (so that it is the quotient whose error is small) and more weight where the error is larger (so that
the largest one falls). Prints the coefficients and the error of GELU in numbers of 32 bits.
"""

import math

import numpy as np

LIMIT = 5.2
DEGREE = 5
ROUNDS = 400

erf = np.vectorize(math.erf)


def evaluate(coefficients, t):
    value = np.full_like(t, coefficients[-1])
    for coefficient in coefficients[-2::-1]:
        value = value * t + coefficient
    return value


def fit():
    points = (1 - np.cos((np.arange(2_000) + 0.5) / 2_000 * math.pi)) / 2
    x = np.maximum(points * LIMIT, 1e-4)
    target = erf(x / math.sqrt(2)) / 2 / x
    # From 0 to 1, for well-conditioned equations.
    t = (x / LIMIT) ** 2
    powers = np.stack([t**k for k in range(DEGREE + 1)], axis=1)
    columns = np.concatenate([powers, -target[:, None] * powers[:, 1:]], axis=1)
    weights, q = np.ones_like(x), np.ones_like(x)
    best = (math.inf, None, None)
    for _ in range(ROUNDS):
        scale = np.sqrt(weights) * x / q
        found = np.linalg.lstsq(columns * scale[:, None], target * scale, rcond=None)[0]
        above, below = found[: DEGREE + 1], np.concatenate([[1.0], found[DEGREE + 1 :]])
        q = evaluate(below, t)
        errors = np.abs(evaluate(above, t) / q - target) * x
        if errors.max() < best[0]:
            best = (errors.max(), above, below)
        weights = np.maximum(weights * (errors / errors.max() + 1e-3), 1e-9)
        weights /= weights.max()
    by_power = LIMIT ** -(2.0 * np.arange(DEGREE + 1))
    return best[0], best[1] * by_power, best[2] * by_power


def gelu(x, above, below):
    near = np.clip(x, -LIMIT, LIMIT).astype(np.float32)
    t = near * near
    half = near * evaluate(above, t) / evaluate(below, t)
    return x * half + np.float32(0.5) * x


def main():
    error, above, below = fit()
    print(f"error of the fit: {error:.1e}")
    above, below = np.float32(above), np.float32(below)
    print("P, the highest power first:", ", ".join(f"{c:.8g}" for c in above[::-1]))
    print("Q, the highest power first:", ", ".join(f"{c:.8g}" for c in below[::-1]))
    x = np.linspace(-12, 12, 400_001).astype(np.float32)
    wide = x.astype(np.float64)
    errors = np.abs(gelu(x, above, below) - wide / 2 * (1 + erf(wide / math.sqrt(2))))
    print(f"error of GELU: {errors.max():.1e}, of what goes in {np.max(errors / np.maximum(np.abs(wide), 1)):.1e}")


if __name__ == "__main__":
    main()
