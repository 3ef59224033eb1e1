/* SPDX-License-Identifier: MIT */
/* security.c - reads SDDL strings; a cursor moves over the text, and nothing is allocated. */
#include "pnp/security.h"

#include <string.h>

struct cursor {
	const WCHAR *at, *end;
};

static WCHAR peek(const struct cursor *c)
{
	return c->at < c->end ? *c->at : 0;
}

static bool take_char(struct cursor *c, char want)
{
	if (peek(c) != (WCHAR)want)
		return false;
	c->at++;
	return true;
}

static bool take_word(struct cursor *c, const char *word)
{
	size_t len = strlen(word);

	if ((size_t)(c->end - c->at) < len)
		return false;
	for (size_t i = 0; i < len; i++)
		if (c->at[i] != (WCHAR)word[i])
			return false;
	c->at += len;
	return true;
}

static int digit_of(WCHAR c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : 16;
}

static bool take_number(struct cursor *c, int base, uint32_t *out)
{
	const WCHAR *start = c->at;
	uint64_t value = 0;

	while (c->at < c->end && digit_of(*c->at) < base) {
		value = value * (uint64_t)base + (uint64_t)digit_of(*c->at++);
		if (value > UINT32_MAX)
			return false;
	}
	*out = (uint32_t)value;
	return c->at != start;
}

/* --- rights --- */

#define BOTH (UWDF_ACCESS_READ | UWDF_ACCESS_WRITE)

/* Of two letters each; what neither reads nor writes is known and gives nothing. */
static const struct right {
	char name[3];
	uint8_t rights;
} rights[] = {
	{ "GA", BOTH },
	{ "GR", UWDF_ACCESS_READ },
	{ "GW", UWDF_ACCESS_WRITE },
	{ "GX", 0 },
	{ "FA", BOTH },
	{ "FR", UWDF_ACCESS_READ },
	{ "FW", UWDF_ACCESS_WRITE },
	{ "FX", 0 },
	{ "KA", BOTH },
	{ "KR", UWDF_ACCESS_READ },
	{ "KW", UWDF_ACCESS_WRITE },
	{ "KX", 0 },
	{ "CC", UWDF_ACCESS_READ },
	{ "DC", UWDF_ACCESS_WRITE },
	{ "LC", 0 },
	{ "SW", 0 },
	{ "RP", 0 },
	{ "WP", 0 },
	{ "DT", 0 },
	{ "LO", 0 },
	{ "CR", 0 },
	{ "RC", 0 },
	{ "SD", 0 },
	{ "WD", 0 },
	{ "WO", 0 },
};

#define MASK_READ_DATA  0x00000001u /* FILE_READ_DATA */
#define MASK_WRITE_DATA 0x00000002u /* FILE_WRITE_DATA */
#define MASK_ALL        0x10000000u /* GENERIC_* from here on */
#define MASK_WRITE      0x40000000u
#define MASK_READ       0x80000000u

static bool take_mask(struct cursor *c, uint8_t *out)
{
	uint32_t mask;

	if (!take_number(c, 16, &mask))
		return false;
	*out = 0;
	if (mask & (MASK_READ | MASK_ALL | MASK_READ_DATA))
		*out |= UWDF_ACCESS_READ;
	if (mask & (MASK_WRITE | MASK_ALL | MASK_WRITE_DATA))
		*out |= UWDF_ACCESS_WRITE;
	return true;
}

static bool take_right(struct cursor *c, uint8_t *out)
{
	for (size_t i = 0; i < UW_ARRAY_SIZE(rights); i++) {
		if (!take_word(c, rights[i].name))
			continue;
		*out |= rights[i].rights;
		return true;
	}
	return false;
}

static bool take_rights(struct cursor *c, uint8_t *out)
{
	*out = 0;
	if (take_word(c, "0x") || take_word(c, "0X"))
		return take_mask(c, out);
	while (peek(c) != ';')
		if (!take_right(c, out))
			return false;
	return true;
}

/* --- who --- */

static const struct alias {
	char name[3];
	uint8_t who;
} aliases[] = {
	{ "SY", UWDF_WHO_ADMINISTRATORS }, { "BA", UWDF_WHO_ADMINISTRATORS },
	{ "CO", UWDF_WHO_ADMINISTRATORS }, { "LA", UWDF_WHO_ADMINISTRATORS },
	{ "WD", UWDF_WHO_EVERYBODY },      { "AU", UWDF_WHO_EVERYBODY },
	{ "IU", UWDF_WHO_EVERYBODY },      { "BU", UWDF_WHO_EVERYBODY },
	{ "AN", UWDF_WHO_NOBODY },         { "BG", UWDF_WHO_NOBODY },
	{ "LG", UWDF_WHO_NOBODY },         { "NU", UWDF_WHO_NOBODY },
	{ "SU", UWDF_WHO_NOBODY },         { "LS", UWDF_WHO_NOBODY },
	{ "NS", UWDF_WHO_NOBODY },         { "RC", UWDF_WHO_NOBODY },
	{ "WR", UWDF_WHO_NOBODY },         { "PU", UWDF_WHO_NOBODY },
	{ "SO", UWDF_WHO_NOBODY },         { "AO", UWDF_WHO_NOBODY },
	{ "PO", UWDF_WHO_NOBODY },         { "BO", UWDF_WHO_NOBODY },
	{ "CG", UWDF_WHO_NOBODY },         { "PS", UWDF_WHO_NOBODY },
	{ "OW", UWDF_WHO_NOBODY },         { "UD", UWDF_WHO_NOBODY },
	{ "AC", UWDF_WHO_NOBODY },         { "RE", UWDF_WHO_NOBODY },
	{ "RU", UWDF_WHO_NOBODY },         { "RD", UWDF_WHO_NOBODY },
	{ "NO", UWDF_WHO_NOBODY },         { "MU", UWDF_WHO_NOBODY },
	{ "LU", UWDF_WHO_NOBODY },         { "IS", UWDF_WHO_NOBODY },
	{ "CY", UWDF_WHO_NOBODY },         { "ER", UWDF_WHO_NOBODY },
	{ "ED", UWDF_WHO_NOBODY },
};

