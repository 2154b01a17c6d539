// SPDX-License-Identifier: Apache-2.0
#include "guard/interlock/interlock.h"

static bool look(const struct guard_view *v, struct reason *out)
{
	return v->message && v->message->return_path_kind == RETURN_PATH_NULL &&
	       speak(out, VERDICT_SUPPRESS, SPAN("its return path is empty: nothing may be sent back"),
		     SPAN("Return-Path: <>"));
}

const struct interlock interlock_null_return_path = {
	.id = "null_return_path",
	.meaning =
		"an empty return path forbids answers, a missing one says nothing (RFC 5321 section 4.5.5)",
	.look = look,
};
