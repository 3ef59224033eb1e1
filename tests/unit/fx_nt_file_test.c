/* SPDX-License-Identifier: MIT */
/* ZwCreateFile and its kin: files below the folder that $UWDF_FILES names. */
#include "fx_fixture.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fault.h"
#include "base/mem.h"
#include "object/irql.h"

#define BOTH (GENERIC_READ | GENERIC_WRITE | SYNCHRONIZE)
#define SYNC (FILE_SYNCHRONOUS_IO_NONALERT | FILE_NON_DIRECTORY_FILE)

static char folder[64];
static uint64_t blocks;
static unsigned int fds;
static IO_STATUS_BLOCK io;

static int setup(void **state)
{
	(void)state;
	snprintf(folder, sizeof(folder), "%s/uwdf-files-XXXXXX",
		 access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm");
	assert_non_null(mkdtemp(folder));
	setenv("UWDF_FILES", folder, 1);
	blocks = mem_live_blocks();
	fds = test_open_fds();
	return 0;
}

static int teardown(void **state)
{
	char command[96];
	(void)state;
	assert_int_equal(mem_live_blocks(), blocks);
	assert_int_equal(test_open_fds(), fds);
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command);
}

static NTSTATUS open_as(PCWSTR path, ACCESS_MASK access, ULONG disposition, ULONG options,
			HANDLE *out)
{
	OBJECT_ATTRIBUTES attributes;
	UNICODE_STRING name;

	RtlInitUnicodeString(&name, path);
	InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE,
				   NULL, NULL);
	memset(&io, 0xee, sizeof(io));
	return ZwCreateFile(out, access, &attributes, &io, NULL, FILE_ATTRIBUTE_NORMAL,
			    FILE_SHARE_READ, disposition, options, NULL, 0);
}

static HANDLE opened(PCWSTR path, ULONG disposition)
{
	HANDLE file;

	assert_int_equal(open_as(path, BOTH, disposition, SYNC, &file), STATUS_SUCCESS);
	return file;
}

static NTSTATUS write_at(HANDLE file, const char *text, LARGE_INTEGER *at)
{
	return ZwWriteFile(file, NULL, NULL, NULL, &io, (PVOID)(uintptr_t)text, (ULONG)strlen(text),
			   at, NULL);
}

static NTSTATUS read_at(HANDLE file, char *buffer, ULONG len, LARGE_INTEGER *at)
{
	memset(buffer, 0, len);
	return ZwReadFile(file, NULL, NULL, NULL, &io, buffer, len, at, NULL);
}

static void test_file__written_and_read__as_it_was(void **state)
{
	LARGE_INTEGER at = { .QuadPart = 2 };
	char text[16] = "", path[96];
	struct stat st;
	HANDLE file;
	(void)state;
	file = opened(L"\\SystemRoot\\temp\\a.txt", FILE_OPEN_IF);
	assert_int_equal(io.Information, FILE_CREATED);
	snprintf(path, sizeof(path), "%s/SystemRoot/temp/a.txt", folder);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(write_at(file, "hello", NULL), STATUS_SUCCESS);
	assert_int_equal(io.Information, 5);
	assert_int_equal(write_at(file, " world", NULL), STATUS_SUCCESS); /* the position moved */
	assert_int_equal(read_at(file, text, 4, &at), STATUS_SUCCESS);
	assert_string_equal(text, "llo ");
	assert_int_equal(read_at(file, text, sizeof(text), NULL), STATUS_SUCCESS);
	assert_string_equal(text, "world");
	assert_int_equal(io.Information, 5);
	assert_int_equal(read_at(file, text, sizeof(text), NULL), STATUS_END_OF_FILE);
	assert_int_equal(io.Information, 0);
	assert_int_equal(io.Status, STATUS_END_OF_FILE);
	assert_int_equal(ZwClose(file), STATUS_SUCCESS);
	assert_int_equal(ZwClose(file), STATUS_INVALID_HANDLE);
	assert_int_equal(read_at(file, text, 4, &at), STATUS_INVALID_HANDLE);
}

