/* Image delta, version 1: makes a new image out of an old one and a patch, on a device with little memory.
 * The format: docs/formats/image-delta.md. How to use it: README.md beside this file. C99, no allocation, no recursion.
 * SPDX-License-Identifier: MIT */
#ifndef IMAGE_DELTA_H
#define IMAGE_DELTA_H

#include <stdint.h>

/* The model's memory. A patch says in its header what it needs; one that needs more is refused (DFID_MEMORY).
 * The generator's --ram is this number and 1280: 15104 for --ram 16K, 31488 for 32K, 64256 for 64K. */
#ifndef DFID_MODEL_BYTES
#define DFID_MODEL_BYTES 15104
#endif

/* Bytes that are handed to write_new at once; a multiple of 32. */
#ifndef DFID_WRITE_BYTES
#define DFID_WRITE_BYTES 256
#endif

/* Bytes that are read at once; at least 64. There are buffers for four times as many. */
#ifndef DFID_READ_BYTES
#define DFID_READ_BYTES 64
#endif

/* Defined, these leave out what a device does not need: DFID_NO_INPLACE the update in place, DFID_NO_JOURNAL going on after a cut
 * (with DFID_NO_INPLACE only), DFID_NO_AARCH64, DFID_NO_THUMB and DFID_NO_ARM a code format, whose patches are then refused with
 * code 7. DFID_EXTERNAL_SHA256: the firmware has the three functions dfid_sha_... below. */
#if defined(DFID_NO_JOURNAL) && !defined(DFID_NO_INPLACE)
#error "an update in place needs the journal: define DFID_NO_INPLACE too"
#endif

/* What dfid_poll returns. The codes are those of the format document, section 3. */
enum {
  DFID_WAIT = -2, /* call again when more of the patch is there */
  DFID_MORE = -1, /* call again */
  DFID_DONE = 0,  /* the new image is complete and has its SHA-256 */
  DFID_NOT_A_PATCH = 1,
  DFID_VERSION,
  DFID_HEADER_CUT,
  DFID_HEADER_DAMAGED,
  DFID_FEATURE,
  DFID_VALUE,
  DFID_FORMAT,
  DFID_SIGNATURE,
  DFID_PRODUCT,
  DFID_COUNTER,
  DFID_TOO_LITTLE_MEMORY,
  DFID_FLASH,
  DFID_PATCH_CUT,
  DFID_PATCH_LONG,
  DFID_OLD_SIZE,
  DFID_OLD_IMAGE,
  DFID_SEGMENT_DAMAGED,
  DFID_STREAM,
  DFID_SEGMENT_WRONG,
  DFID_NEW_IMAGE,
  DFID_STORAGE,
  DFID_JOURNAL
};

/* Stands for a size that the device cannot tell. */
#define DFID_UNKNOWN 0xFFFFFFFFu

/* What the device has. Functions return 0 when all bytes were read or written; anything else ends the update (DFID_STORAGE);
 * read_patch alone returns a count. They are never asked for bytes outside of the sizes given here; where a size is DFID_UNKNOWN,
 * read_patch and read_old refuse what is not there. The structure must stay as long as the decoder is used. */
typedef struct dfid_device {
  void *context;       /* handed to each function */
  uint32_t patch_size; /* bytes of the patch, or DFID_UNKNOWN: then codes 13 and 14 are not told apart from DFID_STORAGE */
  uint32_t old_size;   /* bytes of the old image, or DFID_UNKNOWN */
  uint32_t new_room;   /* bytes of the place for the new image */
  uint32_t write_unit; /* 1 to 32: writes begin at a multiple of it and are as long; the last one is filled up with FF */
  uint32_t counter;    /* patches with a lower counter are refused */
  const char *product; /* patches for another product are refused; NULL: none is */
  /* Reads up to `length` bytes of the patch and returns how many: fewer are right, the rest is asked for again. 0: they are not
   * there yet; dfid_poll returns DFID_WAIT, and the next call goes on. Less than 0: they never will be (DFID_STORAGE). */
  int32_t (*read_patch)(void *context, uint32_t at, uint8_t *to, uint32_t length);
  /* 1: the patch comes while it is applied. The header (dfid_header_length bytes) must stay readable; the packed bytes of a segment
   * are read twice, to check them and to make it, and never again once the next one's have been asked for. 0: all of the patch
   * can be read at any time, and is checked before the first write. */
  int in_pieces;
  int (*read_old)(void *context, uint32_t at, uint8_t *to, uint32_t length);
  /* Reads what write_new has written: for repeated contents, and to look at each segment after it was written. */
  int (*read_new)(void *context, uint32_t at, uint8_t *to, uint32_t length);
  int (*write_new)(void *context, uint32_t at, const uint8_t *from, uint32_t length);
  /* NULL, or: does the signature of `length` bytes, at `at` in the patch, sign the bytes before it? 0: it does.
   * With it, a patch without a signature is refused. */
  int (*verify)(void *context, uint32_t at, uint32_t length);
  /* Erasing. 0 and NULL: write_new may write anywhere, any number of times. Otherwise blocks of the new image's place are erased
   * when the writing comes to them; segments must be whole blocks. */
  uint32_t erase_block;
  int (*erase)(void *context, uint32_t at); /* erases the block of the new image's place that begins there */
  /* Going on after a cut. 0: an update that was cut begins again. Otherwise the bytes of the journal: for an update of n segments
   * n + 1 records of 16 bytes, rounded up to write units (in place 2n + 1), and one more for each cut. Records are written one after
   * another; the device erases the journal when no update is under way, never in between. */
  uint32_t journal_room;
  int (*read_journal)(void *context, uint32_t at, uint8_t *to, uint32_t length);
  int (*write_journal)(void *context, uint32_t at, const uint8_t *from, uint32_t length);
  /* In place: old and new image share a flash, which read_old and read_new read. It needs erasing, a journal, and a backup area of
   * one segment. 0: two areas. */
  uint32_t backup_room;
  int (*erase_backup)(void *context); /* erases all of the backup area */
  int (*read_backup)(void *context, uint32_t at, uint8_t *to, uint32_t length);
  int (*write_backup)(void *context, uint32_t at, const uint8_t *from, uint32_t length);
} dfid_device;

