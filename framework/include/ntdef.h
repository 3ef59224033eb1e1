/* SPDX-License-Identifier: MIT */
/*
 * ntdef.h - the basic types of the NT interface, with the widths that drivers rely on.
 *
 * LONG, ULONG and NTSTATUS are 32 bits wide, pointers 64, WCHAR and L"" 16: drivers are built with
 * -fshort-wchar (the pkg-config and CMake packages add it).
 *
 * Has: integer, character, pointer and string types, GUID, LIST_ENTRY, LARGE_INTEGER, NT_SUCCESS
 * and its kin, CONTAINING_RECORD, FIELD_OFFSET, UNREFERENCED_PARAMETER, SAL annotations (empty).
 *
 * Source: [MS-DTYP], Windows Data Types; Windows driver documentation, "Windows kernel-mode types".
 */
#ifndef UWDF_NTDEF_H
#define UWDF_NTDEF_H

#include <stddef.h>
#include <stdint.h>

#include <guiddef.h>
#include <nt/dialect.h>
#include <sal.h>

#ifdef __cplusplus
#define UWDF_STATIC_ASSERT(expr, text) static_assert(expr, text)
#define EXTERN_C                       extern "C"
#define EXTERN_C_START                 extern "C" {
#define EXTERN_C_END                   }
#else
#define UWDF_STATIC_ASSERT(expr, text) _Static_assert(expr, text)
#define EXTERN_C                       extern
#define EXTERN_C_START
#define EXTERN_C_END
#endif

#define IN
#define OUT
#define OPTIONAL
#define CONST const
#define VOID  void
#define NTAPI
#define NTSYSAPI
#define NTKERNELAPI
#define APIENTRY
#define FASTCALL
#ifndef FORCEINLINE
#define FORCEINLINE static inline __attribute__((always_inline, unused))
#endif
#define DECLSPEC_ALIGN(bytes)       __attribute__((aligned(bytes)))
#define DECLSPEC_NORETURN           __attribute__((noreturn))
#define DECLSPEC_SELECTANY          __attribute__((weak))
#define POINTER_ALIGNMENT           DECLSPEC_ALIGN(8)
#define MEMORY_ALLOCATION_ALIGNMENT 16

#ifndef TRUE
#define TRUE  1
#define FALSE 0
#endif

typedef char CHAR, CCHAR, *PCHAR, *PSTR, *LPSTR, *PCCHAR;
typedef const char *PCSTR, *LPCSTR, *PCCH;
typedef signed char SCHAR, *PSCHAR;
typedef unsigned char UCHAR, *PUCHAR;
typedef const unsigned char *PCUCHAR;
typedef unsigned char BYTE, *PBYTE;
typedef unsigned char BOOLEAN, *PBOOLEAN;
typedef short SHORT, *PSHORT;
typedef short CSHORT;
typedef unsigned short USHORT, *PUSHORT;
typedef unsigned short WORD;
typedef int INT, *PINT;
typedef unsigned int UINT, *PUINT;
typedef int BOOL;
typedef int LONG, *PLONG;
typedef unsigned int ULONG, *PULONG;
typedef unsigned int DWORD, *PDWORD;
typedef long long LONGLONG, *PLONGLONG;
typedef unsigned long long ULONGLONG, *PULONGLONG;
typedef long long LONG64, *PLONG64;
typedef unsigned long long ULONG64, *PULONG64;
typedef unsigned long long DWORDLONG;
typedef int8_t INT8;
typedef int16_t INT16;
typedef int32_t INT32, LONG32;
typedef int64_t INT64;
typedef uint8_t UINT8;
typedef uint16_t UINT16;
typedef uint32_t UINT32, ULONG32;
typedef uint64_t UINT64;
typedef intptr_t LONG_PTR, *PLONG_PTR, INT_PTR;
typedef uintptr_t ULONG_PTR, *PULONG_PTR, UINT_PTR;
typedef size_t SIZE_T, *PSIZE_T;
typedef wchar_t WCHAR, *PWCHAR, *PWSTR, *LPWSTR, *PWCH;
typedef const wchar_t *PCWSTR, *LPCWSTR, *PCWCH;
typedef void *PVOID, *LPVOID, *HANDLE, **PHANDLE;
typedef const void *PCVOID;
typedef LONG NTSTATUS, *PNTSTATUS;
typedef ULONG LCID;
typedef ULONG ACCESS_MASK;
typedef UCHAR KIRQL, *PKIRQL;
typedef ULONG_PTR KAFFINITY, *PKAFFINITY;
typedef CCHAR KPROCESSOR_MODE;

UWDF_STATIC_ASSERT(sizeof(LONG) == 4, "LONG is 32 bits");
UWDF_STATIC_ASSERT(sizeof(ULONG) == 4, "ULONG is 32 bits");
UWDF_STATIC_ASSERT(sizeof(NTSTATUS) == 4, "NTSTATUS is 32 bits");
UWDF_STATIC_ASSERT(sizeof(CHAR) == 1 && sizeof(UCHAR) == 1 && sizeof(BOOLEAN) == 1,
		   "CHAR, UCHAR and BOOLEAN are 8 bits");
