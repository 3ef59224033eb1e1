/* SPDX-License-Identifier: MIT */
/* cmd_reg.c - uwdf reg: the registry that drivers keep their settings in. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/sys.h"
#include "commands.h"
#include "jtext.h"
#include "reg_file.h"
#include "reg_value.h"
#include "say.h"

#define FILE_MAX (256u << 20)

struct reg {
	const struct arguments *args;
	struct registry *r; /* NULL: there is no file yet */
	struct report rep;
	bool misused; /* the command line is wrong */
};

/* The words are wrong: @rep says how. */
static int misused(struct reg *reg)
{
	reg->misused = true;
	return -EINVAL;
}

/* --- statuses of the registry, for people --- */

UW_COLD static int no_such(struct reg *reg, const char *what, const char *name, const char *in)
{
	report_say(&reg->rep, "%s: no %s %s%s%s", reg->args->command->name, what, name,
		   in ? " in " : "", in ? in : "");
	if (reg->r)
		report_hint(&reg->rep, "uwdf reg list %s    # shows what is there",
			    in ? in : "--recursive");
	else
		report_hint(&reg->rep, "uwdf reg set KEY NAME DATA    # makes it");
	return -ENOENT;
}

UW_COLD static int failed(struct reg *reg, NTSTATUS status, const char *key)
{
	if (status == STATUS_INSUFFICIENT_RESOURCES)
		return report_fail(&reg->rep, -ENOMEM, "using the registry");
	if (status == STATUS_CANNOT_DELETE) {
		report_say(&reg->rep,
			   "deleting %s: it has subkeys, or belongs to the registry itself", key);
		if (!option_given(reg->args, "recursive"))
			report_hint(&reg->rep, "uwdf reg delete '%s' --recursive", key);
	} else if (status == STATUS_OBJECT_NAME_INVALID) {
		report_say(&reg->rep, "%s: a name here is too long", key);
	} else if (status == STATUS_CHILD_MUST_BE_VOLATILE) {
		report_say(&reg->rep, "%s: what is above it ends with this boot, so it cannot stay",
			   key);
	} else {
		report_say(&reg->rep, "using the registry: %s", registry_trouble(reg->r));
		report_hint(&reg->rep, "uwdf reg check");
	}
	return -EIO;
}

static const char *operand(const struct reg *reg, unsigned int i)
{
	return i < reg->args->operand_count ? reg->args->operands[i] : NULL;
}

static bool asked(const struct reg *reg, const char *option)
{
	return option_given(reg->args, option);
}

static int path_of(struct reg *reg, const char *key, char **out)
{
	bool known;

	*out = reg_key_path(key, &known);
	if (*out)
		return 0;
	if (known)
		return report_fail(&reg->rep, -ENOMEM, "using the registry");
	report_say(&reg->rep, "%s: %s is no key of this registry", reg->args->command->name, key);
	report_hint(&reg->rep, "keys begin with HKLM\\ or HKU\\, or are those of a driver: "
			       "edu/Parameters");
	return misused(reg);
}

/* The key of the first operand after the action. */
static int find_key(struct reg *reg, const char *key, registry_key *out)
{
	char *path;
	NTSTATUS status;
	int err = path_of(reg, key, &path);

	if (err)
		return err;
	status = reg->r ? registry_find(reg->r, REGISTRY_ROOT, path, out)
			: STATUS_OBJECT_NAME_NOT_FOUND;
	mem_free(path);
	if (status == STATUS_OBJECT_NAME_NOT_FOUND)
		return no_such(reg, "key", key,
			       reg->r ? NULL : "a registry that does not exist yet");
	return NT_SUCCESS(status) ? 0 : failed(reg, status, key);
}

static int finish(struct reg *reg, struct jtext *object, const char *text)
{
	int err = 0;

	if (asked(reg, "json"))
		err = jtext_print(stdout, object);
	else
		printf("%s\n", text);
	jtext_free(object);
	return err;
}

/* --- list --- */

struct key_item {
	struct key_item *next;
	registry_key key;
	bool is_volatile;
	char name[];
};

struct listing {
	struct reg *reg;
	struct key_item *first, **last;
	struct jtext *values; /* NULL: for people */
	unsigned int depth;
	int err;
};

