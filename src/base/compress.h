// SPDX-License-Identifier: Apache-2.0
/* The only wrapper of zstd. One packer per process: its contexts are reused. */
#pragma once
#include "base/buf.h"

struct packer;

/* `dictionary` may be empty; it must stay valid and be the same for packing and unpacking (zstd
 * records its id in each frame and refuses another). */
struct packer *packer_new(struct span dictionary);
void packer_free(struct packer **p);
/* Appends the frame; -E2BIG beyond the cap of `out`. */
int pack(struct packer *p, struct span in, struct buf *out);
/* Appends the content; -EBADMSG for anything that is not one whole frame, -E2BIG over `max`. */
int unpack(struct packer *p, struct span in, size_t max, struct buf *out);
