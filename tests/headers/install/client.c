/* SPDX-License-Identifier: MIT */
/* Opens a device by name and by interface and has its host tell about it. */
#include <stdio.h>
#include <stdlib.h>
#include <uwdf/client.h>

int main(int argc, char **argv)
{
	struct uwdf_error error;
	uwdf_handle *handle;
	char *json;

	for (int i = 1; i < argc; i++) {
		if (uwdf_open(argv[i], &error, &handle)) {
			fprintf(stderr, "%s\n  try: %s\n", error.text, error.hint);
			return 1;
		}
		if (uwdf_host_status(uwdf_handle_name(handle), &error, &json))
			return 1;
		printf("%s\n", json);
		free(json);
		uwdf_close(handle);
	}
	return 0;
}
