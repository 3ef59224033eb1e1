/* SPDX-License-Identifier: MIT */
/*
 * says.c - what the model must know beside the tables: which events the machines' entry actions
 * send each other, where driver callbacks run, and the world that asks and answers.
 *
 * A request of the PnP manager is QUEUED, then TAKEN, and complete when its machine rests or drops
 * it. dx and d0 are power requests of the stack's policy owner; asked_* what somebody must answer.
 */
#include "text.h"

#include <stddef.h>

#define END_OF_SAYS                                                                                \
	{                                                                                          \
		NULL, NULL, NULL                                                                   \
	}

/* clang-format off */
static const struct text_say pnp_says[] = {
	{ "HardwareAvailable",        "stay", "prepared = true; TELL(policy_ordinary, policy_ev_Start)" },
	{ "RestartHardwareAvailable", "stay", "prepared = true; TELL(policy_ordinary, policy_ev_Start)" },
	{ "StartingFromStopped",      "Restarting", "prepared = true" },
	{ "Restarting",               "stay", "TELL(policy_ordinary, policy_ev_Start)" },
	{ "QueriedRemoving",          "stay", "TELL(policy_ordinary, policy_ev_Stop)" },
	{ "StartedRemoving",          "stay", "TELL(policy_ordinary, policy_ev_Stop)" },
	{ "StartedStopping",          "stay", "TELL(policy_ordinary, policy_ev_Stop)" },
	{ "FailedPowerDown",          "stay", "TELL(policy_ordinary, policy_ev_Stop)" },
	{ "Restart",                  "stay", "TELL(policy_ordinary, policy_ev_Stop)" },
	{ "FailedIoStarting",         "stay", "TELL(policy_ordinary, policy_ev_SurpriseRemove)" },
	{ "RemovingDisableInterfaces", "stay", "RELEASE_HARDWARE; TELL(policy_ordinary, policy_ev_Remove)" },
	{ "Failed",                   "stay", "TELL(policy_ordinary, policy_ev_Remove)" },
	{ "Stopped",                  NULL,   "RELEASE_HARDWARE" },
	{ "FailedOwnHardware",        NULL,   "RELEASE_HARDWARE" },
	{ "RestartReleaseHardware",   NULL,   "RELEASE_HARDWARE" },
	{ "InitStarting",             "stay", "asked_lower = true" },
	{ "StoppedWaitForStartCompletion", "stay", "asked_lower = true" },
	{ "RestartReleaseHardware",   "stay", "asked_lower = true" },
	{ "RemovedWaitForChildren",   "stay", "asked_children = true" },
	{ "QueryRemoveEnsureDeviceAwake", "stay", "asked_awake = true" },
	{ "QueryStopEnsureDeviceAwake", "stay", "asked_awake = true" },
	{ "Final",                    "stay", "assert(!in_d0)" },
	{ "Init",                     "stay", "COMPLETE" },
	{ "Started",                  "stay", "COMPLETE" },
	{ "Stopped",                  "stay", "COMPLETE" },
	{ "Final",                    "stay", "COMPLETE" },
	{ "InitQueryRemove",          "stay", "COMPLETE" },
	{ "QueryRemovePending",       "stay", "COMPLETE" },
	{ "QueryStopPending",         "stay", "COMPLETE" },
	{ "FailedWaitForRemove",      "stay", "COMPLETE" },
	{ "RemovedPdoWait",           "stay", "COMPLETE" },
	{ "EjectFailed",              "stay", "COMPLETE" },
	{ "EjectedWaitingForRemove",  "stay", "COMPLETE" },
	END_OF_SAYS
};

static const char *const pnp_waits[] = { "InitStarting", "StoppedWaitForStartCompletion", "StartedRemoving",
	"StartedStopping", "RemovedWaitForChildren", "RestartReleaseHardware", "RestartHardwareAvailable", NULL };

#define D0_ENTRY(state, next, failed_later) \
	{ state, next, "D0_ENTRY" }, { state, failed_later, "D0_ENTRY" }
#define HARDWARE_OFF(state, rests) \
	{ state, NULL, "D0_EXIT" }, { state, rests, "dx = false; TELL(policy_urgent, policy_ev_PowerDown)" }
