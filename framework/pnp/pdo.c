/* SPDX-License-Identifier: MIT */
#include "pnp/pdo.h"

#include "base/mem.h"

struct fx_pdo *fx_pdo_new(void)
{
	struct fx_pdo *pdo = mem_calloc(1, sizeof(*pdo));

	if (!pdo)
		return NULL;
	list_init(&pdo->hardware_ids);
	list_init(&pdo->compatible_ids);
	list_init(&pdo->texts);
	return pdo;
}

static void free_ids(struct list *ids)
{
	struct list *link;

	while ((link = list_pop_front(ids))) {
		struct fx_pdo_id *id = list_entry(link, struct fx_pdo_id, link);

		mem_free(id->text.Buffer);
		mem_free(id);
	}
}

static void free_texts(struct list *texts)
{
	struct list *link;

	while ((link = list_pop_front(texts))) {
		struct fx_pdo_text *text = list_entry(link, struct fx_pdo_text, link);

		mem_free(text->description.Buffer);
		mem_free(text->location.Buffer);
		mem_free(text);
	}
}

void fx_pdo_free(struct fx_pdo *pdo)
{
	if (!pdo)
		return;
	free_ids(&pdo->hardware_ids);
	free_ids(&pdo->compatible_ids);
	free_texts(&pdo->texts);
	mem_free(pdo->device_id.Buffer);
	mem_free(pdo->instance_id.Buffer);
	mem_free(pdo->container_id.Buffer);
	mem_free(pdo);
}

static bool is_plain(WCHAR c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-';
}

void fx_pdo_plain(const UNICODE_STRING *text, char *buf, size_t len)
{
	size_t count = text->Length / sizeof(WCHAR);

	if (count > len - 1)
		count = len - 1;
	for (size_t i = 0; i < count; i++) {
		const WCHAR c = is_plain(text->Buffer[i]) ? text->Buffer[i] : L'_';

		buf[i] = (char)c;
	}
	buf[count] = '\0';
}
