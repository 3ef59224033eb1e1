#!/bin/sh
# SPDX-License-Identifier: MIT
# alone.sh SOURCE_DIR - each public header compiles by itself, as C and as C++, with gcc and clang.
set -u
cd "$1" || exit 2
failed=0 tried=0
includes="-Iframework/include -Ivfio/mmio -Iframework/client/include -Idrivers/include"
for header in $(find framework/include framework/client/include vfio/mmio drivers/include -name '*.h' | sort); do
	for compiler in "gcc -x c -std=gnu17" "clang -x c -std=gnu17" "g++ -x c++ -std=gnu++17" "clang++ -x c++ -std=gnu++17"; do
		tried=$((tried + 1))
		# wdf/ headers belong to wdf.h, as Microsoft's do: each still has to name what it needs
		if ! printf '#include "%s"\n' "$PWD/$header" | $compiler $includes -fshort-wchar -Wall -Wextra -Werror -fsyntax-only -; then
			echo "FAILED: $header alone with $compiler"
			failed=$((failed + 1))
		fi
	done
done
echo "$tried compilations, $failed failed"
[ "$tried" -gt 0 ] && [ "$failed" -eq 0 ]
