/* Image delta over packed parts, version 1: parts that are packed by deflate or lz4 are compared unpacked, and packed again on the device
 * to the very bytes, with no packer. For devices with room: two scratch areas beside the image. Uses image-delta.c.
 * The format: docs/formats/image-repack.md. How to use it: README.md beside this file. C99, no allocation, no recursion.
 * SPDX-License-Identifier: MIT */
#ifndef IMAGE_REPACK_H
#define IMAGE_REPACK_H

#include "image-delta.h"

/* What dfir_poll returns beside the codes of image-delta.h. */
enum {
  DFIR_CODEC = 23, /* a codec or a setting that is not known here; LZMA and xz are not */
  DFIR_OLD_PART,
  DFIR_EXPANDED_OLD,
  DFIR_DECISIONS,
  DFIR_INNER
};

/* A place of flash or of other memory. Functions return 0 when all bytes were read, written, or the block was erased. It is written
 * from its beginning to its end, any number of times; with erase_block, each block is erased when the writing comes to it. */
typedef struct dfir_area {
  uint32_t room;
  int (*read)(void *context, uint32_t at, uint8_t *to, uint32_t length);
  int (*write)(void *context, uint32_t at, const uint8_t *from, uint32_t length);
  int (*erase)(void *context, uint32_t at); /* NULL without erase_block */
} dfir_area;

/* The memory of the tables, as words or half-words. */
typedef union dfir_word {
  uint32_t word;
  uint16_t half[2];
} dfir_word;

/* What the device has. The structure must stay as long as the decoder is used. */
typedef struct dfir_device {
  void *context;        /* handed to each function */
  uint32_t patch_size;  /* bytes of the patch, all of which can be read at any time */
  uint32_t old_size;    /* bytes of the old image, or DFID_UNKNOWN */
  uint32_t write_unit;  /* 1 to 32, as in dfid_device; erase_block and write units are those of all areas */
  uint32_t erase_block; /* 0: writing needs no erasing */
  uint32_t counter;     /* patches with a lower counter are refused */
  const char *product;  /* patches for another product are refused; NULL: none is */
  int (*read_patch)(void *context, uint32_t at, uint8_t *to, uint32_t length);
  int (*read_old)(void *context, uint32_t at, uint8_t *to, uint32_t length);
  int (*verify)(void *context, uint32_t at, uint32_t length); /* as in dfid_device, or NULL */
  dfir_area expanded_old, expanded_new;                       /* scratch areas A and B */
  dfir_area place;                                            /* for the new image; it may be that of the old one if there is a journal */
  uint32_t journal_room; /* as in dfid_device; 0: an update that was cut begins again, and needs the old image */
  int (*read_journal)(void *context, uint32_t at, uint8_t *to, uint32_t length);
  int (*write_journal)(void *context, uint32_t at, const uint8_t *from, uint32_t length);
  dfir_word *memory; /* tables of the packer's prediction: the patch's packBytes without 8,192 (code 11 if it needs more) */
  uint32_t memory_words;
} dfir_device;

/* A part as the header lists it. */
typedef struct dfir_part {
  uint32_t offset, packed, text, decisions, block_size;
  uint16_t good, lazy, nice, chain, farthest, too_far;
  uint8_t codec, mode, hash_bits, linked;
} dfir_part;

/* Bytes of an area that are read again and again. */
typedef struct dfir_window {
  uint32_t at, count;
  uint8_t bytes[256];
} dfir_window;

/* The tokens of a text, one after another. */
typedef struct dfir_tokens {
  dfir_word *tables;                     /* `head`, and behind it `link` */
  uint32_t base;                         /* half-words stand for places from here on */
  uint32_t at, floor, end;               /* the place of the next token; borders of the block */
  uint32_t pending, pending_by;          /* a match that was seen one place ahead; 0: none */
  uint32_t next, next_by;
  uint32_t length, by;                   /* the token; a literal has by 0 */
  uint32_t exception_at, right;          /* in the decisions; how many predictions are right until the next exception */
  uint32_t inserted;                     /* the place that was inserted while it was looked at, + 1 */
  dfir_window here, there, decisions;
} dfir_tokens;

/* The state of an update but for the tables. Its fields are private. */
typedef struct dfir_decoder {
  const dfir_device *device;
  int32_t result;
  uint32_t phase;
  struct {
    uint32_t length, old_size, new_size, expanded_old, expanded_new, inner, old_parts, new_parts, signature, hashed, pack_bytes, features, zeros;
  } head;
  uint32_t cursor, until;               /* of what is summed, or of what is copied */
  uint32_t part_at, parts_left, from;   /* the list of parts, and how far the image has been expanded or packed */
  uint32_t size;                        /* of the expanded image so far */
  uint32_t text_at, step, started;
  int writing;                          /* 0: bytes of the new image are only summed */
  dfir_part part;
  /* What is written, behind one another. */
  const dfir_area *area;
  uint32_t out_at, out_count;
  uint8_t out[DFID_WRITE_BYTES];
  dfid_sha256 sha;
  uint32_t packed_end;                  /* where the part ends in the image */
  uint32_t bits, bit_count;             /* of deflate, read or still to be written */
  uint32_t record_at, block_left, kind, copy_left, copy_by, made;
  dfir_window packed, history;
  dfir_tokens ahead, tokens;            /* `ahead` counts the symbols of a block before it is written */
  struct {
    uint32_t counts[573];
    uint16_t parents[573], heap[574], order[574];
    uint8_t depths[573];
    uint8_t lengths[322];               /* of literals, then of distances from 288 on */
    uint8_t code_lengths[19];
    uint16_t codes[322], length_codes[19];
    uint32_t literal_counts[286], distance_counts[30];
  } codes;
  dfid_device inner_device;
  dfid_decoder inner;
} dfir_decoder;

/* Begins an update. Nothing is read yet. */
void dfir_begin(dfir_decoder *decoder, const dfir_device *device);

/* Does the next piece of work and returns DFID_MORE, DFID_DONE or an error code; DFID_DONE and a code stay. The place for the new image
 * is not written before all of the new image has been made once without writing, and has its SHA-256. */
int dfir_poll(dfir_decoder *decoder);

/* What the new image's size is, once dfir_poll has read the header; before, 0. */
uint32_t dfir_new_size(const dfir_decoder *decoder);

#endif
