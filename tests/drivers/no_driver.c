/* SPDX-License-Identifier: MIT */
/* no_driver.c - a shared object that is no driver. */
__attribute__((visibility("default"))) int no_driver(void);
int no_driver(void)
{
	return 1;
}
