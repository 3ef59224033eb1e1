/* SPDX-License-Identifier: MIT */
/* A program that hosts a driver itself and opens its device without a socket. */
#include <stdio.h>
#include <uwdf/host.h>
#include <uwdf/in_process.h>

int main(int argc, char **argv)
{
	struct uwdf_device_params params = { .address = "model:edu", .name = "own" };
	struct uwdf_report report = { .text = "" };
	struct uwdf_driver *driver;
	struct uwdf_device *device;
	struct uwdf_host *host;
	uwdf_handle *handle;
	int err = argc < 2;

	if (err || uwdf_host_new(&report, &host))
		return 1;
	err = uwdf_host_load(host, argv[1], &report, &driver);
	if (!err)
		err = uwdf_device_start(driver, &params, &report, &device);
	if (!err) {
		err = uwdf_open_in_process(device, &handle);
		if (!err) {
			printf("opened %s in process\n", uwdf_handle_name(handle));
			uwdf_close(handle);
		}
		uwdf_device_remove(device);
	}
	if (err)
		fprintf(stderr, "%s\n", report.text);
	uwdf_host_free(host);
	return err != 0;
}
