/* SPDX-License-Identifier: MIT */
/*
 * nt_text.h - what holds for any text at all: conversions, formats, safe strings, names. Each
 * function takes arbitrary bytes and aborts when a property does not hold; the unit test gives them
 * random ones, tests/fuzz a fuzzer's.
 */
#ifndef TEST_NT_TEXT_H
#define TEST_NT_TEXT_H

#include <stddef.h>
#include <stdint.h>

void nt_text_formats(const uint8_t *data, size_t len);
void nt_text_conversions(const uint8_t *data, size_t len);
void nt_text_case(const uint8_t *data, size_t len);
void nt_text_numbers(const uint8_t *data, size_t len);
void nt_text_safe_strings(const uint8_t *data, size_t len);
void nt_text_names(const uint8_t *data, size_t len);

#endif
