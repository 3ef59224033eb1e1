/* SPDX-License-Identifier: MIT */
#include "tap.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/if_tun.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include "base/sys.h"

#define TUN_DEVICE "/dev/net/tun"

static int open_device(struct report *rep)
{
	int fd = sys_open(TUN_DEVICE, O_RDWR | O_NONBLOCK, 0);

	if (fd >= 0)
		return fd;
	report_fail(rep, fd, "opening " TUN_DEVICE);
	if (fd == -ENOENT || fd == -ENODEV || fd == -ENXIO)
		report_hint(
			rep,
			"sudo modprobe tun    # in a container: docker run --device " TUN_DEVICE);
	else if (fd == -EACCES || fd == -EPERM)
		report_hint(rep, "sudo chmod 0666 " TUN_DEVICE "    # as it is by default");
	return fd;
}

static int join_interface(int fd, const char *name, struct report *rep)
{
	struct ifreq request = { .ifr_flags = IFF_TAP | IFF_NO_PI };
	int err;

	memcpy(request.ifr_name, name, strlen(name));
	err = sys_ioctl(fd, TUNSETIFF, &request);
	if (err >= 0)
		return 0;
	report_fail(rep, err, "making TAP interface %s", name);
	if (err == -EPERM)
		report_hint(rep, "unshare -Urn uwdf net ...    # or: sudo setcap cap_net_admin+ep "
				 "$(command -v uwdf-net)");
	else if (err == -EBUSY)
		report_hint(rep, "ip link    # another program has it; choose another --tap NAME");
	else if (err == -EINVAL)
		report_hint(rep, "ip link    # %s is there and is no TAP interface", name);
	return err;
}

bool tap_name_valid(const char *name)
{
	size_t len = strlen(name);

	return len > 0 && len < IFNAMSIZ && !strpbrk(name, "/: \t%") && strcmp(name, ".") != 0 &&
	       strcmp(name, "..") != 0;
}

int tap_open(const char *name, struct report *rep, struct tap *out)
{
	int err;

	if (!tap_name_valid(name)) {
		report_fail(rep, -EINVAL, "naming TAP interface '%s'", name);
		report_hint(rep,
			    "uwdf net ... --tap nic0    # at most 15 letters, no slash or colon");
		return -EINVAL;
	}
	out->fd = open_device(rep);
	if (out->fd < 0)
		return out->fd;
	err = join_interface(out->fd, name, rep);
	if (err)
		goto err_close;
	out->socket_fd = sys_socket(AF_INET, SOCK_DGRAM, 0);
	if (out->socket_fd < 0) {
		err = report_fail(rep, out->socket_fd, "configuring TAP interface %s", name);
		goto err_close;
	}
	snprintf(out->name, sizeof(out->name), "%s", name);
	return 0;

err_close:
	sys_close(out->fd);
	return err;
}

void tap_close(struct tap *tap)
{
	sys_close(tap->socket_fd);
	sys_close(tap->fd);
}

static struct ifreq request_for(const struct tap *tap)
{
	struct ifreq request = { .ifr_ifindex = 0 };

	memcpy(request.ifr_name, tap->name, sizeof(tap->name));
	return request;
}

int tap_set_address(const struct tap *tap, const uint8_t address[6], struct report *rep)
{
	struct ifreq request = request_for(tap);
	int err;

	request.ifr_hwaddr.sa_family = ARPHRD_ETHER;
	memcpy(request.ifr_hwaddr.sa_data, address, 6);
	err = sys_ioctl(tap->socket_fd, SIOCSIFHWADDR, &request);
	return err < 0 ? report_fail(rep, err, "setting the address of %s", tap->name) : 0;
}

int tap_set_carrier(const struct tap *tap, bool on)
{
	int value = on;
	int err = sys_ioctl(tap->fd, TUNSETCARRIER, &value);

	return err < 0 ? err : 0;
}

int tap_set_up(const struct tap *tap, struct report *rep)
{
	struct ifreq request = request_for(tap);
	int err = sys_ioctl(tap->socket_fd, SIOCGIFFLAGS, &request);

	if (err >= 0) {
		request.ifr_flags |= IFF_UP;
		err = sys_ioctl(tap->socket_fd, SIOCSIFFLAGS, &request);
	}
	return err < 0 ? report_fail(rep, err, "setting %s up", tap->name) : 0;
}
