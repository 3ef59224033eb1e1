/* SPDX-License-Identifier: MIT */
/*
 * dialect.h - words of Microsoft's compiler that driver sources use.
 *
 * Has: __declspec (selectany, align, noreturn, novtable, nothrow, noinline, deprecated, dllexport,
 * dllimport, allocate), __int8 to __int64, __forceinline, calling conventions, __pragma, all as
 * macros: a compiler that knows the words (clang -fms-extensions) gets the same meaning.
 * Differs: selectany is a weak symbol; calling conventions, __pragma and sections mean nothing.
 *
 * Source: Microsoft C++ documentation, "Keywords (C++)", "__declspec".
 */
#ifndef UWDF_NT_DIALECT_H
#define UWDF_NT_DIALECT_H

#ifndef __declspec
#define __declspec(attribute) UWDF_DECLSPEC_##attribute
#endif
#define UWDF_DECLSPEC_selectany         __attribute__((weak))
#define UWDF_DECLSPEC_align(bytes)      __attribute__((aligned(bytes)))
#define UWDF_DECLSPEC_noreturn          __attribute__((noreturn))
#define UWDF_DECLSPEC_noinline          __attribute__((noinline))
#define UWDF_DECLSPEC_nothrow           __attribute__((nothrow))
#define UWDF_DECLSPEC_deprecated        __attribute__((deprecated))
#define UWDF_DECLSPEC_dllexport         __attribute__((visibility("default")))
#define UWDF_DECLSPEC_dllimport         __attribute__((visibility("default")))
#define UWDF_DECLSPEC_novtable          /* of C++ */
#define UWDF_DECLSPEC_allocate(section) /* where it lies does not matter here */

#ifndef __int64
#define __int8 char
#define __int16 short
#define __int32 int
#define __int64 long long
#endif

#ifndef __forceinline
#define __forceinline FORCEINLINE
#endif
#ifndef __stdcall
#define __stdcall
#define __cdecl
#define __fastcall
#endif
#ifndef __pragma
#define __pragma(what)
#endif

#endif
