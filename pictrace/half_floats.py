"""Numbers of 16 bits, the form in which vectors are kept, as numbers of 32 bits."""

import numpy as np
import numpy.typing as npt

HalfFloats = npt.NDArray[np.float16]


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
