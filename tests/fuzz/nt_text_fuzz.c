/* SPDX-License-Identifier: MIT */
/* The properties of support/nt_text.h, for libFuzzer: the first byte chooses one. */
#include <stddef.h>
#include <stdint.h>

#include "nt_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static void (*const properties[])(const uint8_t *data, size_t len) = {
		nt_text_formats, nt_text_conversions,  nt_text_case,
		nt_text_numbers, nt_text_safe_strings, nt_text_names,
	};

	if (len)
		properties[data[0] % (sizeof(properties) / sizeof(properties[0]))](data + 1,
										   len - 1);
	return 0;
}
