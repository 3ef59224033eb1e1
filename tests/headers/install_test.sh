#!/bin/bash
# SPDX-License-Identifier: MIT
# install_test.sh BUILD_DIR: installs into a directory of its own, then builds a driver, a client and a
# host against that by pkg-config and by CMake, and runs them with the installed programs alone; so for
# the users in C++ and Python, tests/users.
set -eu
build=$1
here=$(dirname "$(realpath "$0")")/install
users=$here/../../users
work=$(mktemp -d)
running=''

clean_up() {
	[[ -z $running ]] || kill -KILL "$running" 2>/dev/null || true
	rm -rf "$work"
}
trap clean_up EXIT

say() {
	echo "install_test: $*"
}

install_it() {
	cmake --install "$build" --prefix "$work/prefix" >"$work/install.log"
	libdir=$(dirname "$(find "$work/prefix" -name libuwdf.so)")
	export PKG_CONFIG_PATH=$libdir/pkgconfig LD_LIBRARY_PATH=$libdir UWDF_RUNTIME_DIR=$work/run
	export PATH=$work/prefix/bin:$PATH
	unset UWDF_DRIVER_PATH
}

build_by_pkg_config() {
	read -ra cflags <<<"$(pkg-config --cflags uwdf)"
	read -ra libs <<<"$(pkg-config --libs uwdf)"
	[[ " ${cflags[*]} " == *" -fshort-wchar "* ]]
	cc -Wall -Wextra -Werror -shared -fPIC "${cflags[@]}" "$here/driver.c" -o "$work/tiny-pc.so" "${libs[@]}"
	read -ra libs <<<"$(pkg-config --cflags --libs uwdf-client)"
	cc -Wall -Wextra -Werror "$here/client.c" -o "$work/client-pc" "${libs[@]}"
	read -ra libs <<<"$(pkg-config --cflags --libs uwdf-host)"
	cc -Wall -Wextra -Werror "$here/host.c" -o "$work/host-pc" "${libs[@]}"
	read -ra libs <<<"$(pkg-config --cflags --libs uwdf)"
	cc -Wall -Wextra -Werror -shared -fPIC "$users/pad.c" -o "$work/pad.so" "${libs[@]}"
	read -ra libs <<<"$(pkg-config --cflags --libs uwdf-client)"
	c++ -std=c++17 -Wall -Wextra -Werror -pthread "$users/client.cc" -o "$work/client-cc" "${libs[@]}"
}

build_by_cmake() {
	cmake -G Ninja -S "$here" -B "$work/cmake" -DCMAKE_PREFIX_PATH="$work/prefix" >"$work/cmake.log"
	cmake --build "$work/cmake" >>"$work/cmake.log" || { cat "$work/cmake.log"; exit 1; }
}

run_host() { # ARGUMENTS of uwdf run: until it is ready
	mkfifo "$work/ready"
	uwdf run "$@" --ready-fd 3 3>"$work/ready" >"$work/log" 2>&1 &
	running=$!
	read -r -t 60 _ <"$work/ready" || { cat "$work/log"; exit 1; }
	rm "$work/ready"
}

stop_host() { # NAME
	timeout 60 uwdf stop "$1" >"$work/stop.log"
	wait "$running"
	running=''
}

# DRIVER CLIENT: the installed uwdf runs the one, the other opens its device.
run_pair() {
	run_host "$1" --device model:edu --name tiny
	timeout 60 "$2" tiny b74cfec2-9366-454a-ba71-7c27b51470a5 | grep '"state":"started"' >/dev/null
	stop_host tiny
}

# A library with initial-exec thread-local storage cannot be relied on to be loaded by a program that
# runs already, as Python does it.
check_tls() { # LIBRARY
	! readelf -d "$1" | grep STATIC_TLS >/dev/null || { say "$1 needs static TLS"; exit 1; }
	! readelf -rW "$1" | grep TPOFF >/dev/null || { say "$1 has initial-exec TLS"; exit 1; }
}

run_users() {
	check_tls "$libdir/libuwdf-client.so.0"
	run_host "$work/pad.so"
	timeout 60 "$work/client-cc" Pad
	timeout 60 python3 "$users/client.py" "$libdir/libuwdf-client.so.0" Pad
	stop_host Pad
	run_host "$build/drivers/nonpnp.so"
	timeout 60 python3 "$users/client.py" "$libdir/libuwdf-client.so.0" Nonpnp
	stop_host Nonpnp
}

check_files() {
	local file
	for file in include/uwdf-1/wdf.h include/uwdf-1/vfio/mmio.h include/uwdf-1/uwdf_nic.h \
		include/uwdf-1/uwdf/client.h share/man/man1/uwdf.1 share/man/man1/uwdf-net.1 \
		share/bash-completion/completions/uwdf; do
		[[ -f $work/prefix/$file ]] || { say "$file is not installed"; exit 1; }
	done
	bash -n "$work/prefix/share/bash-completion/completions/uwdf"
	uwdf run edu --help >"$work/help"
}

# gdb finds the printers beside the library by itself, once it may.
check_gdb() {
	command -v gdb >/dev/null || return 0
	gdb -nx -batch -iex "add-auto-load-safe-path $libdir" -ex 'info pretty-printer' \
		"$libdir/libuwdf.so" >"$work/gdb.log" 2>&1
	grep -q '  uwdf$' "$work/gdb.log" || { cat "$work/gdb.log"; exit 1; }
}

install_it
check_files
check_gdb
build_by_pkg_config
build_by_cmake
run_pair "$work/tiny-pc.so" "$work/client-pc"
say "driver and client by pkg-config work"
run_pair "$work/cmake/tiny-cmake.so" "$work/cmake/client"
say "driver and client by CMake work"
run_users
say "users in C++ and Python work"
timeout 60 "$work/host-pc" "$work/tiny-pc.so"
timeout 60 "$work/cmake/host" "$work/cmake/tiny-cmake.so"
running_installed=$(uwdf run edu --device model:nothing 2>&1 || true)
[[ $running_installed == *'model:nothing: there is no such model'* ]] || { say "the installed edu is not found: $running_installed"; exit 1; }
say "all is well"
