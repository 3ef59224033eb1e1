/* SPDX-License-Identifier: MIT */
/* cmd_reg.c - uwdf reg: the registry that drivers keep their settings in. */
#include "cmd_reg.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "commands.h"
#include "reg_file.h"
#include "reg_value.h"
#include "say.h"

int reg_misused(struct reg *reg)
{
	reg->misused = true;
	return -EINVAL;
}

/* --- statuses of the registry, for people --- */

UW_COLD int reg_no_such(struct reg *reg, const char *what, const char *name, const char *in)
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

UW_COLD int reg_failed(struct reg *reg, NTSTATUS status, const char *key)
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

const char *reg_operand(const struct reg *reg, unsigned int i)
{
	return i < reg->args->operand_count ? reg->args->operands[i] : NULL;
}

bool reg_asked(const struct reg *reg, const char *option)
{
	return option_given(reg->args, option);
}

int reg_path_of(struct reg *reg, const char *key, char **out)
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
	return reg_misused(reg);
}

int reg_find_key(struct reg *reg, const char *key, registry_key *out)
{
	char *path;
	NTSTATUS status;
	int err = reg_path_of(reg, key, &path);

	if (err)
		return err;
	status = reg->r ? registry_find(reg->r, REGISTRY_ROOT, path, out)
			: STATUS_OBJECT_NAME_NOT_FOUND;
	mem_free(path);
	if (status == STATUS_OBJECT_NAME_NOT_FOUND)
		return reg_no_such(reg, "key", key,
				   reg->r ? NULL : "a registry that does not exist yet");
	return NT_SUCCESS(status) ? 0 : reg_failed(reg, status, key);
}

int reg_finish(struct reg *reg, struct jtext *object, const char *text)
{
	int err = 0;

	if (reg_asked(reg, "json"))
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
	return NT_SUCCESS(status) ? err : reg_failed(reg, status, "");
}

static int run_list(struct reg *reg)
{
	const char *name = reg_operand(reg, 1);
	struct jtext *object;
	registry_key key;
	int err = reg_find_key(reg, name ? name : "HKLM", &key);

	if (err)
		return err;
	object = reg_asked(reg, "json") ? jtext_object() : NULL;
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
		return reg_no_such(reg, "value", name[0] ? name : "(default)", reg_operand(reg, 1));
	return NT_SUCCESS(status) ? 0 : reg_failed(reg, status, reg_operand(reg, 1));
}

static int run_get(struct reg *reg)
{
	const char *name = reg_operand(reg, 2) ? reg_operand(reg, 2) : "";
	struct registry_value value;
	struct jtext *object;
	registry_key key;
	int err = reg_find_key(reg, reg_operand(reg, 1), &key);

	if (!err)
		err = get_value(reg, key, name, &value);
	if (err)
		return err;
	if (reg_asked(reg, "json")) {
		object = jtext_object();
		jtext_set_text(object, "key", reg_operand(reg, 1));
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

/* --- the command --- */

static const struct action {
	const char *name;
	unsigned int least, most; /* operands, itself among them */
	bool create;              /* the file, if there is none */
	int (*run)(struct reg *reg);
} actions[] = {
	{ "list", 1, 2, false, run_list },        { "get", 2, 3, false, run_get },
	{ "set", 3, 60, true, reg_run_set },      { "delete", 2, 3, false, reg_run_delete },
	{ "import", 2, 2, true, reg_run_import }, { "export", 2, 3, false, reg_run_export },
	{ "check", 1, 1, false, reg_run_check },
};

static const char *next_action(const void *arg, size_t i)
{
	(void)arg;
	return i < UW_ARRAY_SIZE(actions) ? actions[i].name : NULL;
}

static const struct action *find_action(struct reg *reg)
{
	const char *word = reg_operand(reg, 0), *meant;

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
		return reg_misused(reg);
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
	{ "utf16", NULL, "export: in UTF-16, as the Windows registry editor writes it" },
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
		"  import FILE             a file of the Windows registry editor (5.00 or "
		"REGEDIT4): "
		"all or nothing\n"
		"  export KEY [FILE]       the key with all below it as such a file (5.00)\n"
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