static NTSTATUS note_key(void *arg, registry_key key, const char *name, bool is_volatile)
{
	struct listing *list = arg;
	size_t len = strlen(name) + 1;
	struct key_item *item = mem_alloc(sizeof(*item) + len);

	if (!item)
		return STATUS_INSUFFICIENT_RESOURCES;
	*item = (struct key_item){ .key = key, .is_volatile = is_volatile };
	memcpy(item->name, name, len);
	*list->last = item;
	list->last = &item->next;
	return STATUS_SUCCESS;
}

static NTSTATUS list_value(void *arg, const char *name, const struct registry_value *value)
{
	struct listing *list = arg;
	char type[24];

	if (list->values) {
		struct jtext *object = jtext_object();

		jtext_set_text(object, "name", name);
		reg_value_json(object, value);
		jtext_append(list->values, object);
		return STATUS_SUCCESS;
	}
	printf("%*s%-24s %-13s ", (int)list->depth * 2, "", name[0] ? name : "(default)",
	       reg_type_name(value->type, type, sizeof(type)));
	list->err = reg_value_show(stdout, value);
	return list->err ? STATUS_INSUFFICIENT_RESOURCES : STATUS_SUCCESS;
}

static int list_tree(struct reg *reg, registry_key key, unsigned int depth, struct jtext *object);

/* Each key that was noted, freed on the way. */
static int list_keys(struct listing *list, struct jtext *object, unsigned int depth)
{
	struct jtext *keys = object ? jtext_array() : NULL;
	int err = 0;

	for (struct key_item *item = list->first, *next; item; item = next) {
		struct jtext *below = keys ? jtext_object() : NULL;

		next = item->next;
		if (below) {
			jtext_set_text(below, "name", item->name);
			jtext_set_bool(below, "volatile", item->is_volatile);
		} else {
			printf("%*s%s\\%s\n", (int)depth * 2, "", item->name,
			       item->is_volatile ? "    (until the next boot)" : "");
		}
		if (!err && option_given(list->reg->args, "recursive"))
			err = list_tree(list->reg, item->key, depth + 1, below);
		if (keys)
			jtext_append(keys, below);
		mem_free(item);
	}
	if (object)
		jtext_set(object, "keys", keys);
	return err;
}

static int list_tree(struct reg *reg, registry_key key, unsigned int depth, struct jtext *object)
{
	struct listing list = { .reg = reg, .depth = depth };
	NTSTATUS status;
	int err;

	list.last = &list.first;
	list.values = object ? jtext_array() : NULL;
	status = registry_each_value(reg->r, key, list_value, &list);
	if (NT_SUCCESS(status))
		status = registry_each_key(reg->r, key, note_key, &list);
	if (object)
		jtext_set(object, "values", list.values);
	err = list_keys(&list, object, depth);
	return NT_SUCCESS(status) ? err : failed(reg, status, "");
}

static int run_list(struct reg *reg)
{
	const char *name = operand(reg, 1);
	struct jtext *object;
	registry_key key;
	int err = find_key(reg, name ? name : "HKLM", &key);

	if (err)
		return err;
	object = asked(reg, "json") ? jtext_object() : NULL;
	if (object)
		jtext_set_text(object, "key", name ? name : "HKLM");
	err = list_tree(reg, key, 0, object);
	if (!err && object)
		err = jtext_print(stdout, object);
	jtext_free(object);
	return err;
}

/* --- one value --- */

static int get_value(struct reg *reg, registry_key key, const char *name,
		     struct registry_value *out)
{
	NTSTATUS status = registry_get_named(reg->r, key, name, out);

	if (status == STATUS_OBJECT_NAME_NOT_FOUND)
		return no_such(reg, "value", name[0] ? name : "(default)", operand(reg, 1));
	return NT_SUCCESS(status) ? 0 : failed(reg, status, operand(reg, 1));
}

static int run_get(struct reg *reg)
{
	const char *name = operand(reg, 2) ? operand(reg, 2) : "";
	struct registry_value value;
	struct jtext *object;
	registry_key key;
	int err = find_key(reg, operand(reg, 1), &key);

	if (!err)
		err = get_value(reg, key, name, &value);
	if (err)
		return err;
	if (asked(reg, "json")) {
		object = jtext_object();
		jtext_set_text(object, "key", operand(reg, 1));
		jtext_set_text(object, "name", name);
		reg_value_json(object, &value);
		err = jtext_print(stdout, object);
		jtext_free(object);
	} else {
		err = reg_value_print(stdout, &value);
	}
	registry_value_free(&value);
	return err;
}

