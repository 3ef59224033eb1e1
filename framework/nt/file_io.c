/* SPDX-License-Identifier: MIT */
/* file_io.c - reading and writing files, their position and length. */
#include <errno.h>
#include <sys/stat.h>

#include "base/sys.h"
#include "nt/dispatcher_impl.h"
#include "nt/file_impl.h"
#include "nt/status.h"

struct transfer {
	HANDLE handle;
	PVOID buffer;
	ULONG len;
	PLARGE_INTEGER offset; /* as the driver gave it */
	PIO_STATUS_BLOCK result;
	bool asynchronous; /* an event or an APC, which are not here */
};

static NTSTATUS get_file(HANDLE handle, ACCESS_MASK access, struct nt_file **out)
{
	struct nt_object *obj;
	NTSTATUS status = nt_handle_get(handle, NT_FILE, access, &obj);

	if (NT_SUCCESS(status))
		*out = uw_container_of(obj, struct nt_file, base);
	return status;
}

static NTSTATUS end_of(const struct nt_file *file, int64_t *out)
{
	struct stat st;
	int err = sys_fstat(file->fd, &st);

	*out = err ? 0 : st.st_size;
	return err ? fx_status_of_file(err) : STATUS_SUCCESS;
}

static NTSTATUS start_of(const struct nt_file *file, const LARGE_INTEGER *offset, bool writes,
			 int64_t *out)
{
	bool special = offset && offset->HighPart == -1;

	if (writes && special && offset->LowPart == FILE_WRITE_TO_END_OF_FILE)
		return end_of(file, out);
	if (writes && !(file->base.granted & FILE_WRITE_DATA))
		return end_of(file, out); /* opened to append only */
	if (!offset || (special && offset->LowPart == FILE_USE_FILE_POINTER_POSITION)) {
		*out = __atomic_load_n(&file->position, __ATOMIC_RELAXED);
		return file->has_position ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
	}
	*out = offset->QuadPart;
	return *out < 0 ? STATUS_INVALID_PARAMETER : STATUS_SUCCESS;
}

static NTSTATUS move(struct nt_file *file, const struct transfer *t, bool writes, int64_t at)
{
	ULONG done = 0;

	while (done < t->len) {
		char *part = (char *)t->buffer + done;
		ssize_t got;

		if (writes)
			got = sys_pwrite(file->fd, part, t->len - done, at + done);
		else
			got = sys_pread(file->fd, part, t->len - done, at + done);
		if (got < 0 && !done)
			return fx_status_of_file((int)got);
		if (got <= 0)
			break;
		done += (ULONG)got;
	}
	if (file->has_position)
		__atomic_store_n(&file->position, at + done, __ATOMIC_RELAXED);
	t->result->Information = done;
	if (done == t->len)
		return STATUS_SUCCESS;
	if (writes) /* the part that was written is told, the rest did not fit */
		return STATUS_DISK_FULL;
	return done ? STATUS_SUCCESS : STATUS_END_OF_FILE;
}

static NTSTATUS transfer_checked(const struct transfer *t, bool writes)
{
	ACCESS_MASK access = writes ? FILE_WRITE_DATA | FILE_APPEND_DATA : FILE_READ_DATA;
	struct nt_file *file;
	NTSTATUS status;
	int64_t at;

	if (t->asynchronous)
		return STATUS_NOT_SUPPORTED;
	if (t->len && !t->buffer)
		return STATUS_INVALID_PARAMETER;
	status = get_file(t->handle, access, &file);
	if (!NT_SUCCESS(status))
		return status;
	status = start_of(file, t->offset, writes, &at);
	if (NT_SUCCESS(status))
		status = move(file, t, writes, at);
	nt_object_unref(&file->base);
	return status;
}