static void test_names__each_root__its_folder(void **state)
{
	static const PCWSTR wrong[] = { L"\\Device\\Null",    L"x.txt",           L"\\??\\x.txt",
					L"\\??\\CC:\\x.txt",  L"\\??\\1:\\x.txt", L"",
					L"\\DosDevices\\C\\x" };
	static const PCWSTR out[] = {
		L"\\??\\C:\\..\\..\\x", L"\\??\\C:\\a\\.\\x", L"\\??\\C:\\a/b",
		L"\\??\\C:\\\\x",       L"\\??\\C:",          L"\\SystemRootx",
		L"\\??\\C:\\a\xd800"
	};
	char path[96];
	HANDLE file;
	(void)state;
	assert_int_equal(ZwClose(opened(L"\\??\\c:\\x.txt", FILE_CREATE)), STATUS_SUCCESS);
	snprintf(path, sizeof(path), "%s/C/x.txt", folder);
	assert_int_equal(access(path, F_OK), 0);
	assert_int_equal(ZwClose(opened(L"\\dosdevices\\C:\\x.txt", FILE_OPEN)), STATUS_SUCCESS);
	assert_int_equal(ZwClose(opened(L"\\systemroot\\x.txt", FILE_CREATE)), STATUS_SUCCESS);
	for (size_t i = 0; i < UW_ARRAY_SIZE(wrong); i++)
		assert_int_equal(open_as(wrong[i], BOTH, FILE_OPEN_IF, SYNC, &file),
				 STATUS_OBJECT_PATH_SYNTAX_BAD);
	for (size_t i = 0; i < UW_ARRAY_SIZE(out); i++)
		assert_int_equal(open_as(out[i], BOTH, FILE_OPEN_IF, SYNC, &file),
				 STATUS_OBJECT_NAME_INVALID);
}

static void test_disposition__there_or_not__as_documented(void **state)
{
	static const struct {
		ULONG disposition;
		NTSTATUS missing, there;
		ULONG made, found, kept; /* Information; is the text still there? */
	} rows[] = {
		{ FILE_SUPERSEDE, 0, 0, FILE_CREATED, FILE_SUPERSEDED, 0 },
		{ FILE_OPEN, STATUS_OBJECT_NAME_NOT_FOUND, 0, 0, FILE_OPENED, 1 },
		{ FILE_CREATE, 0, STATUS_OBJECT_NAME_COLLISION, FILE_CREATED, 0, 1 },
		{ FILE_OPEN_IF, 0, 0, FILE_CREATED, FILE_OPENED, 1 },
		{ FILE_OVERWRITE, STATUS_OBJECT_NAME_NOT_FOUND, 0, 0, FILE_OVERWRITTEN, 0 },
		{ FILE_OVERWRITE_IF, 0, 0, FILE_CREATED, FILE_OVERWRITTEN, 0 },
	};
	char path[96];
	HANDLE file;
	(void)state;
	assert_int_equal(ZwClose(opened(L"\\??\\C:\\other", FILE_CREATE)), STATUS_SUCCESS);
	snprintf(path, sizeof(path), "%s/C/x", folder);
	for (size_t i = 0; i < UW_ARRAY_SIZE(rows); i++) {
		struct stat st;
		FILE *to;

		unlink(path);
		assert_int_equal(open_as(L"\\??\\C:\\x", BOTH, rows[i].disposition, SYNC, &file),
				 rows[i].missing);
		assert_int_equal(io.Information, rows[i].made);
		if (!rows[i].missing)
			assert_int_equal(ZwClose(file), STATUS_SUCCESS);
		to = fopen(path, "w");
		fputs("text", to);
		fclose(to);
		assert_int_equal(open_as(L"\\??\\C:\\x", BOTH, rows[i].disposition, SYNC, &file),
				 rows[i].there);
		assert_int_equal(io.Information, rows[i].found);
		if (!rows[i].there)
			assert_int_equal(ZwClose(file), STATUS_SUCCESS);
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_size, rows[i].kept ? 4 : 0);
	}
	assert_int_equal(open_as(L"\\??\\C:\\no\\x", BOTH, FILE_OPEN, SYNC, &file),
			 STATUS_OBJECT_PATH_NOT_FOUND);
	assert_int_equal(open_as(L"\\??\\C:\\other\\x", BOTH, FILE_OPEN, SYNC, &file),
			 STATUS_OBJECT_PATH_NOT_FOUND);
	assert_int_equal(ZwClose(opened(L"\\??\\C:\\d\\x", FILE_CREATE)), STATUS_SUCCESS);
	assert_int_equal(open_as(L"\\??\\C:\\d", BOTH, FILE_OPEN, SYNC, &file),
			 STATUS_FILE_IS_A_DIRECTORY);
}