#define IO_STOPPED "TELL(policy_ordinary, policy_ev_PowerDownIoStopped)"
#define HW_STARTED "TELL(policy_ordinary, policy_ev_PowerUpHwStarted)"
#define POWERED_UP "d0 = false; TELL(policy_urgent, policy_ev_PowerUp)"

static const struct text_say power_says[] = {
	D0_ENTRY("D0Starting", "D0StartingConnectInterrupt", "InitialPowerUpFailedPowerDown"),
	D0_ENTRY("Waking", "NotifyingD0EntryToWakeInterrupts", "UpFailedPowerDown"),
	D0_ENTRY("WakingNP", "NotifyingD0EntryToWakeInterruptsNP", "UpFailedPowerDownNP"),
	{ "D0StartingStartSelfManagedIo", "DecideD0State", POWERED_UP },
	{ "InitialPowerUpFailed", NULL, "TELL(policy_urgent, policy_ev_PowerUpFailed)" },
	{ "InitialPowerUpFailedPowerDown", NULL, "D0_EXIT" },
	{ "InitialConnectInterruptFailed", NULL, "D0_EXIT" },
	{ "UpFailedPowerDown", NULL, "D0_EXIT" },
	{ "UpFailedPowerDownNP", NULL, "D0_EXIT" },
	{ "WakingConnectInterruptFailed", NULL, "D0_EXIT" },
	{ "WakingConnectInterruptFailedNP", NULL, "D0_EXIT" },
	{ "GotoD3Stopped", NULL, "D0_EXIT" },
	{ "GotoD3Stopped", "Stopped", "TELL(policy_ordinary, policy_ev_ImplicitPowerDown)" },
	{ "FinalPowerDownFailed", NULL, "TELL(policy_ordinary, policy_ev_ImplicitPowerDownFailed)" },
	{ "GotoDxStopped", NULL, "TELL(policy_ordinary, policy_ev_ImplicitPowerDown)" },
	{ "PowerFailedPowerDown", NULL, "TELL(policy_ordinary, policy_ev_ImplicitPowerDown)" },
	{ "GotoDx", "stay", IO_STOPPED },
	{ "GotoDxNP", "stay", IO_STOPPED },
	{ "GotoDxArmedForWake", "stay", IO_STOPPED },
	{ "GotoDxArmedForWakeNP", "stay", IO_STOPPED },
	HARDWARE_OFF("GotoDxIoStopped", "Dx"),
	HARDWARE_OFF("GotoDxIoStoppedNP", "DxNP"),
	HARDWARE_OFF("GotoDxIoStoppedArmedForWake", "DxArmedForWake"),
	HARDWARE_OFF("GotoDxIoStoppedArmedForWakeNP", "DxArmedForWakeNP"),
	{ "ReportPowerDownFailed", "stay", "dx = false; TELL(policy_urgent, policy_ev_PowerDownFailed); "
		"TELL(pnp_ordinary, pnp_ev_PowerDownFailed)" },
	{ "StoppedCompleteDx", NULL, "dx = false" },
	{ "WakingPostHardwareEnabled", "stay", HW_STARTED },
	{ "WakingPostHardwareEnabledNP", "stay", HW_STARTED },
	{ "StartSelfManagedIo", "D0", POWERED_UP },
	{ "StartSelfManagedIo", "D0BusWakeOwner", POWERED_UP },
	{ "StartSelfManagedIoNP", "D0NP", POWERED_UP },
	{ "StartSelfManagedIoNP", "D0BusWakeOwnerNP", POWERED_UP },
	{ "ReportPowerUpFailed", "stay", "d0 = false; TELL(policy_urgent, policy_ev_PowerUpFailed); "
		"TELL(pnp_ordinary, pnp_ev_PowerUpFailed)" },
	{ "GotoStopped", NULL, "d0 = false" },
	/* restarted in Dx: the machine above must hear that it is started */
	{ "DxStoppedDecideDxState", NULL, "TELL(policy_urgent, policy_ev_PowerUp)" },
	{ "StartingChild", "stay", "asked_parent = true" },
	{ "WaitForParent", "stay", "asked_parent = true" },
	{ "WaitForParentNP", "stay", "asked_parent = true" },
	{ "WaitForParentArmedForWake", "stay", "asked_parent = true" },
	{ "WaitForParentArmedForWakeNP", "stay", "asked_parent = true" },
	{ "NotifyingD0ExitToWakeInterrupts", "stay", "asked_interrupts = true" },
	{ "NotifyingD0ExitToWakeInterruptsNP", "stay", "asked_interrupts = true" },
	{ "NotifyingD0EntryToWakeInterrupts", "stay", "asked_interrupts = true" },
	{ "NotifyingD0EntryToWakeInterruptsNP", "stay", "asked_interrupts = true" },
	END_OF_SAYS
};