/* --type, else what the value is now, else by its looks. */
static int type_of(struct reg *reg, const char *name, ULONG *out)
{
	const char *text = option_value(reg->args, "type");
	struct registry_value now, number;
	registry_key key;
	char *path;
	int err;

	if (text) {
		if (reg_type_parse(text, out))
			return 0;
		report_say(&reg->rep, "%s: no type of a value: %s", reg->args->command->name, text);
		report_hint(&reg->rep, "types are sz, expand_sz, multi_sz, dword, qword, binary, "
				       "none, or a number");
		return misused(reg);
	}
	*out = REG_SZ;
	if (reg->args->operand_count == 4 &&
	    !reg_value_parse(REG_DWORD, &reg->args->operands[3], 1, &number)) {
		registry_value_free(&number);
		*out = REG_DWORD;
	}
	err = path_of(reg, operand(reg, 1), &path);
	if (err)
		return err;
	if (NT_SUCCESS(registry_find(reg->r, REGISTRY_ROOT, path, &key)) &&
	    NT_SUCCESS(registry_get_named(reg->r, key, name, &now))) {
		*out = now.type;
		registry_value_free(&now);
	}
	mem_free(path);
	return 0;
}

static NTSTATUS set_in(struct registry *r, const char *path, const char *name,
		       const struct registry_value *value)
{
	const struct registry_make_params params = {
		.from = REGISTRY_ROOT,
		.path = path,
		.parents = true,
	};
	NTSTATUS status = registry_begin(r);
	registry_key key;
	bool made;

	if (!NT_SUCCESS(status))
		return status;
	status = registry_make(r, &params, &key, &made);
	if (NT_SUCCESS(status))
		status = registry_set_named(r, key, name, value);
	if (NT_SUCCESS(status))
		return registry_commit(r);
	registry_rollback(r);
	return status;
}

static int set_value(struct reg *reg, const char *name, const struct registry_value *value)
{
	struct jtext *object;
	NTSTATUS status;
	char *path;
	int err = path_of(reg, operand(reg, 1), &path);

	if (err)
		return err;
	status = set_in(reg->r, path, name, value);
	mem_free(path);
	if (!NT_SUCCESS(status))
		return failed(reg, status, operand(reg, 1));
	if (!asked(reg, "json"))
		return 0;
	object = jtext_object();
	jtext_set_text(object, "key", operand(reg, 1));
	jtext_set_text(object, "name", name);
	reg_value_json(object, value);
	return finish(reg, object, "");
}

static int run_set(struct reg *reg)
{
	const char *name = operand(reg, 2);
	struct registry_value value;
	char type_text[24];
	ULONG type;
	int err = type_of(reg, name, &type);

	if (err)
		return err;
	err = reg_value_parse(type, &reg->args->operands[3], reg->args->operand_count - 3, &value);
	if (err == -EINVAL) {
		report_say(&reg->rep, "%s: that is no %s", reg->args->command->name,
			   reg_type_name(type, type_text, sizeof(type_text)));
		report_hint(&reg->rep, "uwdf reg --help");
		return misused(reg);
	}
	if (err)
		return err;
	err = set_value(reg, name, &value);
	registry_value_free(&value);
	return err;
}

/* --- delete --- */

static int delete_value(struct reg *reg, registry_key key, const char *name)
{
	NTSTATUS status = registry_unset_named(reg->r, key, name);

	if (status == STATUS_OBJECT_NAME_NOT_FOUND)
		return no_such(reg, "value", name[0] ? name : "(default)", operand(reg, 1));
	return NT_SUCCESS(status) ? 0 : failed(reg, status, operand(reg, 1));
}

static int run_delete(struct reg *reg)
{
	struct jtext *object;
	registry_key key;
	NTSTATUS status;
	int err = find_key(reg, operand(reg, 1), &key);

	if (err)
		return err;
	if (operand(reg, 2)) {
		err = delete_value(reg, key, operand(reg, 2));
	} else {
		status = registry_remove(reg->r, key, asked(reg, "recursive"));
		err = NT_SUCCESS(status) ? 0 : failed(reg, status, operand(reg, 1));
	}
	if (err || !asked(reg, "json"))
		return err;
	object = jtext_object();
	jtext_set_text(object, "key", operand(reg, 1));
	if (operand(reg, 2))
		jtext_set_text(object, "name", operand(reg, 2));
	jtext_set_bool(object, "deleted", true);
	return finish(reg, object, "");
}

