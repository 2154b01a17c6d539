// SPDX-License-Identifier: Apache-2.0
/* From the supervisor into a room; apart from what reads the disk, so that a room links no more than this. */
#include "base/io.h"
#include "daemon/settings.h"
#include <errno.h>
#include <string.h>

int settings_to_memfd(const struct config *c, struct span account)
{
	BUF_CLEANUP struct buf text = BUF_CAPPED(CONFIG_BYTES);

	config_write(c, account, &text);
	return text.full ? -E2BIG : memfd_sealed("settings", buf_span(&text));
}

int settings_from_memfd(int fd, struct arena *a, struct config *out, struct err *err)
{
	struct span map;
	struct config_errors errors;
	int r = memfd_map(fd, CONFIG_BYTES, &map);

	if (r)
		return err_set(err, r, "settings of the supervisor: %s", strerror(-r));
	struct config_file file = { .name = SPAN("settings"), .text = arena_span(a, map) };
	memfd_unmap(&map);
	if (!config_parse(a, file, NULL, out, &errors))
		return err_set(err, -EINVAL, "%.*s", SPAN_ARG(errors.lines[0]));
	return 0;
}
