// SPDX-License-Identifier: Apache-2.0
#include "base/compress.h"
#include <errno.h>
#include <stdlib.h>
#include <zstd.h>

enum { LEVEL = 3 };

struct packer {
	ZSTD_CCtx *c;
	ZSTD_DCtx *d;
	ZSTD_CDict *cdict;
	ZSTD_DDict *ddict;
};

struct packer *packer_new(struct span dictionary)
{
	struct packer *p = calloc(1, sizeof(*p));

	if (!p)
		abort();
	p->c = ZSTD_createCCtx();
	p->d = ZSTD_createDCtx();
	if (dictionary.n) {
		p->cdict = ZSTD_createCDict(dictionary.p, dictionary.n, LEVEL);
		p->ddict = ZSTD_createDDict(dictionary.p, dictionary.n);
	}
	if (!p->c || !p->d || (dictionary.n && (!p->cdict || !p->ddict)))
		abort();
	return p;
}

void packer_free(struct packer **p)
{
	if (!*p)
		return;
	ZSTD_freeCCtx((*p)->c);
	ZSTD_freeDCtx((*p)->d);
	ZSTD_freeCDict((*p)->cdict);
	ZSTD_freeDDict((*p)->ddict);
	free(*p);
	*p = NULL;
}

int pack(struct packer *p, struct span in, struct buf *out)
{
	size_t bound = ZSTD_compressBound(in.n);
	char *at = buf_reserve(out, bound);

	if (!at)
		return -E2BIG;
	size_t n = p->cdict ? ZSTD_compress_usingCDict(p->c, at, bound, in.p, in.n, p->cdict) :
			      ZSTD_compressCCtx(p->c, at, bound, in.p, in.n, LEVEL);
	if (ZSTD_isError(n))
		return -EIO;
	buf_added(out, n);
	return 0;
}

int unpack(struct packer *p, struct span in, size_t max, struct buf *out)
{
	unsigned long long size = ZSTD_getFrameContentSize(in.p, in.n);

	if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN)
		return -EBADMSG;
	if (size > max)
		return -E2BIG;
	char *at = buf_reserve(out, (size_t)size);
	if (!at)
		return -E2BIG;
	size_t n = p->ddict ? ZSTD_decompress_usingDDict(p->d, at, (size_t)size, in.p, in.n, p->ddict) :
			      ZSTD_decompressDCtx(p->d, at, (size_t)size, in.p, in.n);
	if (ZSTD_isError(n) || n != size)
		return -EBADMSG;
	buf_added(out, n);
	return 0;
}
