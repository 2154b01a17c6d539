// SPDX-License-Identifier: Apache-2.0
/* What cannot wait until somebody looks: an account that cannot log in, a sender without a connection, a full disk. */
#include "base/io.h"
#include "base/log.h"
#include "daemon/supervisor/house.h"
#include <stdio.h>

enum {
	ALARM_GAP_MS = 10 * 60 * 1000, /* between two of one room, however often it fails */
	ALARM_FAILURES = 8,	       /* in a row, for reasons that may pass: some four minutes */
};

void house_alarm(struct house *h, struct child *about, const struct frame_alarm *alarm)
{
	int64_t now = clock_mono_ms();
	char text[512];

	if (h->once || h->stopping || (about->alarm_ms && now - about->alarm_ms < ALARM_GAP_MS))
		return;
	about->alarm_ms = now;
	snprintf(text, sizeof(text), "%.*s", SPAN_ARG(span_sub(alarm->text, 0, sizeof(text) - 1)));
	log_event(LOG_CRIT, "alarm", "what=%s account=%.*s why=%s", alarm_name(alarm->what), SPAN_ARG(alarm->account), log_quote(text));
	command_alarm(h, alarm);
}

void house_alarm_heard(struct house *h, struct wire *w)
{
	struct frame_alarm alarm;

	/* Logins are what we see ourselves. */
	if (!frame_alarm_get(w, &alarm) || alarm.what == ALARM_LOGIN)
		return;
	if (alarm.what == ALARM_DISK)
		house_alarm(h, &h->self, &alarm);
	for (uint32_t i = 0; alarm.what == ALARM_SENDER && i < h->n; i++)
		if (h->children[i].room == ROOM_SENDER && span_eq(h->children[i].account->name, alarm.account))
			house_alarm(h, &h->children[i], &alarm);
}

void house_judge_login(struct house *h, struct child *c)
{
	if (c->room != ROOM_POLLER)
		return;
	bool hopeless = c->ended && (c->why == ENDING_REFUSED || c->why == ENDING_CONFIG);
	if (c->ready) {
		c->alarmed = false;
	} else if (!c->alarmed && (hopeless || c->failures >= ALARM_FAILURES)) {
		c->alarmed = true;
		house_alarm(h, c, &(struct frame_alarm){ .what = ALARM_LOGIN, .account = c->account->name, .text = span_of(c->text) });
	}
}