#define SID_PARTS_MAX 15u /* sub-authorities */

struct sid {
	uint32_t authority, parts[SID_PARTS_MAX];
	unsigned int count;
};

static bool take_sid(struct cursor *c, struct sid *out)
{
	if (!take_word(c, "S-1-") || !take_number(c, 10, &out->authority))
		return false;
	for (out->count = 0; take_char(c, '-'); out->count++)
		if (out->count == SID_PARTS_MAX || !take_number(c, 10, &out->parts[out->count]))
			return false;
	return out->count > 0;
}

static bool sid_is(const struct sid *sid, uint32_t authority, uint32_t first, unsigned int count)
{
	return sid->authority == authority && sid->count == count && sid->parts[0] == first;
}

#define NT_AUTHORITY    5u
#define BUILTIN         32u
#define BUILTIN_ADMINS  544u
#define BUILTIN_USERS   545u
#define UNIX_AUTHORITY  22u /* as Samba maps them */
#define UNIX_USER       1u
#define UNIX_GROUP      2u
#define SID_SYSTEM      18u
#define SID_AUTHENTIC   11u
#define SID_INTERACTIVE 4u
#define WORLD_AUTHORITY 1u

static enum uwdf_who who_of(const struct sid *sid)
{
	if (sid_is(sid, UNIX_AUTHORITY, UNIX_USER, 2))
		return UWDF_WHO_USER;
	if (sid_is(sid, UNIX_AUTHORITY, UNIX_GROUP, 2))
		return UWDF_WHO_GROUP;
	if (sid_is(sid, WORLD_AUTHORITY, 0, 1) || sid_is(sid, NT_AUTHORITY, SID_AUTHENTIC, 1) ||
	    sid_is(sid, NT_AUTHORITY, SID_INTERACTIVE, 1))
		return UWDF_WHO_EVERYBODY;
	if (sid_is(sid, NT_AUTHORITY, SID_SYSTEM, 1))
		return UWDF_WHO_ADMINISTRATORS;
	if (!sid_is(sid, NT_AUTHORITY, BUILTIN, 2))
		return UWDF_WHO_NOBODY;
	if (sid->parts[1] == BUILTIN_ADMINS)
		return UWDF_WHO_ADMINISTRATORS;
	return sid->parts[1] == BUILTIN_USERS ? UWDF_WHO_EVERYBODY : UWDF_WHO_NOBODY;
}

static bool take_who(struct cursor *c, struct uwdf_access *out)
{
	struct sid sid;

	for (size_t i = 0; i < UW_ARRAY_SIZE(aliases); i++) {
		if (!take_word(c, aliases[i].name))
			continue;
		out->who = aliases[i].who;
		return true;
	}
	if (!take_sid(c, &sid))
		return false;
	out->who = (uint8_t)who_of(&sid);
	out->id = sid.count > 1 ? sid.parts[1] : 0;
	return true;
}

/* --- entries --- */

/* Flags of inheritance mean nothing here, but must be letters. */
static bool skip_flags(struct cursor *c)
{
	while (peek(c) >= 'A' && peek(c) <= 'Z')
		c->at++;
	return take_char(c, ';');
}

/* Type, flags and rights; the two objects must be empty. */
static bool take_head(struct cursor *c, struct uwdf_access *out)
{
	out->deny = peek(c) == 'D';
	if (!take_char(c, 'A') && !take_char(c, 'D'))
		return false;
	return take_char(c, ';') && skip_flags(c) && take_rights(c, &out->rights) &&
	       take_word(c, ";;;");
}

static NTSTATUS take_entry(struct cursor *c, struct fx_security *out)
{
	struct uwdf_access *entry = &out->entries[out->count];

	if (out->count == UWDF_ACCESS_ENTRIES || !take_char(c, '('))
		return STATUS_INVALID_ACL;
	*entry = (struct uwdf_access){ 0 };
	if (!take_head(c, entry))
		return STATUS_INVALID_ACL;
	if (!take_who(c, entry))
		return STATUS_INVALID_SID;
	out->count++;
	return take_char(c, ')') ? STATUS_SUCCESS : STATUS_INVALID_ACL;
}

static void skip_control(struct cursor *c)
{
	while (take_word(c, "AR") || take_word(c, "AI") || take_char(c, 'P'))
		;
}

NTSTATUS fx_security_parse(const UNICODE_STRING *sddl, struct fx_security *out)
{
	struct cursor c = { .at = sddl->Buffer, .end = sddl->Buffer + sddl->Length / 2 };
	struct fx_security parsed = { .given = true };
	NTSTATUS status = STATUS_SUCCESS;

	if (!take_word(&c, "D:"))
		return STATUS_INVALID_PARAMETER;
	skip_control(&c);
	while (c.at < c.end && NT_SUCCESS(status))
		status = take_entry(&c, &parsed);
	if (NT_SUCCESS(status))
		*out = parsed;
	return status;
}