/* Nobody has the other end of it: the open neither waits nor cuts anything. */
static void test_open__a_pipe__refused_at_once(void **state)
{
	static const ULONG dispositions[] = { FILE_OPEN, FILE_OPEN_IF, FILE_OVERWRITE,
					      FILE_SUPERSEDE };
	char path[96];
	HANDLE file;
	(void)state;
	assert_int_equal(ZwClose(opened(L"\\??\\C:\\x", FILE_CREATE)), STATUS_SUCCESS);
	snprintf(path, sizeof(path), "%s/C/pipe", folder);
	assert_int_equal(mkfifo(path, 0600), 0);
	for (size_t i = 0; i < UW_ARRAY_SIZE(dispositions); i++) {
		assert_int_equal(open_as(L"\\??\\C:\\pipe", GENERIC_READ | SYNCHRONIZE,
					 dispositions[i], SYNC, &file),
				 STATUS_ACCESS_DENIED);
		assert_int_equal(open_as(L"\\??\\C:\\pipe", GENERIC_WRITE | SYNCHRONIZE,
					 dispositions[i], SYNC, &file),
				 STATUS_ACCESS_DENIED);
	}
}

static void link_to(const char *target, const char *name)
{
	char path[96];

	snprintf(path, sizeof(path), "%s/C/%s", folder, name);
	assert_int_equal(symlink(target, path), 0);
}

/* Not the file that a link names, wherever it lies, nor one in a folder that a link names. */
static void test_open__through_a_link__refused(void **state)
{
	struct stat st;
	char outside[80];
	HANDLE file;
	(void)state;
	assert_int_equal(ZwClose(opened(L"\\??\\C:\\d\\x", FILE_CREATE)), STATUS_SUCCESS);
	snprintf(outside, sizeof(outside), "%s/outside", folder);
	link_to(outside, "out");
	link_to("d", "folder");
	link_to("d/x", "file");
	assert_int_equal(open_as(L"\\??\\C:\\file", BOTH, FILE_OPEN, SYNC, &file),
			 STATUS_ACCESS_DENIED);
	assert_int_equal(open_as(L"\\??\\C:\\folder\\x", BOTH, FILE_OPEN, SYNC, &file),
			 STATUS_OBJECT_PATH_NOT_FOUND);
	for (ULONG how = FILE_SUPERSEDE; how <= FILE_OVERWRITE_IF; how++)
		assert_false(NT_SUCCESS(open_as(L"\\??\\C:\\out", BOTH, how, SYNC, &file)));
	assert_int_equal(stat(outside, &st), -1);
}

static void test_rights__as_asked_for__nothing_more(void **state)
{
	LARGE_INTEGER at = { .QuadPart = 1 };
	char text[8] = "";
	HANDLE file;
	(void)state;
	file = opened(L"\\??\\C:\\x", FILE_CREATE);
	assert_int_equal(write_at(file, "abc", NULL), STATUS_SUCCESS);
	assert_int_equal(ZwClose(file), STATUS_SUCCESS);
	assert_int_equal(open_as(L"\\??\\C:\\x", FILE_READ_DATA, FILE_OPEN, 0, &file), 0);
	assert_int_equal(write_at(file, "z", &at), STATUS_ACCESS_DENIED);
	assert_int_equal(read_at(file, text, 1, &at), STATUS_SUCCESS);
	assert_string_equal(text, "b");
	assert_int_equal(read_at(file, text, 1, NULL), STATUS_INVALID_PARAMETER); /* no position */
	assert_int_equal(ZwClose(file), STATUS_SUCCESS);
	assert_int_equal(open_as(L"\\??\\C:\\x", FILE_APPEND_DATA, FILE_OPEN, 0, &file), 0);
	assert_int_equal(read_at(file, text, 1, &at), STATUS_ACCESS_DENIED);
	assert_int_equal(write_at(file, "d", &at), STATUS_SUCCESS); /* at the end all the same */
	assert_int_equal(ZwClose(file), STATUS_SUCCESS);
	file = opened(L"\\??\\C:\\x", FILE_OPEN);
	at.HighPart = -1;
	at.LowPart = FILE_WRITE_TO_END_OF_FILE;
	assert_int_equal(write_at(file, "e", &at), STATUS_SUCCESS);
	at.QuadPart = 0;
	assert_int_equal(read_at(file, text, 7, &at), STATUS_SUCCESS);
	assert_string_equal(text, "abcde");
	at.QuadPart = -3;
	assert_int_equal(read_at(file, text, 7, &at), STATUS_INVALID_PARAMETER);
	assert_int_equal(ZwClose(file), STATUS_SUCCESS);
}

