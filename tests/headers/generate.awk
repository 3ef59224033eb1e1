# SPDX-License-Identifier: MIT
# generate.awk - see generate.sh. Writes C: static assertions for names, types, values and order;
# calls of each function through a table of recording slots; calls of each _INIT function. A header
# named in the file complete has all that the tables have of it.

# What the tables say of @header is there as @name, or else missing.
function is_offered(name, header, what) {
	if (name in offered)
		return 1
	if (header in complete)
		printf "#error %s %s of %s is in no header\n", what, name, header
	return 0
}

function load(file, row,    path) {
	path = facts "/" file
	rows = 0
	while ((getline line < path) > 0)
		table[rows++] = line
	close(path)
	return rows
}

# The parameter list "TYPE Name; TYPE Name" as a list of types.
function types_of(params,    n, i, part, list, words_in, t) {
	if (params == "(none)" || params == "-")
		return ""
	n = split(params, part, /; */)
	list = ""
	for (i = 1; i <= n; i++) {
		t = part[i]
		sub(/[ ]*[A-Za-z0-9_]+$/, "", t)
		if (part[i] == "...")
			t = "..."
		list = list (i > 1 ? ", " : "") t
	}
	return list
}

function zero_args(list,    n, i, part, args) {
	n = list == "" ? 0 : split(list, part, /, /)
	args = ""
	for (i = 1; i <= n; i++) {
		if (part[i] == "...")
			continue
		args = args (args == "" ? "" : ", ") "*(" part[i] " *)zeros"
	}
	return args
}

# A macro has no type: its name and the number of its parameters are all there is to compare.
function emit_macro(f,    n, part) {
	if (!(f[1] in parameters)) {
		if (f[2] in complete)
			printf "#error macro %s of %s is in no header\n", f[1], f[2]
		return
	}
	n = f[9] == "(none)" || f[9] == "-" ? 0 : split(f[9], part, /; */)
	if (parameters[f[1]] != n)
		printf "#error macro %s has %d parameters, the table says %d\n", f[1], parameters[f[1]], n
	macros++
}

