/* SPDX-License-Identifier: MIT */
/*
 * registry_query.c - RtlQueryRegistryValues: the rows of its table, one by one. The driver's
 * routines run outside the registry, with copies of what it has.
 */
#include "base/mem.h"
#include "nt/buffer.h"
#include "nt/dispatcher_impl.h"
#include "nt/rtl_registry.h"

#define TYPE_MASK (~RTL_QUERY_REGISTRY_TYPECHECK_MASK)

struct query {
	registry_key top, current;
	PVOID context;
	PRTL_QUERY_REGISTRY_TABLE row;
};

static size_t text_length(const WCHAR *text, size_t max)
{
	size_t len = 0;

	while (len < max && text[len])
		len++;
	return len;
}

static bool is_text(ULONG type)
{
	return type == REG_SZ || type == REG_EXPAND_SZ || type == REG_LINK;
}

/* --- directly into the driver's memory --- */

/* @text: the bytes of a text without its zero, or a whole list of texts. */
static NTSTATUS put_text(PUNICODE_STRING to, const void *text, size_t bytes)
{
	size_t need = bytes + sizeof(WCHAR);

	if (need > MAXUSHORT)
		return STATUS_BUFFER_TOO_SMALL;
	if (!to->Buffer) {
		to->Buffer = fx_string_buffer(need);
		to->MaximumLength = (USHORT)need;
		if (!to->Buffer)
			return STATUS_NO_MEMORY;
	} else if (need > to->MaximumLength) {
		return STATUS_BUFFER_TOO_SMALL;
	}
	memcpy(to->Buffer, text, bytes);
	to->Buffer[bytes / sizeof(WCHAR)] = UNICODE_NULL;
	to->Length = (USHORT)bytes;
	return STATUS_SUCCESS;
}

/* The buffer's first LONG says how long it is; negative: the data alone is wanted. */
static NTSTATUS put_long(void *to, const struct registry_value *value)
{
	const ULONG head[2] = { value->len, value->type };
	LONG room;

	memcpy(&room, to, sizeof(room));
	if (room < 0) {
		if (value->len > 0u - (ULONG)room)
			return STATUS_BUFFER_TOO_SMALL;
		memcpy(to, value->data, value->len);
		return STATUS_SUCCESS;
	}
	if ((ULONG)room < sizeof(head) || value->len > (ULONG)room - sizeof(head))
		return STATUS_BUFFER_TOO_SMALL;
	memcpy(to, head, sizeof(head));
	memcpy((char *)to + sizeof(head), value->data, value->len);
	return STATUS_SUCCESS;
}

static NTSTATUS put(const struct query *q, const struct registry_value *value)
{
	ULONG wanted = q->row->DefaultType >> RTL_QUERY_REGISTRY_TYPECHECK_SHIFT;
	size_t count = value->len / sizeof(WCHAR);

	if ((q->row->Flags & RTL_QUERY_REGISTRY_TYPECHECK) && wanted && wanted != value->type)
		return STATUS_OBJECT_TYPE_MISMATCH;
	if (is_text(value->type))
		return put_text(q->row->EntryContext, value->data,
				text_length(value->data, count) * sizeof(WCHAR));
	if (value->type == REG_MULTI_SZ)
		return put_text(q->row->EntryContext, value->data, count * sizeof(WCHAR));
	if (value->len > sizeof(ULONG))
		return put_long(q->row->EntryContext, value);
	memcpy(q->row->EntryContext, value->data, value->len);
	return STATUS_SUCCESS;
}

/* --- to the driver's routine --- */

static NTSTATUS call(const struct query *q, PWSTR name, ULONG type, void *data, size_t len)
{
	return q->row->QueryRoutine(name, type, data, (ULONG)len, q->context, q->row->EntryContext);
}

static NTSTATUS call_for_each(const struct query *q, PWSTR name, const struct registry_value *value)
{
	size_t max = value->len / sizeof(WCHAR), len;
	WCHAR *text = value->data;
	NTSTATUS status = STATUS_SUCCESS;

	for (size_t at = 0; NT_SUCCESS(status) && at < max && text[at]; at += len + 1) {
		len = text_length(text + at, max - at);
		status = call(q, name, REG_SZ, text + at, (len + 1) * sizeof(WCHAR));
	}
	return status;
}

