/* SPDX-License-Identifier: MIT */
/*
 * file.h - files, for drivers that read firmware or write a dump.
 *
 * Has: ZwCreateFile, ZwReadFile, ZwWriteFile, ZwQueryInformationFile, ZwSetInformationFile,
 * ZwClose.
 *
 * They are done when they return; the status is in the IO_STATUS_BLOCK, too.
 *
 * IRQL for the whole file: PASSIVE_LEVEL, else a verifier message and
 * STATUS_INVALID_DEVICE_REQUEST.
 * Source for the whole file: Windows driver documentation, wdm.h, "Using Files In A Driver".
 */
#ifndef UWDF_NT_FILE_H
#define UWDF_NT_FILE_H

#include <ntdef.h>
#include <ntstatus.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct _IO_STATUS_BLOCK {
	__extension__ union {
		NTSTATUS Status;
		PVOID Pointer;
	};
	ULONG_PTR Information;
} IO_STATUS_BLOCK, *PIO_STATUS_BLOCK;
typedef VOID IO_APC_ROUTINE(PVOID ApcContext, PIO_STATUS_BLOCK IoStatusBlock, ULONG Reserved);
typedef IO_APC_ROUTINE *PIO_APC_ROUTINE;

/* What may be done with a file, beside the standard and generic rights. */
#define FILE_READ_DATA        0x0001
#define FILE_WRITE_DATA       0x0002
#define FILE_APPEND_DATA      0x0004
#define FILE_READ_EA          0x0008
#define FILE_WRITE_EA         0x0010
#define FILE_READ_ATTRIBUTES  0x0080
#define FILE_WRITE_ATTRIBUTES 0x0100

#define FILE_SHARE_READ   0x00000001
#define FILE_SHARE_WRITE  0x00000002
#define FILE_SHARE_DELETE 0x00000004

#define FILE_ATTRIBUTE_READONLY  0x00000001
#define FILE_ATTRIBUTE_HIDDEN    0x00000002
#define FILE_ATTRIBUTE_SYSTEM    0x00000004
#define FILE_ATTRIBUTE_DIRECTORY 0x00000010
#define FILE_ATTRIBUTE_ARCHIVE   0x00000020
#define FILE_ATTRIBUTE_NORMAL    0x00000080
#define FILE_ATTRIBUTE_TEMPORARY 0x00000100

/* What to do if the file is there, and if it is not. */
#define FILE_SUPERSEDE    0x00000000
#define FILE_OPEN         0x00000001
#define FILE_CREATE       0x00000002
#define FILE_OPEN_IF      0x00000003
#define FILE_OVERWRITE    0x00000004
#define FILE_OVERWRITE_IF 0x00000005

#define FILE_DIRECTORY_FILE            0x00000001
#define FILE_WRITE_THROUGH             0x00000002
#define FILE_SEQUENTIAL_ONLY           0x00000004
#define FILE_NO_INTERMEDIATE_BUFFERING 0x00000008
#define FILE_SYNCHRONOUS_IO_ALERT      0x00000010
#define FILE_SYNCHRONOUS_IO_NONALERT   0x00000020
#define FILE_NON_DIRECTORY_FILE        0x00000040
#define FILE_RANDOM_ACCESS             0x00000800
#define FILE_DELETE_ON_CLOSE           0x00001000

/* IoStatusBlock->Information of ZwCreateFile(). */
#define FILE_SUPERSEDED     0x00000000
#define FILE_OPENED         0x00000001
#define FILE_CREATED        0x00000002
#define FILE_OVERWRITTEN    0x00000003
#define FILE_EXISTS         0x00000004
#define FILE_DOES_NOT_EXIST 0x00000005

/* LowPart of a ByteOffset whose HighPart is -1. */
#define FILE_WRITE_TO_END_OF_FILE      0xffffffff
#define FILE_USE_FILE_POINTER_POSITION 0xfffffffe

typedef enum _FILE_INFORMATION_CLASS {
	FileDirectoryInformation = 1,
	FileBasicInformation = 4,
	FileStandardInformation = 5,
	FileNameInformation = 9,
	FileRenameInformation = 10,
	FileDispositionInformation = 13,
	FilePositionInformation = 14,
	FileAllocationInformation = 19,
	FileEndOfFileInformation = 20,
} FILE_INFORMATION_CLASS,
	*PFILE_INFORMATION_CLASS;

typedef struct _FILE_STANDARD_INFORMATION {
	LARGE_INTEGER AllocationSize;
	LARGE_INTEGER EndOfFile;
	ULONG NumberOfLinks;
	BOOLEAN DeletePending;
	BOOLEAN Directory;
} FILE_STANDARD_INFORMATION, *PFILE_STANDARD_INFORMATION;
typedef struct _FILE_POSITION_INFORMATION {
	LARGE_INTEGER CurrentByteOffset;
} FILE_POSITION_INFORMATION, *PFILE_POSITION_INFORMATION;
typedef struct _FILE_END_OF_FILE_INFORMATION {
	LARGE_INTEGER EndOfFile;
} FILE_END_OF_FILE_INFORMATION, *PFILE_END_OF_FILE_INFORMATION;
typedef struct _FILE_ALLOCATION_INFORMATION {
	LARGE_INTEGER AllocationSize;
} FILE_ALLOCATION_INFORMATION, *PFILE_ALLOCATION_INFORMATION;
UWDF_STATIC_ASSERT(sizeof(FILE_STANDARD_INFORMATION) == 24, "as on 64-bit Windows");

