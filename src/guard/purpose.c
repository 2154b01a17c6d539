// SPDX-License-Identifier: Apache-2.0
/* Who may receive what. Nobody else does: no configuration and no byte of a message changes it. */
#include "guard/guard.h"

static const struct purpose_rule rules[PURPOSE_COUNT] = {
	/* purpose                     recipients exactly  windows answers  Auto-Submitted */
	[PURPOSE_ACKNOWLEDGEMENT] = { AUDIENCE_REQUESTER, true,   true,  "auto-replied" },
	[PURPOSE_NOTICE] =	    { AUDIENCE_REQUESTER, true,   true,  "auto-replied" },
	[PURPOSE_ESCALATION] =	    { AUDIENCE_STAFF,	  false,  false, "auto-generated" },
	[PURPOSE_DIGEST] =	    { AUDIENCE_STAFF,	  false,  false, "auto-generated" },
	[PURPOSE_HELD] =	    { AUDIENCE_STAFF,	  false,  false, "auto-generated" },
	[PURPOSE_BRAKE] =	    { AUDIENCE_STAFF,	  false,  false, "auto-generated" },
	[PURPOSE_BRIEFING] =	    { AUDIENCE_OWN,	  false,  false, "auto-generated" },
	[PURPOSE_CHECK] =	    { AUDIENCE_STAFF,	  false,  false, "auto-generated" },
};

const struct purpose_rule *purpose_rule(enum purpose p)
{
	return &rules[p];
}

const char *purpose_name(enum purpose p)
{
	static const char *const names[PURPOSE_COUNT] = {
		[PURPOSE_ACKNOWLEDGEMENT] = "acknowledgement",
		[PURPOSE_NOTICE] = "notice",
		[PURPOSE_ESCALATION] = "escalation",
		[PURPOSE_DIGEST] = "digest",
		[PURPOSE_HELD] = "held",
		[PURPOSE_BRAKE] = "brake",
		[PURPOSE_BRIEFING] = "briefing",
		[PURPOSE_CHECK] = "check",
	};
	return names[p];
}

const char *mode_name(enum mode m)
{
	static const char *const names[MODE_COUNT] = {
		[MODE_OBSERVE] = "observe",
		[MODE_HOLD] = "hold",
		[MODE_SEND] = "send",
	};
	return names[m];
}

const char *verdict_name(enum verdict v)
{
	static const char *const names[VERDICT_COUNT] = {
		[VERDICT_SEND] = "send",
		[VERDICT_HOLD] = "hold",
		[VERDICT_SUPPRESS] = "suppress",
	};
	return names[v];
}
