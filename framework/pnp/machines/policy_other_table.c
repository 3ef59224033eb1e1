/* SPDX-License-Identifier: MIT */
/* policy_other_table.c - the power policy machine of the other devices of a stack, which go along.
 */
#include "pnp/machines/table.h"

#include "base/compiler.h"

#define STATE(state_)     WdfDevStatePwrPol##state_
#define AT(state_)        [FX_MACHINE_SLOT(STATE(state_))]
#define IS(state_)        .name = #state_, .state = STATE(state_)
#define ON(event_, next_) [FX_POLICY_##event_] = STATE(next_)

/* clang-format off */
static const uint8_t kinds[FX_POLICY_EVENT_COUNT] = {
	[FX_POLICY_PowerUp]         = FX_EVENT_PRIORITY,
	[FX_POLICY_PowerUpFailed]   = FX_EVENT_PRIORITY,
	[FX_POLICY_PowerDown]       = FX_EVENT_PRIORITY,
	[FX_POLICY_PowerDownFailed] = FX_EVENT_PRIORITY,
};

static const struct fx_machine_row rows[] = {
	AT(ObjectCreated) = { IS(ObjectCreated), .open = true, .next = { ON(Start, Starting),
		ON(Remove, Removed) } },
	AT(Starting) = { IS(Starting), .next = { ON(PowerUp, Started),
		ON(PowerUpFailed, StartingFailed) } },
	AT(Started) = { IS(Started), .self = { STATE(StartingSucceeded) } },
	AT(StartingSucceeded) = { IS(StartingSucceeded), .open = true,
		.next = { ON(PowerDownIoStopped, GotoDx), ON(Stop, Stopping),
		ON(SurpriseRemove, Stopping), ON(PowerUpHwStarted, GotoD0InD0) } },
	AT(GotoDx) = { IS(GotoDx), .next = { ON(PowerDown, Dx),
		ON(PowerDownFailed, StartingSucceeded) } },
	AT(GotoDxInDx) = { IS(GotoDxInDx), .next = { ON(PowerDown, Dx), ON(PowerDownFailed, Dx) } },
	AT(Dx) = { IS(Dx), .open = true, .next = { ON(PowerUpHwStarted, GotoD0), ON(Stop, Stopping),
		ON(SurpriseRemove, Stopping), ON(PowerDownIoStopped, GotoDxInDx) } },
	AT(GotoD0) = { IS(GotoD0), .next = { ON(PowerUp, StartingSucceeded),
		ON(PowerUpFailed, StartingSucceeded) } },
	AT(GotoD0InD0) = { IS(GotoD0InD0), .next = { ON(PowerUp, StartingSucceeded),
		ON(PowerUpFailed, StartingSucceeded) } },
	AT(Stopping) = { IS(Stopping), .self = { STATE(StoppingWaitingForImplicitPowerDown) } },
	AT(StoppingSendStatus) = { IS(StoppingSendStatus), .self = { STATE(Stopped) } },
	AT(StartingFailed) = { IS(StartingFailed), .open = true, .next = { ON(Remove, Removed) } },
	AT(StoppingFailed) = { IS(StoppingFailed), .self = { STATE(Stopped) } },
	AT(Stopped) = { IS(Stopped), .open = true, .next = { ON(Start, Starting),
		ON(Remove, Removed) } },
	AT(StoppingWaitingForImplicitPowerDown) = { IS(StoppingWaitingForImplicitPowerDown), .open = true,
		.next = { ON(ImplicitPowerDown, StoppingSendStatus),
		ON(ImplicitPowerDownFailed, StoppingFailed),
		ON(PowerDownIoStopped, StoppingPoweringDown),
		ON(PowerUpHwStarted, StoppingPoweringUp) } },
	AT(StoppingPoweringUp) = { IS(StoppingPoweringUp),
		.next = { ON(PowerUp, StoppingWaitingForImplicitPowerDown),
		ON(PowerUpFailed, StoppingWaitingForImplicitPowerDown) } },
	AT(StoppingPoweringDown) = { IS(StoppingPoweringDown),
		.next = { ON(PowerDown, StoppingWaitingForImplicitPowerDown),
		ON(PowerDownFailed, StoppingWaitingForImplicitPowerDown) } },
	AT(Removed) = { IS(Removed), .open = true, .next = { ON(Start, Starting),
		ON(Remove, Removed) } },
};
/* clang-format on */

const struct fx_machine_table fx_policy_other_table = {
	.name = "policy_other",
	.rows = rows,
	.slots = UW_ARRAY_SIZE(rows),
	.first = STATE(ObjectCreated),
	.event_names = fx_policy_event_names,
	.event_kinds = kinds,
	.events = UW_ARRAY_SIZE(kinds),
};
