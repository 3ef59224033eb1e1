#!/bin/sh
# SPDX-License-Identifier: MIT
# generate.sh PREPROCESSED DEFINES FACTS OUT.c - write the program that compares the public headers with the fact tables.
#
# PREPROCESSED is `cc -E` of wdf.h: a function, enum or struct counts as offered when its name stands
# there; DEFINES, `cc -E -dM`, has the macros. What is offered must agree with the tables in full. What
# is not offered is only counted, but an error if it belongs to a header named in the file complete.
# The file implemented says what counts as implemented.
set -eu
preprocessed=$1 defines=$2 facts=$3 out=$4 here=$(dirname "$0")

tr -c 'A-Za-z0-9_' '\n' <"$preprocessed" | sort -u >"$out.words"
awk -F'\t' -v facts="$facts" -v words="$out.words" -v defines="$defines" -v proofs="$here/implemented" \
	-v complete_headers="$here/complete" -v structures="$here/../../framework/object/structures.def" \
	-f "$here/generate.awk" >"$out"
