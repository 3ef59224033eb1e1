/* SPDX-License-Identifier: MIT */
/* file.c - ZwCreateFile: a file below the host's folder as one of NT's handles. */
#include "nt/file_impl.h"

#include <errno.h>
#include <fcntl.h>

#include "base/mem.h"
#include "base/sys.h"
#include "nt/dispatcher_impl.h"
#include "nt/file_place.h"
#include "nt/status.h"

#define OPTIONS_KNOWN                                                                              \
	(FILE_WRITE_THROUGH | FILE_SEQUENTIAL_ONLY | FILE_SYNCHRONOUS_IO_ALERT |                   \
	 FILE_SYNCHRONOUS_IO_NONALERT | FILE_NON_DIRECTORY_FILE | FILE_RANDOM_ACCESS)
#define SYNCHRONOUS (FILE_SYNCHRONOUS_IO_ALERT | FILE_SYNCHRONOUS_IO_NONALERT)
#define FILE_WRITES (FILE_WRITE_DATA | FILE_APPEND_DATA)

static ACCESS_MASK rights(ACCESS_MASK desired)
{
	if (desired & (GENERIC_ALL | MAXIMUM_ALLOWED))
		desired |= GENERIC_READ | GENERIC_WRITE;
	if (desired & GENERIC_READ)
		desired |= FILE_READ_DATA | FILE_READ_ATTRIBUTES | SYNCHRONIZE;
	if (desired & GENERIC_WRITE)
		desired |= FILE_WRITES | FILE_WRITE_ATTRIBUTES | SYNCHRONIZE;
	return desired;
}

static void free_file(struct nt_object *obj)
{
	struct nt_file *file = uw_container_of(obj, struct nt_file, base);

	sys_close(file->fd);
	mem_free(file);
}

struct opening {
	ULONG disposition;
	int flags; /* of open(), for reading and writing */
	ULONG_PTR information;
	int fd;
};

static int flags_of(ACCESS_MASK granted)
{
	if (!(granted & FILE_WRITES))
		return O_RDONLY | O_CLOEXEC;
	return (granted & FILE_READ_DATA ? O_RDWR : O_WRONLY) | O_CLOEXEC;
}

static bool may_be_new(const struct opening *o)
{
	return o->disposition != FILE_OPEN && o->disposition != FILE_OVERWRITE;
}

static int check_kind(int fd)
{
	struct stat st;
	int err = sys_fstat(fd, &st);

	if (err || S_ISREG(st.st_mode))
		return err;
	return S_ISDIR(st.st_mode) ? -EISDIR : -EACCES;
}

/* O_NONBLOCK: so that a pipe does not make it wait. What is cut is known to be a file by then. */
static int open_existing(struct opening *o, int folder, const char *leaf)
{
	bool cut = o->disposition == FILE_SUPERSEDE || o->disposition >= FILE_OVERWRITE;
	int fd = sys_openat(folder, leaf, o->flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0);
	int err;

	if (fd < 0) /* a link; a pipe without a reader, or a socket */
		return fd == -ELOOP || fd == -ENXIO ? -EACCES : fd;
	err = check_kind(fd);
	if (!err && cut)
		err = sys_ftruncate(fd, 0);
	if (err) {
		sys_close(fd);
		return err;
	}
	o->information = o->disposition == FILE_SUPERSEDE ? FILE_SUPERSEDED
			 : cut                            ? FILE_OVERWRITTEN
							  : FILE_OPENED;
	o->fd = fd;
	return 0;
}

static int open_new(struct opening *o, int folder, const char *leaf)
{
	o->information = FILE_CREATED;
	o->fd = sys_openat(folder, leaf, o->flags | O_CREAT | O_EXCL, 0600);
	return o->fd < 0 ? o->fd : 0;
}

static int open_in(struct opening *o, int folder, const char *leaf)
{
	bool may_exist = o->disposition != FILE_CREATE;
	int err = may_exist ? open_existing(o, folder, leaf) : -ENOENT;

	if (err == -ENOENT && may_be_new(o))
		err = open_new(o, folder, leaf);
	if (err == -EEXIST && may_exist) /* somebody else made it meanwhile */
		err = open_existing(o, folder, leaf);
	return err;
}