UWDF_STATIC_ASSERT(sizeof(USHORT) == 2 && sizeof(CSHORT) == 2 && sizeof(WORD) == 2,
		   "USHORT, CSHORT and WORD are 16 bits");
UWDF_STATIC_ASSERT(sizeof(INT) == 4 && sizeof(UINT) == 4 && sizeof(BOOL) == 4,
		   "INT, UINT and BOOL are 32 bits");
UWDF_STATIC_ASSERT(sizeof(DWORD) == 4 && sizeof(ACCESS_MASK) == 4 && sizeof(LCID) == 4,
		   "DWORD, ACCESS_MASK and LCID are 32 bits");
UWDF_STATIC_ASSERT(sizeof(ULONGLONG) == 8 && sizeof(LONG64) == 8 && sizeof(ULONG64) == 8,
		   "ULONGLONG, LONG64 and ULONG64 are 64 bits");
UWDF_STATIC_ASSERT(sizeof(SIZE_T) == 8 && sizeof(LONG_PTR) == 8 && sizeof(HANDLE) == 8,
		   "SIZE_T, LONG_PTR and HANDLE are as wide as pointers");
UWDF_STATIC_ASSERT(sizeof(KIRQL) == 1 && sizeof(KPROCESSOR_MODE) == 1 && sizeof(KAFFINITY) == 8,
		   "KIRQL and KPROCESSOR_MODE are 8 bits, KAFFINITY 64");
UWDF_STATIC_ASSERT((CHAR)-1 < 0 && (WCHAR)-1 > 0, "CHAR is signed, WCHAR is not");
UWDF_STATIC_ASSERT(sizeof(INT8) == 1 && sizeof(INT16) == 2 && sizeof(INT32) == 4 &&
			   sizeof(INT64) == 8 && sizeof(UINT8) == 1 && sizeof(UINT16) == 2 &&
			   sizeof(UINT32) == 4 && sizeof(UINT64) == 8,
		   "INTn and UINTn are of n bits");
UWDF_STATIC_ASSERT(sizeof(LONG32) == 4 && sizeof(ULONG32) == 4 && sizeof(DWORDLONG) == 8 &&
			   sizeof(SCHAR) == 1 && sizeof(BYTE) == 1 && sizeof(CCHAR) == 1,
		   "LONG32 and ULONG32 are 32 bits, DWORDLONG 64; SCHAR, BYTE and CCHAR are 8");
UWDF_STATIC_ASSERT(sizeof(INT_PTR) == 8 && sizeof(UINT_PTR) == 8,
		   "INT_PTR and UINT_PTR hold a pointer");
UWDF_STATIC_ASSERT(sizeof(SHORT) == 2, "SHORT is 16 bits");
UWDF_STATIC_ASSERT(sizeof(LONGLONG) == 8, "LONGLONG is 64 bits");
UWDF_STATIC_ASSERT(sizeof(PVOID) == 8, "pointers are 64 bits");
UWDF_STATIC_ASSERT(sizeof(ULONG_PTR) == 8, "ULONG_PTR holds a pointer");
UWDF_STATIC_ASSERT(sizeof(WCHAR) == 2, "WCHAR is 16 bits: build with -fshort-wchar");
UWDF_STATIC_ASSERT(sizeof(L'x') == 2, "wide literals are 16 bits: build with -fshort-wchar");

#define ANSI_NULL    ((CHAR)0)
#define UNICODE_NULL ((WCHAR)0)
#define MAXUSHORT    0xffff
#define MAXULONG     0xffffffffu
#define MAXLONG      0x7fffffff
#define MAXULONG_PTR (~(ULONG_PTR)0)
#ifndef min
#ifndef __cplusplus
#define min(a, b) (((a) < (b)) ? (a) : (b))
#define max(a, b) (((a) > (b)) ? (a) : (b))
#endif
#endif

/* A 64-bit number that is also seen as two halves. */
typedef union _LARGE_INTEGER {
	__extension__ struct {
		ULONG LowPart;
		LONG HighPart;
	};
	struct {
		ULONG LowPart;
		LONG HighPart;
	} u;
	LONGLONG QuadPart;
} LARGE_INTEGER, *PLARGE_INTEGER;
typedef union _ULARGE_INTEGER {
	__extension__ struct {
		ULONG LowPart;
		ULONG HighPart;
	};
	struct {
		ULONG LowPart;
		ULONG HighPart;
	} u;
	ULONGLONG QuadPart;
} ULARGE_INTEGER, *PULARGE_INTEGER;
typedef LARGE_INTEGER PHYSICAL_ADDRESS, *PPHYSICAL_ADDRESS;
UWDF_STATIC_ASSERT(sizeof(LARGE_INTEGER) == 8, "LARGE_INTEGER is 64 bits");