static NTSTATUS transfer(const struct transfer *t, bool writes)
{
	NTSTATUS status;

	if (!fx_nt_level_ok(writes ? "ZwWriteFile" : "ZwReadFile", PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_REQUEST;
	if (!t->result)
		return STATUS_INVALID_PARAMETER;
	t->result->Information = 0;
	status = transfer_checked(t, writes);
	t->result->Status = status;
	return status;
}

/* What both are asked, by the names that they have for it. */
#define TRANSFER                                                                                   \
	((const struct transfer){ .handle = FileHandle,                                            \
				  .buffer = Buffer,                                                \
				  .len = Length,                                                   \
				  .offset = ByteOffset,                                            \
				  .result = IoStatusBlock,                                         \
				  .asynchronous = Event || ApcRoutine })

UW_EXPORT NTSTATUS ZwReadFile(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine,
			      PVOID ApcContext, PIO_STATUS_BLOCK IoStatusBlock, PVOID Buffer,
			      ULONG Length, PLARGE_INTEGER ByteOffset, PULONG Key)
{
	(void)ApcContext;
	(void)Key;
	return transfer(&TRANSFER, false);
}

UW_EXPORT NTSTATUS ZwWriteFile(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine,
			       PVOID ApcContext, PIO_STATUS_BLOCK IoStatusBlock, PVOID Buffer,
			       ULONG Length, PLARGE_INTEGER ByteOffset, PULONG Key)
{
	(void)ApcContext;
	(void)Key;
	return transfer(&TRANSFER, true);
}

/* --- position and length --- */

static ULONG size_of(FILE_INFORMATION_CLASS class)
{
	switch ((int)class) {
	case FileStandardInformation:
		return sizeof(FILE_STANDARD_INFORMATION);
	case FilePositionInformation:
		return sizeof(FILE_POSITION_INFORMATION);
	case FileEndOfFileInformation:
		return sizeof(FILE_END_OF_FILE_INFORMATION);
	case FileAllocationInformation:
		return sizeof(FILE_ALLOCATION_INFORMATION);
	default:
		return 0;
	}
}

static NTSTATUS query_standard(const struct nt_file *file, PFILE_STANDARD_INFORMATION out)
{
	struct stat st;
	int err = sys_fstat(file->fd, &st);

	if (err)
		return fx_status_of_file(err);
	*out = (FILE_STANDARD_INFORMATION){
		.AllocationSize.QuadPart = st.st_blocks * 512,
		.EndOfFile.QuadPart = st.st_size,
		.NumberOfLinks = (ULONG)st.st_nlink,
	};
	return STATUS_SUCCESS;
}

static NTSTATUS query(const struct nt_file *file, PVOID out, FILE_INFORMATION_CLASS class)
{
	PFILE_POSITION_INFORMATION position = out;

	if (class == FileStandardInformation)
		return query_standard(file, out);
	if (!file->has_position)
		return STATUS_INVALID_PARAMETER;
	position->CurrentByteOffset.QuadPart = __atomic_load_n(&file->position, __ATOMIC_RELAXED);
	return STATUS_SUCCESS;
}

static NTSTATUS cut(struct nt_file *file, int64_t len, FILE_INFORMATION_CLASS class)
{
	int64_t end = 0;
	NTSTATUS status = end_of(file, &end);

	if (!NT_SUCCESS(status))
		return status;
	if (!(file->base.granted & FILE_WRITE_DATA))
		return STATUS_ACCESS_DENIED;
	if (class == FileAllocationInformation && len >= end)
		return STATUS_SUCCESS;
	return fx_status_of_file(sys_ftruncate(file->fd, len));
}

static NTSTATUS set(struct nt_file *file, const void *from, FILE_INFORMATION_CLASS class)
{
	const LARGE_INTEGER *number = from; /* all of them have but one */

	if (number->QuadPart < 0)
		return STATUS_INVALID_PARAMETER;
	if (class != FilePositionInformation)
		return cut(file, number->QuadPart, class);
	if (!file->has_position)
		return STATUS_INVALID_PARAMETER;
	__atomic_store_n(&file->position, number->QuadPart, __ATOMIC_RELAXED);
	return STATUS_SUCCESS;
}

struct inquiry {
	bool sets;
	HANDLE handle;
	PVOID information;
	ULONG len;
	FILE_INFORMATION_CLASS class;
};

static bool can_be_asked(const struct inquiry *q)
{
	if (q->class == FilePositionInformation)
		return true;
	return size_of(q->class) && q->sets == (q->class != FileStandardInformation);
}

static NTSTATUS inquire_checked(const struct inquiry *q)
{
	struct nt_file *file;
	NTSTATUS status;

	if (!can_be_asked(q))
		return STATUS_INVALID_INFO_CLASS;
	if (q->len < size_of(q->class))
		return STATUS_INFO_LENGTH_MISMATCH;
	if (!q->information)
		return STATUS_INVALID_PARAMETER;
	status = get_file(q->handle, 0, &file);
	if (!NT_SUCCESS(status))
		return status;
	status = q->sets ? set(file, q->information, q->class)
			 : query(file, q->information, q->class);
	nt_object_unref(&file->base);
	return status;
}

static NTSTATUS inquire(const struct inquiry *q, PIO_STATUS_BLOCK result)
{
	NTSTATUS status;

	if (!fx_nt_level_ok(q->sets ? "ZwSetInformationFile" : "ZwQueryInformationFile",
			    PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_REQUEST;
	if (!result)
		return STATUS_INVALID_PARAMETER;
	status = inquire_checked(q);
	result->Status = status;
	result->Information = NT_SUCCESS(status) && !q->sets ? size_of(q->class) : 0;
	return status;
}

UW_EXPORT NTSTATUS ZwQueryInformationFile(HANDLE FileHandle, PIO_STATUS_BLOCK IoStatusBlock,
					  PVOID FileInformation, ULONG Length,
					  FILE_INFORMATION_CLASS FileInformationClass)
{
	const struct inquiry q = { false, FileHandle, FileInformation, Length,
				   FileInformationClass };

	return inquire(&q, IoStatusBlock);
}

UW_EXPORT NTSTATUS ZwSetInformationFile(HANDLE FileHandle, PIO_STATUS_BLOCK IoStatusBlock,
					PVOID FileInformation, ULONG Length,
					FILE_INFORMATION_CLASS FileInformationClass)
{
	const struct inquiry q = { true, FileHandle, FileInformation, Length,
				   FileInformationClass };

	return inquire(&q, IoStatusBlock);
}
