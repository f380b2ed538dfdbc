"""math, decimal, fractions, statistics: over known numbers, as large as airgo computes with."""

from __future__ import annotations

import math
import statistics
from decimal import Decimal
from fractions import Fraction

from airgo.evaluate import limits
from airgo.evaluate.library.builtins_types import plain_type
from airgo.evaluate.models import constant, lift, models, pure, pure_methods

for _name in ("pi", "e", "tau", "inf", "nan"):
    constant(f"math.{_name}", getattr(math, _name))

FUNCTIONS = (
    *("ceil", "floor", "trunc", "sqrt", "isqrt", "log", "log2", "log10", "exp", "fabs", "fmod", "gcd", "lcm", "hypot", "copysign"),
    *("isclose", "isfinite", "isinf", "isnan", "sin", "cos", "tan", "asin", "acos", "atan", "atan2", "degrees", "radians"),
    *("modf", "prod", "dist"),
)
for _name in FUNCTIONS:
    models(f"math.{_name}")(lift(getattr(math, _name)))
for _name in ("mean", "median", "mode", "stdev", "variance", "pstdev", "pvariance", "fmean"):
    models(f"statistics.{_name}")(lift(getattr(statistics, _name)))


@pure("math.pow")
def power(x: float, y: float) -> object:
    """`math.pow(x, y)`: always a float."""
    return math.pow(x, y)


@pure("math.factorial")
def factorial(n: int) -> object:
    """`math.factorial(n)`, its size checked first."""
    limits.check_bits(n * max(n.bit_length() - 1, 0))
    return math.factorial(n)


@pure("math.comb")
def comb(n: int, k: int) -> object:
    """`math.comb(n, k)`, its size checked first."""
    limits.check_bits(min(k, abs(n - k)) * n.bit_length())
    return math.comb(n, k)


plain_type("decimal.Decimal", Decimal)
plain_type("fractions.Fraction", Fraction)
models("decimal.Decimal")(lift(Decimal))
models("fractions.Fraction")(lift(Fraction))
pure_methods(Decimal, "quantize", "normalize", "to_integral_value", "is_nan", "as_tuple", "sqrt")
pure_methods(Fraction, "limit_denominator")
for _name in ("ROUND_HALF_UP", "ROUND_HALF_EVEN", "ROUND_DOWN", "ROUND_UP", "ROUND_CEILING", "ROUND_FLOOR"):
    constant(f"decimal.{_name}", _name)