# "#define NAME(a,b) ..." or "#define NAME ..."
function read_macro(line,    name, list, part) {
	name = line
	sub(/^#define /, "", name)
	list = name
	sub(/[^A-Za-z0-9_].*$/, "", name)
	list = substr(list, length(name) + 1)
	if (sub(/^\(/, "", list))
		sub(/\).*$/, "", list)
	else
		list = ""
	parameters[name] = list == "" ? 0 : split(list, part, /,/)
}

function emit_inline(f,    list) {
	if (!is_offered(f[1], f[2], "function"))
		return
	list = types_of(f[9])
	printf "static %s (*const sig_%s)(%s) UNUSED = %s;\n", f[8], f[1], list == "" ? "void" : list, f[1]
	inlines++
}

function emit_functions(    n, i, f, list, body) {
	n = load("kmdf-ddi.tsv")
	calls = ""
	for (i = 1; i < n; i++) {
		split(table[i], f, "\t")
		if (f[12] == "macro")
			emit_macro(f)
		if (f[12] == "inline-function")
			emit_inline(f)
		if (f[12] !~ /^table-public/)
			continue
		if (f[12] == "table-public-override") { # of another family's place
			is_offered(f[1], f[2], "function")
			continue
		}
		total[f[3]]++
		all_total++
		if (f[1] in implemented) {
			have[f[3]]++
			all_have++
		}
		if (!is_offered(f[1], f[2], "function"))
			continue
		if (!(f[1] in implemented))
			unproven = unproven " " f[1]
		compared++
		list = types_of(f[9])
		printf "static %s (*const sig_%s)(%s) UNUSED = %s;\n", f[8], f[1], list == "" ? "void" : list, f[1]
		printf "_Static_assert(%sTableIndex == %d, \"%s: table index\");\n", f[1], f[13], f[1]
		printf "static void call_%s(void) { (void)%s(%s); }\n", f[1], f[1], zero_args(list)
		calls = calls sprintf("\t{ \"%s\", %d, call_%s },\n", f[1], f[13], f[1])
	}
	printf "static const struct ddi_call calls[] = {\n%s};\n", calls
}

# A callback is a function type; its pointer type and its other names are the same type.
function emit_callbacks(    n, i, f, list, type) {
	n = load("kmdf-callbacks.tsv")
	for (i = 1; i < n; i++) {
		split(table[i], f, "\t")
		if (!is_offered(f[1], f[2], "callback"))
			continue
		list = types_of(f[6])
		type = sprintf("%s %s(%s)", f[5], f[9] ~ /^\(/ ? "(*)" : "", list == "" ? "void" : list)
		printf "_Static_assert(__builtin_types_compatible_p(%s, %s), \"%s: type\");\n", f[1], type, f[1]
		if (f[9] ~ /^PFN/)
			printf "_Static_assert(__builtin_types_compatible_p(%s, %s *), \"%s: type\");\n", f[9], f[1], f[9]
		callbacks++
	}
}

function emit_statuses(    n, i, f) {
	n = load("kmdf-status.tsv")
	for (i = 1; i < n; i++) {
		split(table[i], f, "\t")
		if (f[3] != "ntstatus")
			continue
		printf "#ifdef %s\n_Static_assert((unsigned int)%s == %su, \"%s\");\n", f[1], f[1], f[4], f[1]
		if (f[2] in complete)
			printf "#else\n#error status %s of %s is in no header\n", f[1], f[2]
		print "#endif"
		statuses++
	}
}

# A driver that is newer than the framework asks for the size of what the headers have.
function check_sized(name) {
	if ((name in offered) && !(name in sized))
		printf "#error struct %s is not in framework/object/structures.def\n", name
}

function emit_enums(    n, i, f, seen) {
	n = load("kmdf-enums.tsv")
	for (i = 1; i < n; i++) {
		split(table[i], f, "\t")
		if (f[3] in offered)
			enum_offered[f[1]] = 1
	}
	for (i = 1; i < n; i++) {
		split(table[i], f, "\t")
		if (f[1] == "WDFSTRUCTENUM")
			check_sized(substr(f[3], 7))
		if (is_offered(f[3], f[6], "enumerator") || f[1] in enum_offered) {
			printf "_Static_assert((long long)%s == %sll, \"%s %s\");\n", f[3], f[4], f[1], f[3]
			enum_values++
		}
	}
}

function simple_type(t) {
	return t !~ /^(struct|union)$/ && t !~ /\[/ && t !~ /^(struct|union|enum) /
}

function emit_structs(    n, i, f, owner, field, container, kind, before) {
	n = load("kmdf-structs.tsv")
	owner = ""
	for (i = 1; i < n; i++) {
		split(table[i], f, "\t")
		if (f[1] != owner) {
			owner = f[1]
			split("", kind)
			split("", before)
		}
		if (!is_offered(owner, f[6], "struct"))
			continue
		field = f[4]
		if (field == "" || field == "-" || field ~ /\(/)
			continue
		if (f[5] != "-" && f[5] != "") {
			printf "static void bits_%d(%s *s) UNUSED; static void bits_%d(%s *s) { s->%s = 0; }\n", i, owner, i, owner, field
			continue
		}
		sub(/\[.*$/, "", field)
		if (simple_type(f[3]) && f[4] !~ /\[/)
			printf "_Static_assert(__builtin_types_compatible_p(__typeof__(((%s *)0)->%s), %s), \"%s.%s: type\");\n", owner, field, f[3], owner, field
		container = field
		if (!sub(/\.[^.]*$/, "", container))
			container = ""
		# a member of a union lies where the union lies; any other one behind its predecessor
		if (kind[container] == "union")
			printf "_Static_assert(offsetof(%s, %s) == offsetof(%s, %s), \"%s.%s: place\");\n", owner, field, owner, container, owner, field
		else if (before[container] != "")
			printf "_Static_assert(offsetof(%s, %s) > offsetof(%s, %s), \"%s.%s: order\");\n", owner, field, owner, before[container], owner, field
		before[container] = field
		kind[field] = f[3]
		fields++
	}
}

# One call of each _INIT function on a struct full of 0xa5, then each default compared. An _INIT
# function takes the struct and then the fields that come from parameters, in the table's order.
function init_begin(f) {
	fn = f[1]
	header = f[8]
	argument = 2
	args = "&u.s"
	checks = ""
	given = ""
	start = sprintf("\tunion { %s s; unsigned char raw[sizeof(%s)]; } u;\n\n\tmemset(u.raw, 0xa5, sizeof(u.raw));\n", f[2], f[2])
}

function init_end() {
	if (fn == "" || !is_offered(fn, header, "function"))
		return
	printf "static int init_%s(void)\n{\n\tint bad = 0;\n%s%s\t%s(%s);\n%s\treturn bad;\n}\n", fn, start, given, fn, args, checks
	inits = inits sprintf("\t{ \"%s\", init_%s },\n", fn, fn)
}

function init_constant(field, value) {
	checks = checks sprintf("\tbad += differs(\"%s.%s\", (long long)(intptr_t)u.s.%s, (long long)(intptr_t)(%s));\n", fn, field, field, value)
}

function init_field(f,    field, value, last) {
	field = f[4]
	value = f[5]
	if (sub(/\[each\]$/, "[0]", field)) {
		last = field
		sub(/\[0\]$/, "", last)
		last = sprintf("%s[sizeof(u.s.%s) / sizeof(u.s.%s[0]) - 1]", last, last, last)
		init_constant(last, value)
	} else
		sub(/\[.*$/, "", field)
	if (f[7] != "always")
		return
	if (f[6] == "zeroed")
		checks = checks sprintf("\tbad += is_zero(\"%s.%s\", &u.s.%s, sizeof(u.s.%s));\n", fn, field, field, field)
	else if (value ~ /^\|=/)
		checks = checks sprintf("\tbad += differs(\"%s.%s\", (long long)(u.s.%s & (%s)), (long long)(%s));\n", fn, field, field, substr(value, 3), substr(value, 3))
	else if (f[6] == "parameter") {
		given = given sprintf("\tunion { uintptr_t raw; __typeof__(u.s.%s) value; } p%d = { .raw = %d };\n", field, argument, argument)
		args = args sprintf(value ~ /^\*/ ? ", &p%d.value" : ", p%d.value", argument)
		checks = checks sprintf("\tbad += is_other(\"%s.%s\", &u.s.%s, &p%d.value, sizeof(p%d.value));\n", fn, field, field, argument, argument)
		argument++
	} else
		init_constant(field, value)
}

function emit_defaults(    n, i, f) {
	n = load("kmdf-init-defaults.tsv")
	fn = ""
	inits = ""
	for (i = 1; i < n; i++) {
		split(table[i], f, "\t")
		if (f[1] != fn) {
			init_end()
			init_begin(f)
		}
		init_field(f)
	}
	init_end()
	printf "static const struct init_call inits[] = {\n%s};\n", inits
}

BEGIN {
	while ((getline line < words) > 0)
		offered[line] = 1
	while ((getline line < structures) > 0)
		if (sub(/^FX_STRUCTURE\(/, "", line) && sub(/\).*/, "", line))
			sized[line] = 1
	while ((getline line < defines) > 0)
		read_macro(line)
	while ((getline line < complete_headers) > 0)
		complete[line] = 1
	while ((getline line < proofs) > 0) {
		split(line, proof, "\t")
		implemented[proof[1]] = 1
		if (!(proof[1] in offered))
			printf "#error %s is in %s, but in no header\n", proof[1], proofs
	}
	print "/* written by generate.awk from the fact tables */"
	print "#include \"headers_test.h\""
	emit_functions()
	emit_callbacks()
	emit_statuses()
	emit_enums()
	emit_structs()
	emit_defaults()
	print "static const struct family families[] = {"
	for (family in total)
		printf "\t{ \"%s\", %d, %d },\n", family, have[family], total[family]
	print "};"
	printf "#define ALL_HAVE %d\n#define ALL_TOTAL %d\n#define COMPARED %d\n#define ENUM_VALUES %d\n#define STRUCT_FIELDS %d\n", all_have, all_total, compared, enum_values, fields
	printf "#define INLINES %d\n#define MACROS %d\n#define CALLBACKS %d\n#define STATUSES %d\n", inlines, macros, callbacks, statuses
	printf "#define UNPROVEN \"%s\"\n", unproven
	print "#include \"headers_test_main.h\""
}