static NTSTATUS tell(const struct query *q, PWSTR name, const struct registry_value *value)
{
	bool as_it_is = q->row->Flags & RTL_QUERY_REGISTRY_NOEXPAND;

	if (q->row->Flags & RTL_QUERY_REGISTRY_DIRECT)
		return put(q, value);
	if (value->type == REG_MULTI_SZ && !as_it_is)
		return call_for_each(q, name, value);
	return call(q, name, value->type == REG_EXPAND_SZ && !as_it_is ? REG_SZ : value->type,
		    value->data, value->len);
}

/* --- the default --- */

static ULONG default_length(const RTL_QUERY_REGISTRY_TABLE *row, ULONG type)
{
	const WCHAR *text = row->DefaultData;
	size_t len = 0;

	if (row->DefaultLength || !text)
		return row->DefaultLength;
	if (is_text(type))
		return (ULONG)((uwdf_wcslen(text) + 1) * sizeof(WCHAR));
	if (type != REG_MULTI_SZ)
		return 0;
	while (text[len])
		len += uwdf_wcslen(text + len) + 1;
	return (ULONG)((len + 1) * sizeof(WCHAR));
}

/* Zeros follow it, as they do what comes from the registry. */
static NTSTATUS tell_default(const struct query *q)
{
	struct registry_value value = { .type = q->row->DefaultType & TYPE_MASK };
	NTSTATUS status;

	if (q->row->Flags & RTL_QUERY_REGISTRY_REQUIRED)
		return STATUS_OBJECT_NAME_NOT_FOUND;
	if (value.type == REG_NONE)
		return STATUS_SUCCESS;
	value.len = default_length(q->row, value.type);
	value.data = mem_calloc(1, (size_t)value.len + 4);
	if (!value.data)
		return STATUS_INSUFFICIENT_RESOURCES;
	if (value.len && q->row->DefaultData)
		memcpy(value.data, q->row->DefaultData, value.len);
	status = tell(q, q->row->Name, &value);
	registry_value_free(&value);
	return status;
}

/* --- what the registry has --- */

static NTSTATUS unset(registry_key key, const char *folded)
{
	struct registry *r;
	NTSTATUS status = nt_registry_enter(false, &r);

	if (!NT_SUCCESS(status))
		return status;
	status = registry_unset(r, key, folded);
	registry_leave();
	return status;
}

static NTSTATUS get(registry_key key, const char *folded, struct registry_value *out)
{
	struct registry *r;
	NTSTATUS status = nt_registry_enter(false, &r);

	if (!NT_SUCCESS(status))
		return status;
	status = registry_get(r, key, folded, out);
	registry_leave();
	return status;
}

static NTSTATUS query_named(const struct query *q, const struct registry_name *name)
{
	struct registry_value value;
	NTSTATUS status = get(q->current, name->folded, &value);

	if (status == STATUS_OBJECT_NAME_NOT_FOUND)
		return tell_default(q);
	if (!NT_SUCCESS(status))
		return status;
	status = tell(q, q->row->Name, &value);
	registry_value_free(&value);
	if (NT_SUCCESS(status) && (q->row->Flags & RTL_QUERY_REGISTRY_DELETE))
		status = unset(q->current, name->folded);
	return status;
}

/* All values are noted first: a routine may change the key. */
struct noted {
	struct noted *next;
	WCHAR *name;                 /* owned */
	struct registry_value value; /* owned */
	struct registry_name both;   /* owned */
};

struct notes {
	struct noted *first, **last;
};

static NTSTATUS fill_note(struct noted *note, const char *name, const struct registry_value *value)
{
	size_t count = registry_utf16(name, NULL, 0);
	NTSTATUS status = registry_name_init(&note->both, name, REGISTRY_VALUE_NAME_MAX);

	if (!NT_SUCCESS(status))
		return status;
	note->name = mem_calloc(count + 1, sizeof(WCHAR));
	note->value.data = mem_calloc(1, (size_t)value->len + 4);
	if (!note->name || !note->value.data)
		return STATUS_INSUFFICIENT_RESOURCES;
	(void)registry_utf16(name, note->name, count);
	note->value.type = value->type;
	note->value.len = value->len;
	memcpy(note->value.data, value->data, value->len);
	return STATUS_SUCCESS;
}

static NTSTATUS note_value(void *arg, const char *name, const struct registry_value *value)
{
	struct notes *notes = arg;
	struct noted *note = mem_calloc(1, sizeof(*note));

	if (!note)
		return STATUS_INSUFFICIENT_RESOURCES;
	*notes->last = note;
	notes->last = &note->next;
	return fill_note(note, name, value);
}

