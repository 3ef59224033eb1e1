# SPDX-License-Identifier: MIT
"""client.py LIBRARY Pad|Nonpnp: libuwdf-client from Python by ctypes, tried on pad.c or on nonpnp."""
import ctypes
import os
import sys
from ctypes import POINTER, byref, c_char, c_int, c_int32, c_size_t, c_uint32, c_uint64, c_void_p

UWDF_READ, UWDF_WRITE, UWDF_CONTROL = 4, 5, 6
STATUS_CANCELLED, STATUS_INVALID_DEVICE_REQUEST = 0xC0000120, 0xC0000010
CAPITALS = 0x22 << 16 | 0x800 << 2  # both drivers'
NONPNP_IN_DIRECT, NONPNP_OUT_DIRECT, NONPNP_NEITHER = (CAPITALS + 5 * n for n in (1, 2, 3))


class Error(ctypes.Structure):
    _fields_ = [("text", c_char * 512), ("hint", c_char * 384)]


class Op(ctypes.Structure):
    _fields_ = [("kind", c_int), ("code", c_uint32), ("in_", c_void_p), ("in_len", c_size_t),
                ("out", c_void_p), ("out_len", c_size_t), ("offset", c_uint64), ("user", c_void_p),
                ("status", c_int32), ("information", c_size_t), ("tag", c_uint64), ("next", c_void_p)]


class Device:
    def __init__(self, library, what):
        self.lib, self.handle, error = library, c_void_p(), Error()
        if library.uwdf_open(what.encode(), byref(error), byref(self.handle)):
            raise OSError(error.text.decode())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.lib.uwdf_close(self.handle)

    def _ask(self, function, *args):
        status, done = c_int32(), c_size_t()
        err = function(self.handle, *args, 5000, byref(status), byref(done))
        if err:
            raise OSError(-err, os.strerror(-err))
        return status.value & 0xFFFFFFFF, done.value

    def write(self, text):
        return self._ask(self.lib.uwdf_write, text, len(text))

    def read(self, most):
        buf = ctypes.create_string_buffer(most)
        status, done = self._ask(self.lib.uwdf_read, buf, most)
        return status, buf.raw[:done]

    def control(self, code, text, most, second=b""):
        buf = ctypes.create_string_buffer(second, most)
        status, done = self._ask(self.lib.uwdf_control, code, text, len(text), buf, most)
        return status, buf.raw[:done]

    def flush(self):
        status = c_int32()
        assert self.lib.uwdf_flush(self.handle, 5000, byref(status)) == 0
        return status.value & 0xFFFFFFFF

    def submit(self, kind, text=b"", most=64, code=0):
        op = Op(kind=kind, code=code, in_len=len(text), out_len=most)
        op.keep = ctypes.create_string_buffer(text, len(text) or 1), ctypes.create_string_buffer(most)
        op.in_, op.out = (ctypes.addressof(buf) for buf in op.keep)
        assert self.lib.uwdf_submit(self.handle, byref(op)) == 0
        return op

    def reap(self, timeout_ms=5000):
        op = POINTER(Op)()
        return op.contents if self.lib.uwdf_reap(self.handle, timeout_ms, byref(op)) == 1 else None

    def cancel(self, op):
        return self.lib.uwdf_cancel(self.handle, byref(op))


def load(path):
    library = ctypes.CDLL(path)
    timed = [c_int, POINTER(c_int32), POINTER(c_size_t)]
    buffer = [c_void_p, c_void_p, c_size_t]
    library.uwdf_open.argtypes = [ctypes.c_char_p, POINTER(Error), POINTER(c_void_p)]
    library.uwdf_close.argtypes = [c_void_p]
    library.uwdf_read.argtypes = buffer + timed
    library.uwdf_write.argtypes = buffer + timed
    library.uwdf_control.argtypes = [c_void_p, c_uint32] + buffer[1:] * 2 + timed
    library.uwdf_flush.argtypes = [c_void_p] + timed[:2]
    library.uwdf_submit.argtypes = library.uwdf_cancel.argtypes = [c_void_p, POINTER(Op)]
    library.uwdf_reap.argtypes = [c_void_p, c_int, POINTER(POINTER(Op))]
    return library


def use_pad(library):
    with Device(library, "Pad") as pad:
        assert pad.write(b"from Python") == (0, 11)
        assert pad.read(64) == (0, b"from Python")
        assert pad.control(CAPITALS, b"small", 64) == (0, b"SMALL")
        assert pad.flush() == STATUS_INVALID_DEVICE_REQUEST
        ops = [pad.submit(UWDF_CONTROL, b"batch%d" % i, 64, CAPITALS) for i in range(16)]
        for _ in ops:
            done = pad.reap()
            assert done.status == 0 and done.information == len(b"batch0") + (done.in_len > 6)
        assert [op.keep[1].value for op in ops] == [b"BATCH%d" % i for i in range(16)]
        waits = pad.submit(UWDF_READ)
        assert pad.reap(0) is None
        assert pad.cancel(waits) == 0
        assert pad.reap().status & 0xFFFFFFFF == STATUS_CANCELLED


def use_nonpnp(library):
    with Device(library, "Nonpnp") as nonpnp:
        assert nonpnp.control(CAPITALS, b"hello, driver", 64) == (0, b"HELLO, DRIVER")
        assert nonpnp.control(NONPNP_IN_DIRECT, b"", 8, b"remember") == (0, b"")
        assert nonpnp.control(NONPNP_OUT_DIRECT, b"", 64) == (0, b"remember")
        assert nonpnp.control(NONPNP_NEITHER, b"both", 8) == (0, b"BOTH")
        assert nonpnp.read(8)[0] == STATUS_INVALID_DEVICE_REQUEST


def main():
    library = load(sys.argv[1])
    try:
        Device(library, "there is none of this name")
    except OSError:
        pass
    else:
        raise AssertionError("a device that is not there was opened")
    {"Pad": use_pad, "Nonpnp": use_nonpnp}[sys.argv[2]](library)
    print("client.py: all is well")


main()
