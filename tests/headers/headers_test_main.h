/* SPDX-License-Identifier: MIT */
/* headers_test_main.h - the end of the generated program: fill the table, call, compare, count. */

#define SLOT(n)                                                                                    \
	static void slot_##n(void)                                                                 \
	{                                                                                          \
		slot_called = n;                                                                   \
	}
#define TEN(m, n) m(n##0) m(n##1) m(n##2) m(n##3) m(n##4) m(n##5) m(n##6) m(n##7) m(n##8) m(n##9)
#define ALL(m)                                                                                     \
	m(0) m(1) m(2) m(3) m(4) m(5) m(6) m(7) m(8) m(9) TEN(m, 1) TEN(m, 2) TEN(m, 3) TEN(m, 4)  \
		TEN(m, 5) TEN(m, 6) TEN(m, 7) TEN(m, 8) TEN(m, 9) TEN(m, 10) TEN(m, 11) TEN(m, 12) \
			TEN(m, 13) TEN(m, 14) TEN(m, 15) TEN(m, 16) TEN(m, 17) TEN(m, 18) TEN(     \
				m, 19) TEN(m, 20) TEN(m, 21) TEN(m, 22) TEN(m, 23) TEN(m, 24)      \
				TEN(m, 25) TEN(m, 26) TEN(m, 27) TEN(m, 28) TEN(m, 29) TEN(m, 30)  \
					TEN(m, 31) TEN(m, 32) TEN(m, 33) TEN(m, 34) TEN(m, 35)     \
						TEN(m, 36) TEN(m, 37) TEN(m, 38) TEN(m, 39)        \
							TEN(m, 40) TEN(m, 41) TEN(m, 42)           \
								TEN(m, 43) TEN(m, 44) TEN(m, 45)   \
									TEN(m, 46) TEN(m, 47)

ALL(SLOT)
#define SLOT_ROW(n) [n] = slot_##n,
static void (*const slots[])(void) = { ALL(SLOT_ROW) };
void (*const *WdfFunctions)(void) = slots;
static WDF_DRIVER_GLOBALS own_globals;
PWDF_DRIVER_GLOBALS WdfDriverGlobals = &own_globals;

static int check_calls(void)
{
	int bad = 0;

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		slot_called = -1;
		calls[i].call();
		bad += differs(calls[i].name, slot_called, calls[i].index);
	}
	return bad;
}

static int check_inits(void)
{
	int bad = 0;

	for (size_t i = 0; i < sizeof(inits) / sizeof(inits[0]); i++)
		bad += inits[i].run();
	return bad;
}

int main(void)
{
	int bad = check_calls() + check_inits();

	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		printf("coverage %s %d/%d\n", families[i].name, families[i].have,
		       families[i].total);
	printf("coverage all %d/%d\n", ALL_HAVE, ALL_TOTAL);
	if (UNPROVEN[0])
		printf("offered, but no test is known that fails without:%s\n", UNPROVEN);
	printf("compared: %d functions of the table, %d others, %d macros, %zu _INIT functions, %d "
	       "callbacks, %d statuses, %d enum values, %d struct fields; %d differ\n",
	       COMPARED, INLINES, MACROS, sizeof(inits) / sizeof(inits[0]), CALLBACKS, STATUSES,
	       ENUM_VALUES, STRUCT_FIELDS, bad);
	return bad != 0;
}