static NTSTATUS publish(const struct opening *o, ACCESS_MASK granted, bool has_position,
			HANDLE *out)
{
	struct nt_file *file = mem_calloc(1, sizeof(*file));
	NTSTATUS status;

	if (!file) {
		sys_close(o->fd);
		return STATUS_INSUFFICIENT_RESOURCES;
	}
	file->base = (struct nt_object){
		.kind = NT_FILE,
		.refs = 1,
		.granted = granted,
		.free = free_file,
	};
	file->fd = o->fd;
	file->has_position = has_position;
	status = nt_handle_new(&file->base, out);
	if (!NT_SUCCESS(status))
		nt_object_unref(&file->base);
	return status;
}

static NTSTATUS check_options(ULONG disposition, ULONG options, ACCESS_MASK granted)
{
	if (disposition > FILE_OVERWRITE_IF || (options & SYNCHRONOUS) == SYNCHRONOUS)
		return STATUS_INVALID_PARAMETER;
	if ((options & SYNCHRONOUS) && !(granted & SYNCHRONIZE))
		return STATUS_INVALID_PARAMETER;
	return options & ~(ULONG)OPTIONS_KNOWN ? STATUS_NOT_SUPPORTED : STATUS_SUCCESS;
}

static NTSTATUS check_name(const OBJECT_ATTRIBUTES *attributes)
{
	PCUNICODE_STRING name;

	if (!attributes || attributes->Length != sizeof(*attributes) || !attributes->ObjectName)
		return STATUS_INVALID_PARAMETER;
	name = attributes->ObjectName;
	if (attributes->RootDirectory)
		return STATUS_NOT_SUPPORTED;
	if (name->Length % sizeof(WCHAR) || (name->Length && !name->Buffer))
		return STATUS_OBJECT_NAME_INVALID;
	return STATUS_SUCCESS;
}

/* A name that is not there, or one of the folders above it? */
static NTSTATUS open_at(struct opening *o, const struct file_place *place)
{
	const char *leaf;
	int folder = file_place_enter(place, may_be_new(o), &leaf);
	int err;

	if (folder < 0)
		return folder == -ENOENT ? STATUS_OBJECT_PATH_NOT_FOUND : fx_status_of_file(folder);
	err = open_in(o, folder, leaf);
	sys_close(folder);
	return fx_status_of_file(err);
}

static NTSTATUS create(PCUNICODE_STRING name, struct opening *o)
{
	struct file_place place;
	NTSTATUS status = file_place_of(name, &place);

	if (!NT_SUCCESS(status))
		return status;
	status = open_at(o, &place);
	file_place_free(&place);
	return status;
}

UW_EXPORT NTSTATUS ZwCreateFile(PHANDLE FileHandle, ACCESS_MASK DesiredAccess,
				POBJECT_ATTRIBUTES ObjectAttributes, PIO_STATUS_BLOCK IoStatusBlock,
				PLARGE_INTEGER AllocationSize, ULONG FileAttributes,
				ULONG ShareAccess, ULONG CreateDisposition, ULONG CreateOptions,
				PVOID EaBuffer, ULONG EaLength)
{
	ACCESS_MASK granted = rights(DesiredAccess);
	struct opening o = { .disposition = CreateDisposition, .flags = flags_of(granted) };
	NTSTATUS status;

	(void)AllocationSize;
	(void)FileAttributes;
	(void)ShareAccess;
	if (!fx_nt_level_ok("ZwCreateFile", PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_REQUEST;
	if (!FileHandle || !IoStatusBlock)
		return STATUS_INVALID_PARAMETER;
	status = check_name(ObjectAttributes);
	if (NT_SUCCESS(status))
		status = check_options(CreateDisposition, CreateOptions, granted);
	if (NT_SUCCESS(status) && (EaBuffer || EaLength))
		status = STATUS_NOT_SUPPORTED;
	if (NT_SUCCESS(status))
		status = create(ObjectAttributes->ObjectName, &o);
	if (NT_SUCCESS(status))
		status = publish(&o, granted, CreateOptions & SYNCHRONOUS, FileHandle);
	IoStatusBlock->Status = status;
	IoStatusBlock->Information = NT_SUCCESS(status) ? o.information : 0;
	return status;
}
