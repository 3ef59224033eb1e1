# SPDX-License-Identifier: MIT
"""libuwdf-gdb.py - what gdb shows of the framework's and a driver's values.

gdb loads it by itself with an installed libuwdf, where its auto-load safe-path allows that;
otherwise: source libuwdf-gdb.py

Prints WDF handles and struct fx_object (kind, address, state, parent, references), NTSTATUS by
name, UNICODE_STRING and ANSI_STRING as text, LIST_ENTRY as the entries linked. `uwdf-tree HANDLE`
prints an object and all below it. Reads memory only, calls nothing: cores work as well.
"""
import re

import gdb
import gdb.printing

ADDRESS_MASK = 0x0000FFFFFFFFFFFF
MOST_ENTRIES = 1000  # of a list, so that a broken one ends
OBJECT_TYPES = range(0x1000, 0x1100)  # enum fx_type, FX_TYPE_OBJECT and on


def printable(text):
    """As gdb's terminal can show it: other letters as numbers."""
    charset = gdb.host_charset() if hasattr(gdb, "host_charset") else "ascii"
    return text.encode(charset, "backslashreplace").decode(charset)


def text_of(address):
    return address.string("utf-8", "replace") if int(address) else "?"


class Object:
    """An object in the process. Raises gdb.error where there is none."""

    def __init__(self, value):
        self.value = value
        self.address = int(value.address)

    @staticmethod
    def at(address):
        kind = gdb.lookup_type("struct fx_object").pointer()
        return Object(gdb.Value(address).cast(kind).dereference())

    def is_one(self):
        return int(self.value["type"]) in OBJECT_TYPES and int(self.value["class"]) != 0

    def kind(self):
        return text_of(self.value["class"]["name"])

    def state(self):
        number = int(self.value["state"])
        for field in gdb.lookup_type("enum fx_object_state").fields():
            if field.enumval == number:
                return field.name.replace("FX_OBJECT_", "").lower()
        return "state %d" % number

    def parent(self):
        address = int(self.value["parent"])
        return Object.at(address) if address else None

    def summary(self):
        parent = self.parent()
        return "%s at 0x%x, %s, %d reference%s, %s" % (
            self.kind(), self.address, self.state(), int(self.value["refs"]),
            "" if int(self.value["refs"]) == 1 else "s",
            "parent %s at 0x%x" % (parent.kind(), parent.address) if parent else "no parent")

    def children(self):
        head = self.value["children"].address
        kind = gdb.lookup_type("struct fx_object")
        offset = next(f.bitpos // 8 for f in kind.fields() if f.name == "sibling")
        link = head["next"]
        for _ in range(MOST_ENTRIES):
            if int(link) in (0, int(head)):
                return
            yield Object.at(int(link) - offset)
            link = link["next"]

    def contexts(self):
        context = self.value["contexts"]
        size = gdb.lookup_type("struct fx_context").sizeof
        while int(context):
            yield text_of(context["type"]["ContextName"]), int(context) + size
            context = context["next"]


class ObjectPrinter:
    """struct fx_object."""

    def __init__(self, value):
        self.value = value

    def to_string(self):
        one = Object(self.value)
        return one.summary() if one.is_one() else "no object (type 0x%x)" % int(self.value["type"])

    def children(self):
        one = Object(self.value)
        if one.is_one():
            for name, address in one.contexts():
                yield name, gdb.Value(address).cast(gdb.lookup_type("void").pointer())


class HandlePrinter:
    """WDFOBJECT, WDFDEVICE and their like."""

    def __init__(self, value):
        self.value = value

    def describe(self, number):
        one = Object.at(number & ADDRESS_MASK)
        if not one.is_one():
            return "no object"
        if int(one.value["handle"]) != number:
            return "stale: a %s is there now, handle 0x%x" % (one.kind(), int(one.value["handle"]))
        return one.summary()

    def to_string(self):
        number = int(self.value) & 0xFFFFFFFFFFFFFFFF
        if not number:
            return "NULL"
        try:
            return "0x%x <%s>" % (number, self.describe(number))
        except gdb.error:  # no such memory, or the framework has no debug information
            return "0x%x <no object>" % number


class StatusPrinter:
    """NTSTATUS: the name from the library's own table."""

    names = {}

    def __init__(self, value):
        self.value = value

    @classmethod
    def name_of(cls, number):
        if not cls.names:
            table = gdb.lookup_static_symbol("status_names").value()
            first, last = table.type.range()
            cls.names = {int(table[i]["status"]): text_of(table[i]["name"])
                         for i in range(first, last + 1)}
        return cls.names.get(number)

    def to_string(self):
        number = int(self.value)
        try:
            name = self.name_of(number)
        except (gdb.error, AttributeError):
            name = None
        code = "0x%08x" % (number & 0xFFFFFFFF)
        return "%s (%s)" % (name, code) if name else code


class StringPrinter:
    """UNICODE_STRING and ANSI_STRING: lengths are in bytes, no zero at the end is needed."""

    def __init__(self, value):
        self.value = value
        self.encoding = "utf-16-le" if value["Buffer"].dereference().type.sizeof == 2 else "utf-8"

    def to_string(self):
        length, room = int(self.value["Length"]), int(self.value["MaximumLength"])
        address = int(self.value["Buffer"])
        if not address:
            return "NULL" if not length else "<no buffer for %d bytes>" % length
        if length > room:
            return "<Length %d above MaximumLength %d>" % (length, room)
        try:
            data = gdb.selected_inferior().read_memory(address, length) if length else b""
        except gdb.MemoryError:
            return "<cannot read %d bytes at 0x%x>" % (length, address)
        return '"%s"' % printable(bytes(data).decode(self.encoding, "replace"))


class ListPrinter:
    """LIST_ENTRY: what is linked to it, by Flink; it may be a head or an entry."""

    def __init__(self, value):
        self.value = value
        self.end = ""
        self.entries = list(self.walk())

    def walk(self):
        me = self.value.address
        entry, previous = self.value["Flink"], me
        for _ in range(MOST_ENTRIES):
            if int(entry) == int(me):
                return
            try:
                back = int(entry["Blink"])
            except gdb.error:
                self.end = ", then 0x%x, which is no memory" % int(entry)
                return
            if back != int(previous):
                self.end = ", then 0x%x, whose Blink is 0x%x" % (int(entry), back)
                return
            yield entry
            entry, previous = entry["Flink"], entry
        self.end = " and more"

    def to_string(self):
        count = len(self.entries)
        if not count and not self.end:
            return "empty"
        return "%d %s%s" % (count, "entry" if count == 1 else "entries", self.end)

    def children(self):
        for i, entry in enumerate(self.entries):
            yield "[%d]" % i, entry.cast(gdb.lookup_type("void").pointer())


def is_handle(value):
    name = value.type.unqualified().name
    if not name or not re.match("WDF[A-Z]+$", name) or name == "WDFCONTEXT":
        return False
    target = value.type.strip_typedefs()
    if target.code != gdb.TYPE_CODE_PTR:
        return False
    return target.target().code == gdb.TYPE_CODE_VOID or target.target().tag == name + "__"


class Printers(gdb.printing.PrettyPrinter):
    """By the name a value was declared with: NTSTATUS is a LONG otherwise."""

    by_name = {
        "NTSTATUS": StatusPrinter,
        "UNICODE_STRING": StringPrinter,
        "_UNICODE_STRING": StringPrinter,
        "STRING": StringPrinter,
        "ANSI_STRING": StringPrinter,
        "_STRING": StringPrinter,
        "LIST_ENTRY": ListPrinter,
        "_LIST_ENTRY": ListPrinter,
        "fx_object": ObjectPrinter,
    }

    def __init__(self):
        super().__init__("uwdf")

    def __call__(self, value):
        printer = self.by_name.get(value.type.unqualified().name)
        if printer is None:
            return HandlePrinter(value) if is_handle(value) else None
        if value.address is None and printer in (ObjectPrinter, ListPrinter):
            return None  # a copy in a register is no place in a list or tree
        return printer(value)


class Tree(gdb.Command):
    """uwdf-tree HANDLE: print an object of the framework and all objects below it."""

    def __init__(self):
        super().__init__("uwdf-tree", gdb.COMMAND_DATA, gdb.COMPLETE_EXPRESSION)

    def invoke(self, argument, from_tty):
        number = int(gdb.parse_and_eval(argument)) & ADDRESS_MASK
        root = Object.at(number)
        try:
            good = root.is_one()
        except gdb.MemoryError:
            good = False
        if not good:
            raise gdb.GdbError("0x%x: no object of the framework" % number)
        waiting = [(root, 0)]
        while waiting:
            one, depth = waiting.pop()
            print("%s%s" % ("  " * depth, one.summary()))
            waiting.extend((child, depth + 1) for child in reversed(list(one.children())))


gdb.printing.register_pretty_printer(gdb.current_objfile(), Printers(), replace=True)
Tree()