static void test_information__position_and_length__asked_and_set(void **state)
{
	FILE_POSITION_INFORMATION position = { .CurrentByteOffset.QuadPart = 3 };
	FILE_END_OF_FILE_INFORMATION end = { .EndOfFile.QuadPart = 4 };
	FILE_ALLOCATION_INFORMATION room = { .AllocationSize.QuadPart = 100 };
	FILE_STANDARD_INFORMATION standard;
	char text[8] = "";
	HANDLE file;
	(void)state;
	file = opened(L"\\??\\C:\\x", FILE_CREATE);
	assert_int_equal(write_at(file, "abcdefg", NULL), STATUS_SUCCESS);
	assert_int_equal(ZwSetInformationFile(file, &io, &position, sizeof(position),
					      FilePositionInformation),
			 STATUS_SUCCESS);
	assert_int_equal(read_at(file, text, 1, NULL), STATUS_SUCCESS);
	assert_string_equal(text, "d");
	assert_int_equal(ZwQueryInformationFile(file, &io, &position, sizeof(position),
						FilePositionInformation),
			 STATUS_SUCCESS);
	assert_int_equal(position.CurrentByteOffset.QuadPart, 4);
	assert_int_equal(io.Information, sizeof(position));
	assert_int_equal(
		ZwSetInformationFile(file, &io, &end, sizeof(end), FileEndOfFileInformation),
		STATUS_SUCCESS);
	assert_int_equal(
		ZwSetInformationFile(file, &io, &room, sizeof(room), FileAllocationInformation),
		STATUS_SUCCESS);
	assert_int_equal(ZwQueryInformationFile(file, &io, &standard, sizeof(standard),
						FileStandardInformation),
			 STATUS_SUCCESS);
	assert_int_equal(standard.EndOfFile.QuadPart, 4);
	assert_int_equal(standard.NumberOfLinks, 1);
	room.AllocationSize.QuadPart = 1;
	assert_int_equal(
		ZwSetInformationFile(file, &io, &room, sizeof(room), FileAllocationInformation),
		STATUS_SUCCESS);
	assert_int_equal(read_at(file, text, 1, &(LARGE_INTEGER){ .QuadPart = 1 }),
			 STATUS_END_OF_FILE);
	assert_int_equal(ZwClose(file), STATUS_SUCCESS);
}