typedef struct dfid_sha256 {
  uint32_t state[8];
  uint64_t bytes;
  uint8_t block[64];
} dfid_sha256;

/* SHA-256. With DFID_EXTERNAL_SHA256 the firmware gives them; `state`, `bytes` and `block` are theirs to use. */
void dfid_sha_begin(dfid_sha256 *sha);
void dfid_sha_add(dfid_sha256 *sha, const uint8_t *bytes, uint32_t length);
void dfid_sha_end(dfid_sha256 *sha, uint8_t digest[32]);

typedef struct dfid_range {
  uint32_t address, offset, length;
} dfid_range;

typedef struct dfid_pair {
  uint32_t old_page, new_page, begin;
  uint32_t owner; /* register + 1; 0: none */
} dfid_pair;

/* The state of an update: all the memory that it takes but for some hundred bytes of stack. Its fields are private. */
typedef struct dfid_decoder {
  /* The patch's bytes 4 to 55, as they are there. They come first, and after them what is used most: a Cortex-M reaches the first
   * 32 bytes and the first 32 words with short instructions. */
  struct {
    uint8_t version, flags, features, zero;
    uint32_t length, old_size, new_size, segment_size, counter, model_bytes;
    uint8_t contexts, counter_bits, exact_bits, coarse_bits, format, ranges, product_length, unit;
    uint32_t block, backup, base;
    uint8_t signature[2], zeros[2];
  } head;
  const dfid_device *device;
  int32_t result;
  uint32_t phase, at, start, end, left, cursor, crc, made, mode, out_at, packed_end, patch_at, step, segments, hashed;
  struct { /* the segment's row of the table */
    uint32_t packed, packed_crc, new_crc;
  } row;
  uint32_t context[6], type, set;
  /* The unit that a copy is at. */
  struct {
    uint32_t at, here, length, kind, old, predicted, target;
  } unit;
  uint32_t copy_from, copy_length, copy_by;
  uint32_t until, packed_at, table_at, entry_bytes, moves_at, index;
  int (*area)(void *context, uint32_t at, uint8_t *to, uint32_t length); /* what is summed */
  uint32_t journal_at, record_bytes, stranger, patch_name[2];
  dfid_range range[8];
  dfid_sha256 sha;
  uint8_t patch_buffer[2 * DFID_READ_BYTES], old_buffer[DFID_READ_BYTES], new_buffer[DFID_READ_BYTES];
  uint8_t out[DFID_WRITE_BYTES];
  /* From here on all is 0 when a segment begins. */
  uint32_t code, low_range;
  uint32_t patch_begin, patch_count, old_begin, old_count, new_begin, new_count;
  uint32_t last_number, last_source, history, flags, run, differences, last_old, page;
  uint32_t last[4], by[3], expected;
  uint8_t kind_flags[8], last_difference[4], last_nonzero[4];
  dfid_pair pair[8];
  union {
    int32_t words[DFID_MODEL_BYTES / 4];
    int16_t halves[DFID_MODEL_BYTES / 2];
    uint8_t bytes[DFID_MODEL_BYTES];
  } model;
} dfid_decoder;

/* Begins an update. Nothing is read yet. */
void dfid_begin(dfid_decoder *decoder, const dfid_device *device);

/* Does the next piece of work, at most some hundred bytes of an image or a patch (a device may feed its watchdog between two),
 * and returns DFID_MORE, DFID_WAIT, DFID_DONE or an error code; DFID_DONE and a code stay. Until all checks of the header, the old
 * image and the packed segments (with in_pieces: of the segment that comes next) have passed, nothing is written. */
int dfid_poll(dfid_decoder *decoder);

/* What the new image's size is, once dfid_poll has read the header; before, 0. */
uint32_t dfid_new_size(const dfid_decoder *decoder);

/* How long the patch's header is, once dfid_poll has read its beginning; before, 0. */
uint32_t dfid_header_length(const dfid_decoder *decoder);

#endif