static const char *const power_waits[] = { "StartingChild", NULL };

static const struct text_say other_says[] = {
	{ "Starting",             "stay", "TELL(power_ordinary, power_ev_ImplicitD0)" },
	{ "Started",              NULL,   "TELL(pnp_urgent, pnp_ev_PwrPolStarted)" },
	{ "StartingFailed",       "stay", "TELL(pnp_urgent, pnp_ev_PwrPolStartFailed)" },
	{ "GotoDx",               "stay", "TELL(power_urgent, power_ev_CompleteDx)" },
	{ "GotoDxInDx",           "stay", "TELL(power_urgent, power_ev_CompleteDx)" },
	{ "StoppingPoweringDown", "stay", "TELL(power_urgent, power_ev_CompleteDx)" },
	{ "GotoD0",               "stay", "TELL(power_urgent, power_ev_CompleteD0)" },
	{ "GotoD0InD0",           "stay", "TELL(power_urgent, power_ev_CompleteD0)" },
	{ "StoppingPoweringUp",   "stay", "TELL(power_urgent, power_ev_CompleteD0)" },
	{ "Stopping",             NULL,   "TELL(power_ordinary, power_ev_ImplicitD3)" },
	{ "StoppingSendStatus",   NULL,   "TELL(pnp_urgent, pnp_ev_PwrPolStopped)" },
	{ "StoppingFailed",       NULL,   "TELL(pnp_urgent, pnp_ev_PwrPolStopFailed)" },
	{ "Removed",              "stay", "TELL(pnp_urgent, pnp_ev_PwrPolRemoved)" },
	END_OF_SAYS
};

static const char *const other_waits[] = { "StoppingWaitingForImplicitPowerDown", NULL };
/* clang-format on */

#define IS_REQUEST                                                                                 \
	"(event == pnp_ev_StartDevice || event == pnp_ev_QueryRemove || event == "                 \
	"pnp_ev_CancelRemove || "                                                                  \
	"event == pnp_ev_Remove || event == pnp_ev_SurpriseRemove || event == "                    \
	"pnp_ev_ParentRemoved || "                                                                 \
	"event == pnp_ev_Eject || event == pnp_ev_QueryStop || event == pnp_ev_CancelStop || "     \
	"event == pnp_ev_Stop)"

const struct text_model text_pnp_model = {
	.table = &fx_pnp_table,
	.prefix = "pnp",
	.says = pnp_says,
	.waits = pnp_waits,
	.taken = "if :: " IS_REQUEST " -> irp = TAKEN :: else fi",
	.dropped = "if :: " IS_REQUEST " -> irp = NONE :: else fi",
};
const struct text_model text_power_model = {
	.table = &fx_power_table,
	.prefix = "power",
	.says = power_says,
	.waits = power_waits,
	.stays = true,
	.taken = "if :: event == power_ev_MarkPageable || event == power_ev_MarkNonpageable -> "
		 "marking = "
		 "false\n"
		 "\t\t:: event == power_ev_WakeArrival -> wake = TAKEN\n"
		 "\t\t:: event == power_ev_WakeSucceeded || event == power_ev_WakeFailed || event "
		 "== "
		 "power_ev_WakeCanceled -> wake = NONE\n\t\t:: else fi",
	.dropped = "if :: event == power_ev_Dx -> dx = false :: event == power_ev_D0 -> d0 = false "
		   ":: event == power_ev_WakeArrival -> wake = NONE :: else fi",
};
const struct text_model text_other_model = {
	.table = &fx_policy_other_table,
	.prefix = "policy",
	.says = other_says,
	.waits = other_waits,
	.taken = "skip",
	.dropped = "skip",
};