/* --- import --- */

/* With a zero behind it; "-": standard input. */
static int read_whole(int fd, char **out, size_t *out_len)
{
	size_t len = 0, room = 65536;
	char *text = mem_alloc(room + 1), *more;
	ssize_t got = 1;

	while (text && got > 0 && len < FILE_MAX) {
		if (len == room) {
			room *= 2;
			more = mem_realloc(text, room + 1);
			if (!more)
				break;
			text = more;
		}
		got = sys_read(fd, text + len, room - len);
		len += got > 0 ? (size_t)got : 0;
	}
	if (!text || got) {
		mem_free(text);
		return got < 0 ? (int)got : len >= FILE_MAX ? -EFBIG : -ENOMEM;
	}
	text[len] = '\0';
	*out = text;
	*out_len = len;
	return 0;
}

static int apply(struct reg *reg, const char *name, char *text, size_t len,
		 struct reg_file_counts *counts)
{
	NTSTATUS status = registry_begin(reg->r);
	int err;

	if (!NT_SUCCESS(status))
		return failed(reg, status, name);
	err = reg_file_apply(reg->r, name, text, len, &reg->rep, counts);
	if (err) {
		registry_rollback(reg->r);
		if (!reg->rep.text[0])
			report_fail(&reg->rep, err, "importing %s", name);
		return err;
	}
	status = registry_commit(reg->r);
	return NT_SUCCESS(status) ? 0 : failed(reg, status, name);
}

static int import(struct reg *reg, const char *name, char *text, size_t len)
{
	struct reg_file_counts counts;
	struct jtext *object;
	char line[160];
	int err = apply(reg, name, text, len, &counts);

	if (err)
		return err;
	snprintf(line, sizeof(line), "keys made: %llu, values set: %llu, removed: %llu",
		 (unsigned long long)counts.keys, (unsigned long long)counts.values,
		 (unsigned long long)counts.removed);
	object = jtext_object();
	jtext_set_text(object, "file", name);
	jtext_set_number(object, "keys", counts.keys);
	jtext_set_number(object, "values", counts.values);
	jtext_set_number(object, "removed", counts.removed);
	return finish(reg, object, line);
}

static int run_import(struct reg *reg)
{
	const char *name = operand(reg, 1);
	bool is_stdin = !strcmp(name, "-");
	int fd = is_stdin ? 0 : sys_open(name, O_RDONLY | O_CLOEXEC, 0);
	char *text = NULL;
	size_t len = 0;
	int err;

	if (fd < 0)
		return report_fail(&reg->rep, fd, "opening %s", name);
	err = read_whole(fd, &text, &len);
	if (!is_stdin)
		sys_close(fd);
	if (err)
		return report_fail(&reg->rep, err, "reading %s", name);
	err = import(reg, name, text, len);
	mem_free(text);
	return err;
}

/* --- check --- */

static int run_check(struct reg *reg)
{
	struct jtext *object;
	NTSTATUS status = reg->r ? registry_check(reg->r, &reg->rep) : STATUS_SUCCESS;

	if (!NT_SUCCESS(status)) {
		report_hint(&reg->rep,
			    "move the file away; sqlite3 FILE .recover saves what it can");
		return reg->rep.text[0] ? -EIO : failed(reg, status, "");
	}
	object = jtext_object();
	jtext_set_bool(object, "sound", true);
	return finish(reg, object, reg->r ? "the registry is sound" : "there is no registry yet");
}

/* --- the command --- */

static const struct action {
	const char *name;
	unsigned int least, most; /* operands, itself among them */
	bool create;              /* the file, if there is none */
	int (*run)(struct reg *reg);
} actions[] = {
	{ "list", 1, 2, false, run_list },    { "get", 2, 3, false, run_get },
	{ "set", 3, 60, true, run_set },      { "delete", 2, 3, false, run_delete },
	{ "import", 2, 2, true, run_import }, { "check", 1, 1, false, run_check },
};

