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

/* Bytes that are read at once. */
#ifndef DFID_READ_BYTES
#define DFID_READ_BYTES 64
#endif

/* What dfid_poll returns. The codes are those of the format document, section 3. */
enum {
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

/* What the device has. Functions return 0 when all bytes were read or written; anything else ends the update (DFID_STORAGE).
 * They are never asked for bytes outside of the sizes given here. The structure must stay as long as the decoder is used. */
typedef struct dfid_device {
  void *context;       /* handed to each function */
  uint32_t patch_size; /* bytes of the patch */
  uint32_t old_size;   /* bytes of the old image, or DFID_UNKNOWN */
  uint32_t new_room;   /* bytes of the place for the new image */
  uint32_t write_unit; /* 1 to 32: writes begin at a multiple of it and are as long; the last one is filled up with FF */
  uint32_t counter;    /* patches with a lower counter are refused */
  const char *product; /* patches for another product are refused; NULL: none is */
  int (*read_patch)(void *context, uint32_t at, uint8_t *to, uint32_t length);
  int (*read_old)(void *context, uint32_t at, uint8_t *to, uint32_t length);
  /* Reads what write_new has written: for repeated contents, and to look at each segment after it was written. */
  int (*read_new)(void *context, uint32_t at, uint8_t *to, uint32_t length);
  int (*write_new)(void *context, uint32_t at, const uint8_t *from, uint32_t length);
  /* NULL, or: does the signature of `length` bytes, at `at` in the patch, sign the bytes before it? 0: it does.
   * With it, a patch without a signature is refused. */
  int (*verify)(void *context, uint32_t at, uint32_t length);
  /* In place: old and new image share a flash, which read_old and read_new read. All 0 or NULL for two areas. */
  uint32_t erase_block;  /* bytes that `erase` erases; 0: two areas */
  uint32_t backup_room;  /* bytes of the backup area */
  uint32_t journal_room; /* bytes of the journal: for an update of n segments n * 2 + 1 records of 16 bytes, rounded up to write units */
  int (*erase)(void *context, uint32_t at); /* erases the block of the image's flash that begins there */
  int (*erase_backup)(void *context);       /* erases all of the backup area */
  int (*read_backup)(void *context, uint32_t at, uint8_t *to, uint32_t length);
  int (*write_backup)(void *context, uint32_t at, const uint8_t *from, uint32_t length);
  /* Records are written one after another; the device erases the journal when no update is under way, never in between. */
  int (*read_journal)(void *context, uint32_t at, uint8_t *to, uint32_t length);
  int (*write_journal)(void *context, uint32_t at, const uint8_t *from, uint32_t length);
} dfid_device;

typedef struct dfid_sha256 {
  uint32_t state[8];
  uint64_t bytes;
  uint8_t block[64];
} dfid_sha256;

typedef struct dfid_range {
  uint32_t address, offset, length;
} dfid_range;

typedef struct dfid_pair {
  uint32_t old_page, new_page, begin;
  uint32_t owner; /* register + 1; 0: none */
} dfid_pair;

/* The state of an update: all the memory that it takes but for some hundred bytes of stack. Its fields are private. */
typedef struct dfid_decoder {
  const dfid_device *device;
  int result;
  uint8_t phase, mode;
  /* header */
  uint8_t in_place, downwards, digests, contexts, counter_bits, exact_bits, coarse_bits, format, ranges;
  uint32_t header_length, old_size, new_size, segment_size, segments, base, product_length, signature_length;
  dfid_range range[8];
  /* progress over the whole */
  uint32_t cursor, made, patch_at;
  dfid_sha256 sha;
  uint32_t crc;
  /* in place: the last step recorded, where the next record goes, a record's bytes, who wrote the last one */
  uint32_t step, journal_at, record_bytes, stranger;
  uint8_t patch_name[8];
  /* the segment being made */
  uint32_t index, start, end, packed_at, packed_end, packed_crc, new_crc, same;
  uint32_t at, left, out_at;
  uint32_t code, low_range;
  uint32_t last_number, last_source, last[4], history;
  int64_t expected;
  int32_t by[3];
  uint32_t copy_from, copy_length, copy_by, copy_at, page;
  uint32_t flags, run, differences, last_old;
  uint8_t kind_flags[8], last_difference[4], last_nonzero[4];
  dfid_pair pair[8];
  uint32_t context[6];
  /* buffers */
  uint32_t patch_begin, patch_count, old_begin, old_count, new_begin, new_count;
  uint8_t patch_buffer[DFID_READ_BYTES], old_buffer[DFID_READ_BYTES], new_buffer[DFID_READ_BYTES];
  uint8_t out[DFID_WRITE_BYTES];
  /* the model: where its tables begin, in elements, and its memory */
  uint32_t exact_at, coarse_at, counters_at, exact_tags_at, coarse_tags_at;
  union {
    int32_t words[DFID_MODEL_BYTES / 4];
    uint16_t halves[DFID_MODEL_BYTES / 2];
    uint8_t bytes[DFID_MODEL_BYTES];
  } model;
} dfid_decoder;

/* Begins an update. Nothing is read yet. */
void dfid_begin(dfid_decoder *decoder, const dfid_device *device);

/* Does the next piece of work, at most some hundred bytes of an image or a patch (a device may feed its watchdog between two),
 * and returns DFID_MORE, DFID_DONE or an error code, which stays. Until all checks of the header, the old image and the packed
 * segments have passed, nothing is written. */
int dfid_poll(dfid_decoder *decoder);

/* What the new image's size is, once dfid_poll has read the header; before, 0. */
uint32_t dfid_new_size(const dfid_decoder *decoder);

#endif
