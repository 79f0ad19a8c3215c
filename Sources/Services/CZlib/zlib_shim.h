#pragma once
#include <zlib.h>

// Macros with a version and a size, which Swift cannot call.
static inline int netlab_inflate_init(z_stream *stream) { return inflateInit(stream); }
static inline int netlab_deflate_init(z_stream *stream) { return deflateInit(stream, Z_BEST_SPEED); }
