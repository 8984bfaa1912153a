"""Asking for memory before it is needed, which numba has no word for."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

_BYTE, _WORD = ir.IntType(8), ir.IntType(32)


@intrinsic
def prefetch(typingctx: Any, array: Any, i: Any) -> Any:
    """Ask for element ``i`` of a column to be brought near; nothing waits, and any index is harmless.

    The column may be one field of records: it is found by its stride.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        column, (values, place) = signature.args[0], arguments
        made = context.make_array(column)(context, builder, values)
        element = cgutils.get_item_pointer(context, builder, column, made, (place,), wraparound=False)
        kind = ir.FunctionType(ir.VoidType(), (_BYTE.as_pointer(), _WORD, _WORD, _WORD))
        ask = builder.module.declare_intrinsic("llvm.prefetch", (_BYTE.as_pointer(),), kind)
        address = builder.bitcast(element, _BYTE.as_pointer())
        builder.call(ask, (address, _WORD(0), _WORD(3), _WORD(1)))  # to read, to keep, data
        return context.get_dummy_value()

    return types.void(array, i), generate