static void test_information__wrong__the_status_for_each(void **state)
{
	FILE_POSITION_INFORMATION position = { .CurrentByteOffset.QuadPart = -1 };
	FILE_END_OF_FILE_INFORMATION end = { .EndOfFile.QuadPart = 4 };
	HANDLE file, reader;
	(void)state;
	file = opened(L"\\??\\C:\\x", FILE_CREATE);
	assert_int_equal(open_as(L"\\??\\C:\\x", FILE_READ_DATA, FILE_OPEN, 0, &reader), 0);
	assert_int_equal(ZwSetInformationFile(file, &io, &position, sizeof(position),
					      FilePositionInformation),
			 STATUS_INVALID_PARAMETER);
	assert_int_equal(ZwSetInformationFile(file, &io, &position, 7, FilePositionInformation),
			 STATUS_INFO_LENGTH_MISMATCH);
	assert_int_equal(ZwQueryInformationFile(file, &io, &position, 8, FileStandardInformation),
			 STATUS_INFO_LENGTH_MISMATCH);
	assert_int_equal(ZwQueryInformationFile(file, &io, &end, 8, FileEndOfFileInformation),
			 STATUS_INVALID_INFO_CLASS);
	assert_int_equal(ZwSetInformationFile(file, &io, &end, 8, FileRenameInformation),
			 STATUS_INVALID_INFO_CLASS);
	assert_int_equal(ZwSetInformationFile(reader, &io, &end, 8, FileEndOfFileInformation),
			 STATUS_ACCESS_DENIED);
	assert_int_equal(ZwQueryInformationFile(reader, &io, &position, 8, FilePositionInformation),
			 STATUS_INVALID_PARAMETER);
	assert_int_equal(ZwQueryInformationFile(NULL, &io, &position, 8, FilePositionInformation),
			 STATUS_INVALID_HANDLE);
	assert_int_equal(ZwSetInformationFile(file, &io, NULL, 8, FileEndOfFileInformation),
			 STATUS_INVALID_PARAMETER);
	assert_int_equal(ZwClose(file), STATUS_SUCCESS);
	assert_int_equal(ZwClose(reader), STATUS_SUCCESS);
}

static void test_open__options_and_pointers_that_are_wrong__refused(void **state)
{
	OBJECT_ATTRIBUTES attributes;
	UNICODE_STRING name;
	HANDLE file = NULL;
	char text[4] = "";
	(void)state;
	assert_int_equal(open_as(L"\\??\\C:\\x", BOTH, 6, SYNC, &file), STATUS_INVALID_PARAMETER);
	assert_int_equal(open_as(L"\\??\\C:\\x", FILE_READ_DATA, FILE_OPEN_IF, SYNC, &file),
			 STATUS_INVALID_PARAMETER); /* without SYNCHRONIZE */
	assert_int_equal(open_as(L"\\??\\C:\\x", BOTH, FILE_OPEN_IF, FILE_DELETE_ON_CLOSE, &file),
			 STATUS_NOT_SUPPORTED);
	assert_int_equal(open_as(L"\\??\\C:\\x", BOTH, FILE_OPEN_IF, FILE_DIRECTORY_FILE, &file),
			 STATUS_NOT_SUPPORTED);
	RtlInitUnicodeString(&name, L"\\??\\C:\\x");
	InitializeObjectAttributes(&attributes, &name, 0, (HANDLE)&io, NULL);
	assert_int_equal(ZwCreateFile(&file, BOTH, &attributes, &io, NULL, 0, 0, FILE_OPEN_IF, SYNC,
				      NULL, 0),
			 STATUS_NOT_SUPPORTED);
	attributes.Length = 3;
	assert_int_equal(ZwCreateFile(&file, BOTH, &attributes, &io, NULL, 0, 0, FILE_OPEN_IF, SYNC,
				      NULL, 0),
			 STATUS_INVALID_PARAMETER);
	assert_int_equal(
		ZwCreateFile(&file, BOTH, NULL, &io, NULL, 0, 0, FILE_OPEN_IF, SYNC, NULL, 0),
		STATUS_INVALID_PARAMETER);
	assert_null(file);
	file = opened(L"\\??\\C:\\x", FILE_OPEN_IF);
	assert_int_equal(ZwReadFile(file, file, NULL, NULL, &io, text, 4, NULL, NULL),
			 STATUS_NOT_SUPPORTED);
	assert_int_equal(ZwReadFile(file, NULL, NULL, NULL, NULL, text, 4, NULL, NULL),
			 STATUS_INVALID_PARAMETER);
	assert_int_equal(ZwReadFile(file, NULL, NULL, NULL, &io, NULL, 4, NULL, NULL),
			 STATUS_INVALID_PARAMETER);
	assert_int_equal(ZwClose(file), STATUS_SUCCESS);
}