static const char *next_action(const void *arg, size_t i)
{
	(void)arg;
	return i < UW_ARRAY_SIZE(actions) ? actions[i].name : NULL;
}

static const struct action *find_action(struct reg *reg)
{
	const char *word = operand(reg, 0), *meant;

	for (size_t i = 0; i < UW_ARRAY_SIZE(actions); i++) {
		const struct action *action = &actions[i];

		if (strcmp(action->name, word) != 0)
			continue;
		if (reg->args->operand_count >= action->least &&
		    reg->args->operand_count <= action->most)
			return action;
		report_say(&reg->rep, "uwdf reg %s: something is missing, or too much", word);
		report_hint(&reg->rep, "uwdf reg --help");
		return NULL;
	}
	meant = suggest(word, next_action, NULL);
	report_say(&reg->rep, "uwdf reg: unknown action: %s", word);
	report_hint(&reg->rep, "uwdf reg %s", meant ? meant : "--help");
	return NULL;
}

static int open_registry(struct reg *reg, bool create)
{
	const char *file = option_value(reg->args, "file");
	char path[4096];
	NTSTATUS status;

	if (file && file[0] != '/') {
		report_say(&reg->rep, "uwdf reg: --file needs an absolute path, not %s", file);
		report_hint(&reg->rep, "uwdf reg ... --file \"$PWD/%s\"", file);
		return misused(reg);
	}
	if (file)
		setenv("UWDF_REGISTRY", file, 1); /* NOLINT(concurrency-mt-unsafe): one thread */
	if (create)
		status = registry_place_prepare(&reg->rep, path, sizeof(path));
	else
		status = registry_place(&reg->rep, path, sizeof(path));
	if (!NT_SUCCESS(status))
		return -EIO;
	status = registry_open(path, create, &reg->rep, &reg->r);
	return NT_SUCCESS(status) || status == STATUS_OBJECT_NAME_NOT_FOUND ? 0 : -EIO;
}

static int run_reg(const struct arguments *args)
{
	struct reg reg = { .args = args };
	const struct action *action = find_action(&reg);
	int err;

	if (!action) {
		say_report("uwdf", &reg.rep);
		return EXIT_CODE_USAGE;
	}
	err = open_registry(&reg, action->create);
	if (!err)
		err = action->run(&reg);
	registry_close(reg.r);
	if (err && !reg.rep.text[0])
		report_fail(&reg.rep, err, "uwdf reg");
	if (err)
		say_report("uwdf", &reg.rep);
	return reg.misused ? EXIT_CODE_USAGE : exit_code_of(err);
}

static const struct option_spec reg_options[] = {
	{ "type", "TYPE", "set: sz, expand_sz, multi_sz, dword, qword, binary, none, or a number" },
	{ "recursive", NULL, "list: subkeys, too; delete: the key with all below it" },
	{ "file", "FILE", "another registry than UWDF_REGISTRY or this user's" },
	{ "json", NULL, "print a JSON object" },
	{ NULL, NULL, NULL },
};

const struct command command_reg = {
	.name = "uwdf reg",
	.operands = "ACTION [KEY [NAME [DATA...]]]",
	.summary = "show and change the registry, where drivers keep their settings",
	.details =
		"Actions:\n"
		"  list [KEY]              the values and subkeys of a key\n"
		"  get KEY [NAME]          what one value holds; without NAME the default value\n"
		"  set KEY NAME DATA...    set a value; the key is made if it is not there\n"
		"  delete KEY [NAME]       a value, or the key\n"
		"  import FILE             a file of the Windows registry editor (5.00): all or "
		"nothing\n"
		"  check                   is the file sound?\n\n"
		"A KEY begins with HKLM\\, HKU\\ or \\Registry\\; else it is below the services, "
		"where\n"
		"drivers are: edu/Parameters. Slashes do where there is no backslash. Without "
		"--type,\n"
		"set keeps the type that the value has; a new number is a dword, other text sz.\n"
		"Changes are seen by drivers that are running.\n\n"
		"Examples:\n"
		"  uwdf reg set edu/Parameters/Wdf VerifierOn 1\n"
		"  uwdf reg list HKLM --recursive\n",
	.options = reg_options,
	.least = 1,
	.most = 60,
	.run = run_reg,
};