/**
 * ZwCreateFile() - open a file, or make it.
 * @ObjectAttributes:  the name: \SystemRoot\..., \??\C:\... or \DosDevices\C:\...; no
 * RootDirectory.
 * @AllocationSize:    ignored by design. @FileAttributes: ignored by design.
 * @ShareAccess:       ignored by design: nobody is kept out.
 * @CreateDisposition: FILE_SUPERSEDE to FILE_OVERWRITE_IF.
 * @CreateOptions:     FILE_NON_DIRECTORY_FILE is implied. With FILE_SYNCHRONOUS_IO_*, which needs
 *                     SYNCHRONIZE, the file has a position.
 * @EaBuffer:          must be NULL.
 *
 * Return:  STATUS_SUCCESS, Information says what happened; STATUS_OBJECT_NAME_NOT_FOUND,
 * STATUS_OBJECT_PATH_NOT_FOUND, STATUS_OBJECT_NAME_COLLISION, STATUS_OBJECT_NAME_INVALID,
 * STATUS_OBJECT_PATH_SYNTAX_BAD another root, STATUS_FILE_IS_A_DIRECTORY, STATUS_ACCESS_DENIED,
 * STATUS_INVALID_PARAMETER, STATUS_NOT_SUPPORTED an option that is not here.
 * Differs: the files are those below a folder of the host's: $UWDF_FILES, else /var/lib/uwdf/files
 * for root, else uwdf/files in $XDG_STATE_HOME or ~/.local/state; there \SystemRoot is the folder
 * SystemRoot, C: is C. Names mean what is written, capital letters too; folders are made with a new
 * file. Symbolic links below that folder are not followed, and what is neither file nor directory
 * is STATUS_ACCESS_DENIED. No directories, no FILE_DELETE_ON_CLOSE.
 */
NTSTATUS ZwCreateFile(PHANDLE FileHandle, ACCESS_MASK DesiredAccess,
		      POBJECT_ATTRIBUTES ObjectAttributes, PIO_STATUS_BLOCK IoStatusBlock,
		      PLARGE_INTEGER AllocationSize, ULONG FileAttributes, ULONG ShareAccess,
		      ULONG CreateDisposition, ULONG CreateOptions, PVOID EaBuffer, ULONG EaLength);
/**
 * ZwReadFile() - read from a file opened with FILE_READ_DATA.
 * @Event, @ApcRoutine: must be NULL. @ApcContext, @Key: ignored by design.
 * @ByteOffset: where; NULL or FILE_USE_FILE_POINTER_POSITION: at the file's position, which moves.
 *
 * Return:  STATUS_SUCCESS, Information: how many bytes; STATUS_END_OF_FILE there were none;
 * STATUS_INVALID_HANDLE, STATUS_OBJECT_TYPE_MISMATCH, STATUS_ACCESS_DENIED,
 * STATUS_INVALID_PARAMETER a file without position, or a NULL pointer; STATUS_NOT_SUPPORTED.
 * Differs: never pending.
 */
NTSTATUS ZwReadFile(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine, PVOID ApcContext,
		    PIO_STATUS_BLOCK IoStatusBlock, PVOID Buffer, ULONG Length,
		    PLARGE_INTEGER ByteOffset, PULONG Key);
/** ZwWriteFile() - the same the other way, with FILE_WRITE_DATA or FILE_APPEND_DATA;
 * FILE_WRITE_TO_END_OF_FILE is an offset, too. STATUS_DISK_FULL. Differs: never pending. */
NTSTATUS ZwWriteFile(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine, PVOID ApcContext,
		     PIO_STATUS_BLOCK IoStatusBlock, PVOID Buffer, ULONG Length,
		     PLARGE_INTEGER ByteOffset, PULONG Key);
/**
 * ZwQueryInformationFile() - FileStandardInformation or FilePositionInformation.
 *
 * Return:  STATUS_SUCCESS; STATUS_INFO_LENGTH_MISMATCH @Length is too small;
 * STATUS_INVALID_INFO_CLASS; those of a handle.
 * Differs: no other classes.
 */
NTSTATUS ZwQueryInformationFile(HANDLE FileHandle, PIO_STATUS_BLOCK IoStatusBlock,
				PVOID FileInformation, ULONG Length,
				FILE_INFORMATION_CLASS FileInformationClass);
/** ZwSetInformationFile() - FilePositionInformation, FileEndOfFileInformation (with
 * FILE_WRITE_DATA), FileAllocationInformation (less than the file is long cuts it). Statuses and
 * Differs: as above. */
NTSTATUS ZwSetInformationFile(HANDLE FileHandle, PIO_STATUS_BLOCK IoStatusBlock,
			      PVOID FileInformation, ULONG Length,
			      FILE_INFORMATION_CLASS FileInformationClass);
/** ZwClose() - of a file: STATUS_INVALID_HANDLE; STATUS_HANDLE_NOT_CLOSABLE it is a WDFKEY's. */
NTSTATUS ZwClose(HANDLE Handle);

#ifdef __cplusplus
}
#endif
#endif