/* Counted strings: lengths in bytes, the terminating zero is not required. */
typedef struct _UNICODE_STRING {
	USHORT Length;
	USHORT MaximumLength;
	PWCH Buffer;
} UNICODE_STRING, *PUNICODE_STRING;
typedef const UNICODE_STRING *PCUNICODE_STRING;
typedef struct _STRING {
	USHORT Length;
	USHORT MaximumLength;
	PCHAR Buffer;
} STRING, *PSTRING, ANSI_STRING, *PANSI_STRING;
UWDF_STATIC_ASSERT(sizeof(UNICODE_STRING) == 16, "UNICODE_STRING as on 64-bit Windows");

#define RTL_CONSTANT_STRING(s)                                                                     \
	{                                                                                          \
		sizeof(s) - sizeof((s)[0]), sizeof(s), (PWCH)(uintptr_t)(s)                        \
	}

typedef struct _LIST_ENTRY {
	struct _LIST_ENTRY *Flink;
	struct _LIST_ENTRY *Blink;
} LIST_ENTRY, *PLIST_ENTRY;
typedef struct _SINGLE_LIST_ENTRY {
	struct _SINGLE_LIST_ENTRY *Next;
} SINGLE_LIST_ENTRY, *PSINGLE_LIST_ENTRY;

#define NT_SUCCESS(status)     (((NTSTATUS)(status)) >= 0)
#define NT_INFORMATION(status) ((((ULONG)(status)) >> 30) == 1)
#define NT_WARNING(status)     ((((ULONG)(status)) >> 30) == 2)
#define NT_ERROR(status)       ((((ULONG)(status)) >> 30) == 3)

#define FIELD_OFFSET(type, field)   ((LONG)offsetof(type, field))
#define FIELD_SIZE(type, field)     (sizeof(((type *)0)->field))
#define RTL_FIELD_SIZE(type, field) (sizeof(((type *)0)->field))
#define CONTAINING_RECORD(address, type, field)                                                    \
	((type *)(void *)((PCHAR)(address) - (ULONG_PTR)offsetof(type, field)))
#define ARRAYSIZE(array)                   (sizeof(array) / sizeof((array)[0]))
#define RTL_NUMBER_OF(array)               ARRAYSIZE(array)
#define UNREFERENCED_PARAMETER(p)          ((void)(p))
#define DBG_UNREFERENCED_PARAMETER(p)      ((void)(p))
#define DBG_UNREFERENCED_LOCAL_VARIABLE(v) ((void)(v))
#define C_ASSERT(expr)                     UWDF_STATIC_ASSERT(expr, #expr)

#define UFIELD_OFFSET(type, field)            ((ULONG)offsetof(type, field))
#define RTL_SIZEOF_THROUGH_FIELD(type, field) (offsetof(type, field) + sizeof(((type *)0)->field))
#define ARGUMENT_PRESENT(pointer)             ((PCHAR)(ULONG_PTR)(pointer) != (PCHAR)0)
#define NOTHING
#define UNALIGNED
#define UInt32x32To64(a, b) ((ULONGLONG)(ULONG)(a) * (ULONGLONG)(ULONG)(b))
#define Int32x32To64(a, b)  ((LONGLONG)(LONG)(a) * (LONGLONG)(LONG)(b))

#define PtrToUlong(p)    ((ULONG)(ULONG_PTR)(p))
#define PtrToUshort(p)   ((USHORT)(ULONG_PTR)(p))
#define PtrToLong(p)     ((LONG)(LONG_PTR)(p))
#define ULongToPtr(ul)   ((PVOID)(ULONG_PTR)(ULONG)(ul))
#define LongToPtr(l)     ((PVOID)(LONG_PTR)(LONG)(l))
#define HandleToUlong(h) ((ULONG)(ULONG_PTR)(h))

/* Name and rights of an object that is opened by name. */
typedef struct _OBJECT_ATTRIBUTES {
	ULONG Length;
	HANDLE RootDirectory;
	PUNICODE_STRING ObjectName;
	ULONG Attributes;
	PVOID SecurityDescriptor;
	PVOID SecurityQualityOfService;
} OBJECT_ATTRIBUTES, *POBJECT_ATTRIBUTES;
UWDF_STATIC_ASSERT(sizeof(OBJECT_ATTRIBUTES) == 48, "OBJECT_ATTRIBUTES as on 64-bit Windows");
#define OBJ_INHERIT          0x00000002
#define OBJ_PERMANENT        0x00000010
#define OBJ_EXCLUSIVE        0x00000020
#define OBJ_CASE_INSENSITIVE 0x00000040
#define OBJ_OPENIF           0x00000080
#define OBJ_KERNEL_HANDLE    0x00000200
#define InitializeObjectAttributes(p, name, attributes, root, security)                            \
	((void)((p)->Length = sizeof(OBJECT_ATTRIBUTES), (p)->RootDirectory = (root),              \
		(p)->Attributes = (attributes), (p)->ObjectName = (name),                          \
		(p)->SecurityDescriptor = (security), (p)->SecurityQualityOfService = NULL))

#endif
