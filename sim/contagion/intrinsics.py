"""What numba has no word for: prefetching, 32 coins at once, and how many bits of a mask are 1.

Each is a few instructions of LLVM, placed where it is called. The vectors have a fixed length; LLVM breaks them up for
the machine at hand, and all is integer arithmetic, so every machine gets the same bits.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

LANES = 32
# Multipliers and shifts of the 32-bit finaliser of MurmurHash3 (Appleby 2011).
C1, C2 = 0x85EBCA6B, 0xC2B2AE35
SHIFTS = (16, 13, 16)

_BYTE, _WORD, _LONG = (ir.IntType(size) for size in (8, 32, 64))
_VECTOR = ir.VectorType(_WORD, LANES)


@intrinsic
def prefetch(typingctx: Any, array: Any, i: Any) -> Any:
    """Ask for element ``i`` of an array to be brought near; nothing waits, and any index is harmless."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        address = builder.bitcast(_address(context, builder, signature, arguments), _BYTE.as_pointer())
        kind = ir.FunctionType(ir.VoidType(), (_BYTE.as_pointer(), _WORD, _WORD, _WORD))
        call = builder.module.declare_intrinsic("llvm.prefetch", (_BYTE.as_pointer(),), kind)
        builder.call(call, (address, _WORD(0), _WORD(3), _WORD(1)))  # to read, to keep, data
        return context.get_dummy_value()

    return types.void(array, i), generate


@intrinsic
def ones(typingctx: Any, mask: Any) -> Any:
    """How many bits of a uint64 are 1."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.ctpop(arguments[0])

    return types.uint64(types.uint64), generate


@intrinsic
def coin(typingctx: Any, salt: Any, v: Any) -> Any:
    """The coin of the edge from the source with hash ``salt`` (uint64) to ``v`` (uint32): 32 random bits, uint32."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        salt, v = arguments
        return _mixed(builder, salt, v, lambda word: word)

    return types.uint32(types.uint64, types.uint32), generate


@intrinsic
def wins(typingctx: Any, indices: Any, e: Any, salt: Any, top: Any) -> Any:
    """Which of the edges ``e`` to ``e`` + 31 have a coin of at most ``top`` (uint32): one bit each, in a uint64.

    Reads 32 elements of ``indices`` from ``e`` on; all of them have to be there.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        indices, e, salt, top = arguments
        place = _address(context, builder, signature, (indices, e))
        targets = builder.load(builder.bitcast(place, _VECTOR.as_pointer()))
        targets.align = 4
        coins = _mixed(builder, salt, targets, lambda word: _repeated(builder, word))
        below = builder.icmp_unsigned("<=", coins, _repeated(builder, top))
        return builder.zext(builder.bitcast(below, ir.IntType(LANES)), _LONG)

    return types.uint64(indices, types.uint64, types.uint64, types.uint32), generate


def _address(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    array = context.make_array(signature.args[0])(context, builder, arguments[0])
    return builder.gep(array.data, [arguments[1]])


def _repeated(builder: Any, word: Any) -> Any:
    nothing = ir.Constant(_VECTOR, ir.Undefined)
    first = builder.insert_element(nothing, word, _WORD(0))
    return builder.shuffle_vector(first, nothing, ir.Constant(_VECTOR, [_WORD(0)] * LANES))


def _mixed(builder: Any, salt: Any, targets: Any, wide: Any) -> Any:
    """The definition of a coin, for one target or a vector of them; ``wide`` makes a word as wide as they are.

    One half of the salt goes in before, the other between the rounds of mixing: two sources share their coins only
    where all 64 bits agree.
    """
    low, high = builder.trunc(salt, _WORD), builder.trunc(builder.lshr(salt, _LONG(32)), _WORD)
    x = builder.xor(targets, wide(low))
    x = builder.mul(builder.xor(x, builder.lshr(x, wide(_WORD(SHIFTS[0])))), wide(_WORD(C1)))
    x = builder.xor(x, wide(high))
    x = builder.mul(builder.xor(x, builder.lshr(x, wide(_WORD(SHIFTS[1])))), wide(_WORD(C2)))
    return builder.xor(x, builder.lshr(x, wide(_WORD(SHIFTS[2]))))