static NTSTATUS note_all(registry_key key, struct notes *notes)
{
	struct registry *r;
	NTSTATUS status = nt_registry_enter(false, &r);

	if (!NT_SUCCESS(status))
		return status;
	status = registry_each_value(r, key, note_value, notes);
	registry_leave();
	return status;
}

static NTSTATUS query_all(const struct query *q)
{
	struct notes notes = { .last = &notes.first };
	NTSTATUS status = note_all(q->current, &notes);

	for (struct noted *note = notes.first, *next; note; note = next) {
		next = note->next;
		if (NT_SUCCESS(status))
			status = tell(q, note->name, &note->value);
		if (NT_SUCCESS(status) && (q->row->Flags & RTL_QUERY_REGISTRY_DELETE))
			status = unset(q->current, note->both.folded);
		registry_name_deinit(&note->both);
		mem_free(note->value.data);
		mem_free(note->name);
		mem_free(note);
	}
	return status;
}

/* --- rows --- */

static NTSTATUS go_into(struct query *q)
{
	char *path = registry_utf8(q->row->Name, uwdf_wcslen(q->row->Name));
	struct registry *r;
	NTSTATUS status = path ? nt_registry_enter(false, &r) : STATUS_INSUFFICIENT_RESOURCES;

	if (NT_SUCCESS(status)) {
		status = registry_find(r, q->top, path, &q->current);
		registry_leave();
	}
	mem_free(path);
	return status;
}

static bool contradicts_itself(const RTL_QUERY_REGISTRY_TABLE *row)
{
	if (!(row->Flags & RTL_QUERY_REGISTRY_DIRECT))
		return (row->Flags & RTL_QUERY_REGISTRY_SUBKEY) && !row->Name;
	return !row->Name || row->QueryRoutine || !row->EntryContext ||
	       (row->Flags & (RTL_QUERY_REGISTRY_SUBKEY | RTL_QUERY_REGISTRY_NOVALUE));
}

static NTSTATUS query_row(struct query *q)
{
	const RTL_QUERY_REGISTRY_TABLE *row = q->row;
	struct registry_name name;
	NTSTATUS status;

	if (contradicts_itself(row))
		return STATUS_INVALID_PARAMETER;
	if (row->Flags & (RTL_QUERY_REGISTRY_TOPKEY | RTL_QUERY_REGISTRY_SUBKEY))
		q->current = q->top;
	if (row->Flags & RTL_QUERY_REGISTRY_SUBKEY) {
		status = go_into(q);
		return NT_SUCCESS(status) && row->QueryRoutine ? query_all(q) : status;
	}
	if (row->Flags & RTL_QUERY_REGISTRY_NOVALUE)
		return call(q, NULL, REG_NONE, NULL, 0);
	if (!row->Name)
		return query_all(q);
	status = rtl_value_name(&name, row->Name);
	if (!NT_SUCCESS(status))
		return status;
	status = query_named(q, &name);
	registry_name_deinit(&name);
	return status;
}

static bool is_end(const RTL_QUERY_REGISTRY_TABLE *row)
{
	return !row->QueryRoutine &&
	       !(row->Flags & (RTL_QUERY_REGISTRY_SUBKEY | RTL_QUERY_REGISTRY_DIRECT));
}

static NTSTATUS find_top(struct query *q, const struct rtl_place *place)
{
	struct registry *r;
	NTSTATUS status = nt_registry_enter(false, &r);

	if (!NT_SUCCESS(status))
		return status;
	status = rtl_place_find(r, place, &q->top);
	registry_leave();
	q->current = q->top;
	return status;
}

UW_EXPORT NTSTATUS RtlQueryRegistryValues(ULONG RelativeTo, PCWSTR Path,
					  PRTL_QUERY_REGISTRY_TABLE QueryTable, PVOID Context,
					  PVOID Environment)
{
	struct query q = { .context = Context, .row = QueryTable };
	struct rtl_place place;
	NTSTATUS status;

	(void)Environment;
	if (!fx_nt_level_ok("RtlQueryRegistryValues", PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_REQUEST;
	if (!QueryTable)
		return STATUS_INVALID_PARAMETER;
	status = rtl_place_init(&place, RelativeTo, Path, KEY_QUERY_VALUE);
	registry_hold();
	if (NT_SUCCESS(status))
		status = find_top(&q, &place);
	for (; NT_SUCCESS(status) && !is_end(q.row); q.row++)
		status = query_row(&q);
	registry_release();
	rtl_place_deinit(&place);
	return status;
}
