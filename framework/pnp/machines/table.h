/* SPDX-License-Identifier: MIT */
/*
 * table.h - the PnP, power and power policy machines as data: KMDF's states, names and values.
 *
 * A row is a state: which event leads where, and where its entry action may go by itself. What has
 * no entry cannot happen there: such an event is dropped. A closed state leaves ordinary events in
 * the queue; priority events are taken in every state and before the others.
 *
 * tests/unit/fx_machine_table_test compares every row with tests/headers/facts/pnp-states.tsv.
 */
#ifndef FX_MACHINE_TABLE_H
#define FX_MACHINE_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include <wdf/wdfdevicestates.h>

/* clang-format off */
#define FX_PNP_EVENTS(X) \
	X(AddDevice) X(StartDevice) X(StartDeviceComplete) X(StartDeviceFailed) \
	X(QueryRemove) X(CancelRemove) X(Remove) X(SurpriseRemove) X(ParentRemoved) X(Eject) \
	X(QueryStop) X(CancelStop) X(Stop) X(ChildrenRemovalComplete) X(DeviceInD0) \
	X(PowerUpFailed) X(PowerDownFailed) \
	X(PwrPolStarted) X(PwrPolStartFailed) X(PwrPolStopped) X(PwrPolStopFailed) X(PwrPolRemoved)

#define FX_POWER_EVENTS(X) \
	X(ImplicitD0) X(ImplicitD3) X(D0) X(Dx) X(CompleteD0) X(CompleteDx) X(ParentToD0) \
	X(MarkPageable) X(MarkNonpageable) X(WakeArrival) X(WakeSucceeded) X(WakeFailed) X(WakeCanceled) \
	X(WakeInterruptCompleteTransition)

/* Those of the owner and of the other devices of a stack. */
#define FX_POLICY_EVENTS(X) \
	X(Start) X(Stop) X(Remove) X(SurpriseRemove) X(S0) X(Sx) X(IoPresent) X(S0IdlePolicyChanged) \
	X(PowerUp) X(PowerUpFailed) X(PowerUpHwStarted) X(PowerUpNotSeen) \
	X(PowerDown) X(PowerDownFailed) X(PowerDownIoStopped) \
	X(ImplicitPowerDown) X(ImplicitPowerDownFailed) X(PowerTimeoutExpired) \
	X(WakeArrived) X(WakeSuccess) X(WakeFailed) X(WakeInterruptFired) \
	X(UsbSelectiveSuspendCallback) X(UsbSelectiveSuspendCompleted) \
	X(DevicePowerRequired) X(DevicePowerNotRequired) \
	X(DevicePowerRequiredDirected) X(DevicePowerNotRequiredDirected) \
	X(DeviceDirectedPowerUp) X(DeviceDirectedPowerDown)

#define FX_EVENT_NONE 0u /* a state was entered by its predecessor's own decision */
#define FX_ENUMERATE(name) FX_PNP_##name,
enum fx_pnp_event { FX_PNP_NO_EVENT, FX_PNP_EVENTS(FX_ENUMERATE) FX_PNP_EVENT_COUNT };
#undef FX_ENUMERATE
#define FX_ENUMERATE(name) FX_POWER_##name,
enum fx_power_event { FX_POWER_NO_EVENT, FX_POWER_EVENTS(FX_ENUMERATE) FX_POWER_EVENT_COUNT };
#undef FX_ENUMERATE
#define FX_ENUMERATE(name) FX_POLICY_##name,
enum fx_policy_event { FX_POLICY_NO_EVENT, FX_POLICY_EVENTS(FX_ENUMERATE) FX_POLICY_EVENT_COUNT };
#undef FX_ENUMERATE
/* clang-format on */

#define FX_MACHINE_EVENTS     32u /* at most, with FX_EVENT_NONE */
#define FX_MACHINE_SUCCESSORS 4u  /* of an entry action, at most */
#define FX_MACHINE_SLOTS      192u

/* Low bytes count KMDF's states; above are the machine and WdfDevStateNP. */
#define FX_MACHINE_SLOT(state) ((state)&0xffu)

enum fx_event_kind {
	FX_EVENT_PRIORITY = 1, /* taken in every state, before ordinary ones */
	FX_EVENT_SINGLE = 2,   /* ours: pending twice it says no more than once */
};

struct fx_machine_row {
	const char *name;                     /* NULL: no state of this machine */
	uint16_t state;                       /* the public enum's value */
	bool open;                            /* takes ordinary events, too */
	uint16_t self[FX_MACHINE_SUCCESSORS]; /* where its entry action may go; 0: no more */
	uint16_t next[FX_MACHINE_EVENTS];     /* by event; 0: the event is dropped here */
};

struct fx_machine_table {
	const char *name;
	const struct fx_machine_row *rows; /* by FX_MACHINE_SLOT() */
	uint16_t slots;
	uint16_t first; /* state */
	const char *const *event_names;
	const uint8_t *event_kinds; /* of enum fx_event_kind */
	uint32_t events;            /* the highest number and one */
};

extern const struct fx_machine_table fx_pnp_table, fx_power_table;
/* Of the power policy owner, and of its stack's other devices (filters, as a rule). */
extern const struct fx_machine_table fx_policy_owner_table, fx_policy_other_table;
extern const char *const fx_pnp_event_names[], *const fx_power_event_names[],
						       *const fx_policy_event_names[];

/* NULL: the machine has no such state. */
const struct fx_machine_row *fx_machine_row(const struct fx_machine_table *table, uint32_t state);
/* What uwdf prints; "?" for what is none. */
const char *fx_machine_state_name(const struct fx_machine_table *table, uint32_t state);
const char *fx_machine_event_name(const struct fx_machine_table *table, uint32_t event);
/* May the entry action of @row's state go to @state by itself? */
bool fx_machine_row_leads_to(const struct fx_machine_row *row, uint32_t state);
/* Is there an event that leaves @row's state? */
bool fx_machine_row_waits(const struct fx_machine_row *row);

enum fx_machine_outcome {
	FX_OUTCOME_EDGE,    /* the machine goes on */
	FX_OUTCOME_KEPT,    /* a closed state: the event stays in the queue */
	FX_OUTCOME_DROPPED, /* nothing leads anywhere */
};
enum fx_machine_outcome fx_machine_outcome(const struct fx_machine_table *table, uint32_t state,
					   uint32_t event);

#endif