const char text_world_before[] =
	"#define NONE 0\n#define QUEUED 1\n#define TAKEN 2\n#define ENDING 3\n"
	"byte irp, wake;\nbool quiet, dx, d0, marking, in_d0, prepared;\n"
	"bool asked_lower, asked_children, asked_awake, asked_parent, asked_interrupts;\n"
	"#define TELL(queue, what) assert(nfull(queue)); queue!what\n"
	"#define D0_ENTRY assert(!in_d0 && prepared); in_d0 = true\n"
	"#define D0_EXIT assert(in_d0); in_d0 = false\n"
	"#define RELEASE_HARDWARE assert(!in_d0); prepared = false\n"
	"#define COMPLETE if :: irp == TAKEN -> irp = NONE :: else fi\n"
	"#ifdef NONPAGEABLES\n#define NONPAGEABLE true\n#else\n#define NONPAGEABLE false\n#endif\n"
	"#define THERE (!quiet && pnp_state != pnp_ObjectCreated && pnp_state != pnp_Final)\n";

const char text_world_after[] =
	"\n/* Lower drivers, children, the parent, the idle machine, wake interrupts. */\n"
	"active proctype world()\n{\nend:\n\tdo\n"
	"\t:: atomic { asked_lower -> asked_lower = false; TELL(pnp_ordinary, "
	"pnp_ev_StartDeviceComplete) }\n"
	"\t:: atomic { asked_lower -> asked_lower = false; TELL(pnp_ordinary, "
	"pnp_ev_StartDeviceFailed) }\n"
	"\t:: atomic { asked_children -> asked_children = false;\n"
	"\t\tTELL(pnp_ordinary, pnp_ev_ChildrenRemovalComplete) }\n"
	"\t:: atomic { asked_awake -> asked_awake = false; TELL(pnp_urgent, pnp_ev_DeviceInD0) }\n"
	"\t:: atomic { asked_parent -> asked_parent = false; TELL(power_urgent, "
	"power_ev_ParentToD0) }\n"
	"\t:: atomic { asked_interrupts -> asked_interrupts = false;\n"
	"\t\tTELL(power_urgent, power_ev_WakeInterruptCompleteTransition) }\n"
	"#ifdef NONPAGEABLES\n"
	"\t:: atomic { THERE && !marking -> marking = true; TELL(power_ordinary, "
	"power_ev_MarkPageable) }\n"
	"\t:: atomic { THERE && !marking -> marking = true; TELL(power_ordinary, "
	"power_ev_MarkNonpageable) }\n"
	"#endif\n#ifdef WAKE\n"
	"\t:: atomic { THERE && wake == NONE -> wake = QUEUED; TELL(power_ordinary, "
	"power_ev_WakeArrival) }\n"
	"\t:: atomic { wake == TAKEN -> wake = ENDING; TELL(power_ordinary, "
	"power_ev_WakeSucceeded) }\n"
	"\t:: atomic { wake == TAKEN -> wake = ENDING; TELL(power_ordinary, power_ev_WakeCanceled) "
	"}\n"
	"#endif\n"
	"\tod\n}\n"
	"#ifdef DEVICE_POWER\n"
	"\n/* The policy owner of the stack: system and device power. */\n"
	"active proctype stack()\n{\nend_up:\n"
	"\tatomic { THERE -> dx = true; TELL(power_ordinary, power_ev_Dx) };\n\t!dx;\n"
	"end_down:\n"
	"\tatomic { THERE -> d0 = true; TELL(power_ordinary, power_ev_D0) };\n\t!d0;\n\tgoto "
	"end_up\n}\n"
	"#endif\n"
	"\n/* From some moment on nobody asks for anything new: all must come to rest. */\n"
	"active proctype evening()\n{\n\tquiet = true\n}\n"
	"\n/* The PnP manager: one request at a time. */\n"
	"active proctype manager()\n{\n\tTELL(pnp_ordinary, pnp_ev_AddDevice);\nend:\n\tdo\n";

const char text_world_end[] = "\tod\n}\n";
