"""Numbers of 16 bits, the form in which vectors are kept, as numbers of 32 bits."""

import numpy as np
import numpy.typing as npt

HalfFloats = npt.NDArray[np.float16]

_LARGEST_POSITIVE = 0x3C00
_LARGEST_NEGATIVE = 0xBC00
_SQUARE_TOLERANCE = 4e-3
"""Rounding to 16 bits changes a length by at most one part in 2,000, and its square by two."""


def to_float32(halves: HalfFloats, out: npt.NDArray[np.float32]) -> None:
    """The same numbers, exactly; they must be finite.

    Several times faster than astype, which converts one number at a time: sign, exponent and mantissa are moved to
    where float32 has them, and the difference of the exponents' biases, 127 - 15, is multiplied in.
    """
    bits = out.view(np.int32)
    np.copyto(bits, halves.view(np.int16))
    np.left_shift(bits, 13, out=bits)
    np.bitwise_and(bits, np.int32(-0x70002000), out=bits)
    np.multiply(out, np.float32(2.0**112), out=out)


def are_unit_vectors(halves: HalfFloats) -> bool:
    """Whether every row has length 1, but for the rounding to 16 bits."""
    # As integers, numbers beyond 1, infinities and NaN are the largest ones of either sign.
    if not halves.size:
        return True
    if halves.view(np.int16).max() > _LARGEST_POSITIVE or halves.view(np.uint16).max() > _LARGEST_NEGATIVE:
        return False
    numbers = np.empty(halves.shape, np.float32)
    to_float32(halves, numbers)
    return bool(np.abs(np.vecdot(numbers, numbers) - 1).max() < _SQUARE_TOLERANCE)
