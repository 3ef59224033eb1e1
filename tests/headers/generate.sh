#!/bin/sh
# SPDX-License-Identifier: MIT
# generate.sh PREPROCESSED FACTS PROOFS OUT.c - write the program that compares the public headers with the fact tables.
#
# PREPROCESSED is `cc -E` of wdf.h: a function, enum or struct counts as offered when its name stands
# there. What is offered must agree with the tables in full; what is not offered is only counted.
# PROOFS is tests/headers/implemented: what counts as implemented.
set -eu
preprocessed=$1 facts=$2 proofs=$3 out=$4

tr -c 'A-Za-z0-9_' '\n' <"$preprocessed" | sort -u >"$out.words"
awk -F'\t' -v facts="$facts" -v words="$out.words" -v proofs="$proofs" -f "$(dirname "$0")/generate.awk" >"$out"