static void test_any_call__above_passive__refused(void **state)
{
	HANDLE file = opened(L"\\??\\C:\\x", FILE_CREATE), other;
	KIRQL before = fx_irql_raise(DISPATCH_LEVEL);
	const NTSTATUS no = STATUS_INVALID_DEVICE_REQUEST;
	FILE_STANDARD_INFORMATION standard;
	char text[4] = "";
	(void)state;
	assert_int_equal(open_as(L"\\??\\C:\\x", BOTH, FILE_OPEN, SYNC, &other), no);
	assert_int_equal(read_at(file, text, 4, NULL), no);
	assert_int_equal(write_at(file, "x", NULL), no);
	assert_int_equal(ZwQueryInformationFile(file, &io, &standard, sizeof(standard),
						FileStandardInformation),
			 no);
	assert_int_equal(ZwSetInformationFile(file, &io, &standard, sizeof(standard),
					      FileEndOfFileInformation),
			 no);
	assert_int_equal(ZwClose(file), no);
	fx_irql_restore(before);
	assert_int_equal(ZwClose(file), STATUS_SUCCESS);
}

static void test_many_handles__each_its_own__closed_in_any_order(void **state)
{
	HANDLE files[100];
	char text[16] = "";
	(void)state;
	for (int i = 0; i < 100; i++) {
		snprintf(text, sizeof(text), "%02d", i);
		assert_int_equal(open_as(L"\\??\\C:\\x", BOTH, FILE_OPEN_IF, SYNC, &files[i]), 0);
		assert_int_equal(write_at(files[i], text, &(LARGE_INTEGER){ .QuadPart = 2 * i }),
				 0);
	}
	for (int i = 0; i < 100; i += 2)
		assert_int_equal(ZwClose(files[i]), STATUS_SUCCESS);
	for (int i = 1; i < 100; i += 2) {
		assert_int_equal(read_at(files[i], text, 2, &(LARGE_INTEGER){ .QuadPart = 2 * i }),
				 0);
		assert_int_equal(atoi(text), i);
		assert_int_equal(ZwClose(files[i]), STATUS_SUCCESS);
	}
	for (int i = 0; i < 100; i++)
		assert_int_equal(ZwClose(files[i]), STATUS_INVALID_HANDLE);
	files[1] = opened(L"\\??\\C:\\x", FILE_OPEN); /* in the place of the first */
	assert_int_equal(ZwClose(files[0]), STATUS_INVALID_HANDLE);
	assert_int_equal(ZwClose(files[1]), STATUS_SUCCESS);
}

static NTSTATUS use_file(void)
{
	HANDLE file;
	char text[4] = "";
	NTSTATUS status = open_as(L"\\SystemRoot\\temp\\x", BOTH, FILE_OPEN_IF, SYNC, &file);

	if (!NT_SUCCESS(status))
		return status;
	status = write_at(file, "abc", NULL);
	if (NT_SUCCESS(status))
		status = read_at(file, text, 3, &(LARGE_INTEGER){ .QuadPart = 0 });
	if (NT_SUCCESS(status))
		assert_memory_equal(text, "abc", 3);
	assert_int_equal(ZwClose(file), STATUS_SUCCESS);
	return status;
}

static void sweep(enum fault_kind kind)
{
	uint64_t k = 1;
	NTSTATUS status;

	do {
		fault_arm(kind, k++);
		status = use_file();
		fault_disarm();
		assert_int_equal(mem_live_blocks(), blocks);
		assert_int_equal(test_open_fds(), fds);
	} while (!NT_SUCCESS(status));
	assert_true(k > 4);
}

static void test_file__each_allocation_and_call_fails__said_and_nothing_left(void **state)
{
	(void)state;
	sweep(FAULT_ALLOC);
	sweep(FAULT_SYSCALL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_file__written_and_read__as_it_was),
		TEST(test_names__each_root__its_folder),
		TEST(test_disposition__there_or_not__as_documented),
		TEST(test_open__a_pipe__refused_at_once),
		TEST(test_open__through_a_link__refused),
		TEST(test_rights__as_asked_for__nothing_more),
		TEST(test_information__position_and_length__asked_and_set),
		TEST(test_information__wrong__the_status_for_each),
		TEST(test_open__options_and_pointers_that_are_wrong__refused),
		TEST(test_any_call__above_passive__refused),
		TEST(test_many_handles__each_its_own__closed_in_any_order),
		TEST(test_file__each_allocation_and_call_fails__said_and_nothing_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
