/* The decoder of image deltas, written from docs/formats/image-delta.md alone; section numbers are those of that document.
 * SPDX-License-Identifier: MIT */
#include "image-delta.h"

#include <stddef.h>
#include <string.h>

/* What this source takes for granted, checked by the compiler: signed numbers shift with their sign, sizes fit. */
typedef char dfid_signed_shift[((-3) >> 1) == -2 ? 1 : -1];
typedef char dfid_write_bytes[(DFID_WRITE_BYTES) >= 32 && (DFID_WRITE_BYTES) % 32 == 0 ? 1 : -1];
typedef char dfid_read_bytes[(DFID_READ_BYTES) >= 64 ? 1 : -1];
typedef char dfid_model_bytes[(DFID_MODEL_BYTES) >= 1024 && (DFID_MODEL_BYTES) % 4 == 0 ? 1 : -1];

enum { PHASE_HEADER, PHASE_HEADER_SHA, PHASE_FIELDS, PHASE_TABLE, PHASE_DEVICE, PHASE_JOURNAL, PHASE_OLD, PHASE_CHECK_NEXT, PHASE_CHECK,
       PHASE_NEXT, PHASE_DONE, PHASE_PACKED, PHASE_SAVE, PHASE_SAVED, PHASE_MAKE, PHASE_READ_BACK, PHASE_NEW, PHASE_END };
enum { MODE_START, MODE_NEXT, MODE_GAP, MODE_OLD, MODE_NEW, MODE_SAME };
enum { KIND_PLAIN, KIND_BRANCH, KIND_PAGE, KIND_LOW, KIND_POINTER, KIND_LOCAL };
#ifdef DFID_NO_AARCH64
#define HAS_AARCH64 0
#else
#define HAS_AARCH64 1
#endif
#ifdef DFID_NO_THUMB
#define HAS_THUMB 0
#else
#define HAS_THUMB 1
#endif
#ifdef DFID_NO_ARM
#define HAS_ARM 0
#else
#define HAS_ARM 1
#endif
enum { FORMAT_NONE, FORMAT_AARCH64, FORMAT_THUMB, FORMAT_ARM };
/* What is called from many places is not to be copied to each of them, for the size of the code. */
#ifdef __GNUC__
#define APART __attribute__((noinline))
#else
#define APART
#endif
#define DIGEST_BYTES 32u
#define HEADER_BYTES 120u
#define SAME 0x80000000u
#define COMPLETE 0xFFFFFFFEu /* the step of an update that has ended */

#if defined(__BYTE_ORDER__) && defined(__ORDER_LITTLE_ENDIAN__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
static inline uint32_t word_at(const uint8_t *p) {
  uint32_t word;
  memcpy(&word, p, sizeof word);
  return word;
}
static inline void put_word(uint8_t *p, uint32_t word) { memcpy(p, &word, sizeof word); }
static inline void in_order(void *numbers, uint32_t bytes) { (void)numbers, (void)bytes; }
#else
static uint32_t word_at(const uint8_t *p) { return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24; }
static void put_word(uint8_t *p, uint32_t word) {
  uint32_t i;
  for (i = 0; i < 4; i++) p[i] = (uint8_t)(word >> (8 * i));
}
/* Numbers of 4 bytes as they are in the patch become numbers. */
static void in_order(void *numbers, uint32_t bytes) {
  uint8_t *const p = (uint8_t *)numbers;
  uint32_t i;
  for (i = 0; i < bytes; i += 4) {
    const uint32_t word = word_at(p + i);
    memcpy(p + i, &word, sizeof word);
  }
}
#endif

/* Is `a` a multiple of `b`? */
static int whole(uint32_t a, uint32_t b) { return a % b == 0; }

static uint32_t smaller(uint32_t a, uint32_t b) { return a < b ? a : b; }

/* a >> b of the document: keeps the sign. */
static uint32_t sar(uint32_t a, uint32_t b) { return (uint32_t)((int32_t)a >> b); }

static APART int32_t limited(int32_t value, int32_t most) { return value > most ? most : value < -most ? -most : value; }

/* The first error stays. */
static APART void fail(dfid_decoder *d, int code) {
  if (d->result == DFID_MORE) d->result = code;
}

static int failed(const dfid_decoder *d) { return d->result != DFID_MORE; }

static int is_in_place(const dfid_decoder *d) { return d->head.flags & 1; }
static int is_downwards(const dfid_decoder *d) { return d->head.flags & 2; }

/* ---- check sums ---- */

static uint32_t crc_of(uint32_t crc, const uint8_t *p, uint32_t length) {
  static const uint32_t table[16] = {0x00000000, 0x1DB71064, 0x3B6E20C8, 0x26D930AC, 0x76DC4190, 0x6B6B51F4,
                                     0x4DB26158, 0x5005713C, 0xEDB88320, 0xF00F9344, 0xD6D6A3E8, 0xCB61B38C,
                                     0x9B64C2B0, 0x86D3D2D4, 0xA00AE278, 0xBDBDF21C};
  crc = ~crc;
  for (; length > 0; length--, p++) {
    crc ^= *p;
    crc = crc >> 4 ^ table[crc & 15];
    crc = crc >> 4 ^ table[crc & 15];
  }
  return ~crc;
}

#ifndef DFID_EXTERNAL_SHA256
static uint32_t rotated(uint32_t v, uint32_t by) { return v >> by | v << (32 - by); }

static void sha_block(dfid_sha256 *sha) {
  static const uint32_t k[64] = {
      0x428A2F98, 0x71374491, 0xB5C0FBCF, 0xE9B5DBA5, 0x3956C25B, 0x59F111F1, 0x923F82A4, 0xAB1C5ED5, 0xD807AA98, 0x12835B01,
      0x243185BE, 0x550C7DC3, 0x72BE5D74, 0x80DEB1FE, 0x9BDC06A7, 0xC19BF174, 0xE49B69C1, 0xEFBE4786, 0x0FC19DC6, 0x240CA1CC,
      0x2DE92C6F, 0x4A7484AA, 0x5CB0A9DC, 0x76F988DA, 0x983E5152, 0xA831C66D, 0xB00327C8, 0xBF597FC7, 0xC6E00BF3, 0xD5A79147,
      0x06CA6351, 0x14292967, 0x27B70A85, 0x2E1B2138, 0x4D2C6DFC, 0x53380D13, 0x650A7354, 0x766A0ABB, 0x81C2C92E, 0x92722C85,
      0xA2BFE8A1, 0xA81A664B, 0xC24B8B70, 0xC76C51A3, 0xD192E819, 0xD6990624, 0xF40E3585, 0x106AA070, 0x19A4C116, 0x1E376C08,
      0x2748774C, 0x34B0BCB5, 0x391C0CB3, 0x4ED8AA4A, 0x5B9CCA4F, 0x682E6FF3, 0x748F82EE, 0x78A5636F, 0x84C87814, 0x8CC70208,
      0x90BEFFFA, 0xA4506CEB, 0xBEF9A3F7, 0xC67178F2};
  uint32_t w[16], s[8], i;
  for (i = 0; i < 16; i++) {
    const uint8_t *p = sha->block + i * 4;
    w[i] = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | (uint32_t)p[3];
  }
  memcpy(s, sha->state, sizeof s);
  for (i = 0; i < 64; i++) {
    uint32_t first, second;
    if (i >= 16) {
      const uint32_t a = w[(i + 1) & 15], b = w[(i + 14) & 15];
      w[i & 15] += (rotated(a, 7) ^ rotated(a, 18) ^ a >> 3) + w[(i + 9) & 15] + (rotated(b, 17) ^ rotated(b, 19) ^ b >> 10);
    }
    first = s[7] + (rotated(s[4], 6) ^ rotated(s[4], 11) ^ rotated(s[4], 25)) + ((s[4] & s[5]) ^ (~s[4] & s[6])) + k[i] + w[i & 15];
    second = (rotated(s[0], 2) ^ rotated(s[0], 13) ^ rotated(s[0], 22)) + ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));
    memmove(s + 1, s, 7 * sizeof s[0]);
    s[4] += first;
    s[0] = first + second;
  }
  for (i = 0; i < 8; i++) sha->state[i] += s[i];
}

void dfid_sha_begin(dfid_sha256 *sha) {
  static const uint32_t first[8] = {0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19};
  memcpy(sha->state, first, sizeof first);
  sha->bytes = 0;
}

void dfid_sha_add(dfid_sha256 *sha, const uint8_t *p, uint32_t length) {
  for (; length > 0; length--) {
    sha->block[sha->bytes++ & 63] = *p++;
    if ((sha->bytes & 63) == 0) sha_block(sha);
  }
}

void dfid_sha_end(dfid_sha256 *sha, uint8_t digest[32]) {
  const uint64_t bits = sha->bytes * 8;
  uint32_t i;
  uint8_t byte = 0x80;
  do {
    dfid_sha_add(sha, &byte, 1);
    byte = 0;
  } while ((sha->bytes & 63) != 56);
  for (i = 0; i < 8; i++) {
    byte = (uint8_t)(bits >> (56 - 8 * i));
    dfid_sha_add(sha, &byte, 1);
  }
  for (i = 0; i < DIGEST_BYTES; i++) digest[i] = (uint8_t)(sha->state[i / 4] >> (24 - 8 * (i & 3)));
}
#endif

/* ---- storage ---- */

/* Reads up to `length` bytes of the patch and says how many. 0: the step has failed, or has to wait and is done again. */
static uint32_t patch_some(dfid_decoder *d, uint32_t at, uint8_t *to, uint32_t length) {
  const int32_t count = failed(d) ? 0 : d->device->read_patch(d->device->context, at, to, length);
  if (count > 0 && (uint32_t)count <= length) return (uint32_t)count;
  fail(d, count == 0 ? DFID_WAIT : DFID_STORAGE);
  return 0;
}

/* Reads a part of the patch as a whole. 0: it cannot be read, or not yet. */
static int patch_read(dfid_decoder *d, uint32_t at, void *into, uint32_t length) {
  uint8_t *to = (uint8_t *)into;
  uint32_t count;
  for (; length > 0; at += count, to += count, length -= count) {
    count = patch_some(d, at, to, length);
    if (count == 0) return 0;
  }
  return 1;
}

/* Reads numbers of the patch, all of 4 bytes. 0: it cannot, or not yet. */
static int patch_words(dfid_decoder *d, uint32_t at, void *to, uint32_t bytes) {
  const int there = patch_read(d, at, to, bytes);
  in_order(to, bytes);
  return there;
}

/* Has the packed bytes at hand that the next step of a segment may take: a step takes 37 bits by the model at most, each with a
 * probability of 22 / 65536 or more, so it takes less than 56 bytes. 0: they are not there yet. */
static int packed_ready(dfid_decoder *d) {
  uint32_t have = d->patch_begin + d->patch_count - d->patch_at;
  const uint32_t left = d->packed_end - d->patch_at;
  if (have >= smaller(DFID_READ_BYTES, left)) return 1;
  memmove(d->patch_buffer, d->patch_buffer + (d->patch_at - d->patch_begin), have);
  d->patch_begin = d->patch_at;
  d->patch_count = have;
  while (d->patch_count < smaller(DFID_READ_BYTES, left)) {
    have = patch_some(d, d->patch_begin + d->patch_count, d->patch_buffer + d->patch_count,
                      smaller(sizeof d->patch_buffer, left) - d->patch_count);
    if (have == 0) return 0;
    d->patch_count += have;
  }
  return 1;
}

/* The next packed byte; zeros follow the last one. */
static APART uint32_t packed_byte(dfid_decoder *d) {
  return d->patch_at < d->packed_end ? d->patch_buffer[d->patch_at++ - d->patch_begin] : 0;
}

/* A constant 0 lets the compiler leave out all that only an update in place needs. */
static int updates_in_place(const dfid_decoder *d) {
#ifdef DFID_NO_INPLACE
  (void)d;
  return 0;
#else
  return d->device->backup_room != 0;
#endif
}

static int has_journal(const dfid_decoder *d) {
#ifdef DFID_NO_JOURNAL
  (void)d;
  return 0;
#else
  return d->device->journal_room != 0 || updates_in_place(d);
#endif
}

/* The end of what the segment's place holds of the old image. */
static uint32_t place_end(const dfid_decoder *d) {
  const uint32_t limit = smaller(d->start + d->head.segment_size, d->head.old_size);
  return limit > d->start ? limit : d->start;
}

typedef int reader(void *context, uint32_t at, uint8_t *to, uint32_t length);
typedef int writer(void *context, uint32_t at, const uint8_t *from, uint32_t length);

/* Reads anything but the patch; zeros when it cannot be read. */
static void get(dfid_decoder *d, reader *read, uint32_t at, uint8_t *to, uint32_t length) {
  if (length == 0 || (!failed(d) && read(d->device->context, at, to, length) == 0)) return;
  fail(d, DFID_STORAGE);
  memset(to, 0, length);
}

/* Writes d->out, filled up to the write unit. */
static void set(dfid_decoder *d, writer *write, uint32_t at, uint32_t length) {
  while (length % d->device->write_unit != 0) d->out[length++] = 0xFF;
  if (!failed(d) && write(d->device->context, at, d->out, length) != 0) fail(d, DFID_STORAGE);
}

/* `length` bytes of the old image, at most 4; the caller has checked that they lie in it. In place, what lies in the segment's place
 * comes from the backup area. */
static const uint8_t *old_bytes(dfid_decoder *d, uint32_t at, uint32_t length) {
  if (at < d->old_begin || at + length > d->old_begin + d->old_count) {
    uint32_t count = smaller(DFID_READ_BYTES, d->head.old_size - at), place = at;
    uint8_t *to = d->old_buffer;
    d->old_begin = at;
    d->old_count = count;
    while (updates_in_place(d) && count > 0) {
      const uint32_t start = d->start, end = place_end(d);
      const uint32_t part = smaller(count, (place < start ? start : place < end ? end : 0u) - place);
      if (place - start < end - start) get(d, d->device->read_backup, place - start, to, part);
      else get(d, d->device->read_old, place, to, part);
      place += part;
      to += part;
      count -= part;
    }
    get(d, d->device->read_old, place, to, count);
  }
  return d->old_buffer + (at - d->old_begin);
}

static uint32_t old_word(dfid_decoder *d, uint32_t at) { return word_at(old_bytes(d, at, 4)); }

/* A byte of the new image that was made before. */
static uint8_t new_byte(dfid_decoder *d, uint32_t at) {
  if (at >= d->out_at && at < d->at) return d->out[at - d->out_at];
  if (at < d->new_begin || at >= d->new_begin + d->new_count) {
    const uint32_t limit = at < d->out_at ? d->out_at : d->head.new_size;
    d->new_begin = at;
    d->new_count = smaller(DFID_READ_BYTES, limit - at);
    get(d, d->device->read_new, at, d->new_buffer, d->new_count);
  }
  return d->new_buffer[at - d->new_begin];
}

/* Writes what is in the buffer, and erases the blocks that begin in it. */
static void flush(dfid_decoder *d) {
  const uint32_t block = d->device->erase_block, length = d->at - d->out_at;
  uint32_t at;
  if (length == 0) return;
  d->crc = crc_of(d->crc, d->out, length);
  for (at = d->out_at; block != 0 && at != d->at; at++) {
    if (at % block == 0 && !failed(d) && d->device->erase(d->device->context, at) != 0) fail(d, DFID_STORAGE);
  }
  set(d, d->device->write_new, d->out_at, length);
  d->out_at = d->at;
}

static void put(dfid_decoder *d, uint32_t byte) {
  d->out[d->at - d->out_at] = (uint8_t)byte;
  d->history = d->history << 8 | (uint8_t)byte;
  d->at++;
  if ((d->at - d->start) % DFID_WRITE_BYTES == 0) flush(d);
}

/* ---- section 5: bits ---- */

static uint32_t coded_bit(dfid_decoder *d, uint32_t one) {
  const uint32_t bound = (uint32_t)((uint64_t)d->low_range * one >> 16);
  const uint32_t bit = d->code < bound;
  if (bit) {
    d->low_range = bound;
  } else {
    d->code -= bound;
    d->low_range -= bound;
  }
  while (d->low_range < 0x1000000u) {
    d->low_range <<= 8;
    d->code = d->code << 8 | packed_byte(d);
  }
  return bit;
}

static int32_t squash(int32_t v) {
  static const uint16_t point[33] = {22,    36,    60,    98,    162,   267,   439,   720,   1179,  1921,  3108,
                                     4971,  7812,  11955, 17625, 24743, 32768, 40793, 47911, 53581, 57724, 60565,
                                     62428, 63615, 64357, 64816, 65097, 65269, 65374, 65438, 65476, 65500, 65514};
  const int32_t j = (v + 2048) >> 7, r = (v + 2048) & 127;
  return point[j] + (((point[j + 1] - point[j]) * r) >> 7);
}

static int32_t lg(uint32_t x) {
  uint32_t w, f;
#ifdef __GNUC__
  w = 31 - (uint32_t)__builtin_clz((unsigned int)x);
#else
  for (w = 0; x >> w > 1; w++) {}
#endif
  f = ((x << 14) >> w) & 0x3FFF;
  return (int32_t)((w << 14) + f + ((((f * (0x4000 - f)) >> 14) * 5625) >> 14));
}

/* A counter is kept less its beginning, 8000 hexadecimal: so it begins as 0. stretch() takes its probability less 4096. */
static int32_t stretch(int32_t p) {
  return limited(((lg((uint32_t)(8193 + 2 * p)) - lg((uint32_t)(8191 - 2 * p))) * 177) >> 14, 2047);
}

/* A bit with the context values and the second weights that d->context, d->type and d->set say. */
static uint32_t model_bit(dfid_decoder *d, uint32_t node, uint32_t first) {
  static const uint16_t rate[8] = {32768, 21845, 16384, 13107, 9362, 7282, 5461, 4681};
  const uint32_t n = d->head.contexts, salt = node * 0x2C1B3C6Du + d->type * 0x7F4A7C15u;
  int32_t *const a = d->model.words + first * n;
  int32_t *const b = d->model.words + d->set * n;
  int16_t *slot[6];
  int16_t *table = d->model.halves + 168 * n;
  int32_t input[6], dot = 0, one, error;
  uint32_t i, bit;
  for (i = 0; i < n; i++) {
    slot[i] = table + (((d->context[i] * 0x2545F491u + salt) * 0x9E3779B1u) >> (32 - d->head.counter_bits));
    table += 1u << d->head.counter_bits;
    input[i] = stretch(*slot[i] >> 3);
    dot += (a[i] + b[i]) * input[i];
  }
  one = squash(limited(dot >> 16, 2047));
  bit = coded_bit(d, (uint32_t)one);
  error = (((int32_t)(bit << 16) - one) * 14) >> 4;
  for (i = 0; i < n; i++) {
    const int32_t step = (input[i] * error + 8192) >> 14, p = *slot[i] >> 3;
    const uint32_t count = (uint32_t)*slot[i] & 7;
    a[i] = limited(a[i] + step, 131072);
    b[i] = limited(b[i] + step, 32768);
    *slot[i] = (int16_t)((p + ((((bit ? 4095 : -4096) - p) * (int32_t)rate[count]) >> 16)) * 8 + (int32_t)smaller(count + 1, 7));
  }
  return bit;
}

/* ---- section 6: contexts ---- */

/* The second weights come after the first ones. */
#define SECOND 51u

/* `count` bits, the highest first; bit k has the weights a + (k & step). */
static uint32_t tree(dfid_decoder *d, uint32_t count, uint32_t a, uint32_t step) {
  uint32_t node = 1, k;
  for (k = 0; k < count; k++) node = node * 2 + model_bit(d, node, a + (k & step));
  return node - (1u << count);
}

static uint32_t number(dfid_decoder *d, uint32_t kind) {
  const uint32_t last = d->last[kind];
  uint32_t plus = 1, bits, i;
  d->context[0] = 0;
  d->context[1] = last;
  d->context[2] = d->last_number;
  d->context[3] = last << 8 | d->last_number;
  d->context[4] = d->last_source;
  d->context[5] = d->last_source << 8 | last;
  d->type = 16 + kind;
  d->set = SECOND + 32;
  bits = tree(d, 5, 40 + kind, 0);
  for (i = 0; i < bits; i++) plus = plus * 2 + (i < 3 ? model_bit(d, (bits << 5) + plus + 64, 45 + kind) : coded_bit(d, 32768));
  d->last[kind] = d->last_number = bits;
  return plus - 1;
}

static uint32_t literal(dfid_decoder *d) {
  const uint32_t h = d->history, q = d->at & 3, b1 = h & 255;
  d->context[0] = b1 << 2 | q;
  d->context[1] = h & 0xFFFF;
  d->context[2] = h >> 24 << 2 | q;
  d->context[3] = q;
  d->context[4] = h & 0xFFFFFF;
  d->context[5] = h >> 16;
  d->type = 1;
  d->set = SECOND + (b1 >> 5);
  return tree(d, 8, 8 * (q >> 1), 7);
}

static uint32_t source(dfid_decoder *d, uint32_t g) {
  d->context[0] = d->context[5] = 0;
  d->context[1] = g;
  d->context[2] = d->last_number;
  d->context[3] = d->last_source << 1 | g;
  d->context[4] = d->last_source;
  d->type = 8;
  d->set = SECOND + 32;
  return tree(d, 3, 50, 0);
}

/* ---- section 9: moves ---- */

/* The entry of an exact move (size 2) or of a coarse one (size 1): a tag of so many bytes, then the move. */
static APART uint8_t *move_at(dfid_decoder *d, uint32_t key, uint32_t size, uint32_t *tag) {
  const uint32_t h = key * 0x9E3779B1u;
  *tag = h | 1;
  return d->model.bytes + d->moves_at +
         (size == 2 ? 6 * (h >> (32 - d->head.exact_bits)) : (6u << d->head.exact_bits) + 5 * (h >> (32 - d->head.coarse_bits)));
}

/* size 1: pass(t, move); size 2: learn(t, move). */
static void learn(dfid_decoder *d, uint32_t t, uint32_t move, uint32_t size) {
  for (; size > 0; size--, t >>= 9) {
    uint32_t tag;
    uint8_t *const entry = move_at(d, t, size, &tag);
    entry[0] = (uint8_t)tag;
    entry[1] = (uint8_t)(tag >> 8); /* written over by the move when the tag has one byte */
    put_word(entry + size, move);
  }
}

/* The unit means the old place t. Where that lies in the new image: as the copy itself moves, or as the decoder has learnt. */
static uint32_t aimed(dfid_decoder *d, uint32_t kind, uint32_t t) {
  const uint32_t copy_by = d->copy_by;
  uint32_t size = t - d->copy_from < d->copy_length ? 0 : 2, key = t;
  d->unit.kind = kind;
  d->unit.target = t;
  for (; size > 0; size--, key >>= 9) {
    uint32_t tag;
    const uint8_t *const entry = move_at(d, key, size, &tag);
    if (entry[0] == (uint8_t)tag && (size == 1 || entry[1] == (uint8_t)(tag >> 8))) return t + word_at(entry + size);
  }
  return t + copy_by;
}

/* ---- section 8: units ---- */

/* Is the patch of this format? A constant 0 where the format is left out. */
static int is_aarch64(const dfid_decoder *d) { return HAS_AARCH64 && d->head.format == FORMAT_AARCH64; }
static int is_thumb(const dfid_decoder *d) { return HAS_THUMB && d->head.format == FORMAT_THUMB; }
static int is_arm(const dfid_decoder *d) { return HAS_ARM && d->head.format == FORMAT_ARM; }

static int is_thumb_branch(uint32_t w) { return (w & 0xF800) == 0xF000 && (w & 0x90000000u) == 0x90000000u; }

/* Bits 22 and 23 of an offset are stored as they are in a branch backwards, inverted in one forwards. */
static uint32_t thumb_inverted(uint32_t d) { return (d >> 24) & 1 ? d : d ^ 0xC00000u; }

/* Where w keeps its distance in words, if it means a place by it: in the bits below 32 - above and from low on. The result is
 * above, and 32 more where low is 5; a branch has low = 0. It is 0 for what means no such place. */
static uint32_t relative_of(const dfid_decoder *d, uint32_t w) {
  const uint32_t high = w >> 24;
  if (is_thumb(d)) return is_thumb_branch(w) ? 7 : 0;
  if (is_arm(d)) return (high & 0x0E) == 0x0A ? 8 : 0;
  if (!is_aarch64(d)) return 0;
  if ((high & 0x7C) == 0x14) return 6;
  if ((high & 0x7E) == 0x36) return 32 + 13;
  return (high & 0x7E) == 0x34 || (high & 0x3B) == 0x18 || (w & 0xFF000010u) == 0x54000000u ? 32 + 8 : 0;
}

/* The distances count from here. */
static uint32_t ahead(const dfid_decoder *d) { return 4u * (d->head.format - 1u); }

static uint32_t low_bit(uint32_t row) { return row < 32 ? 0 : 5; }

static uint32_t target_of(const dfid_decoder *d, uint32_t row, uint32_t w, uint32_t place) {
  if (is_thumb(d)) {
    const uint32_t distance = ((w >> 10) & 1) << 24 | ((w >> 29) & 1) << 23 | ((w >> 27) & 1) << 22 | (w & 0x3FF) << 12 | ((w >> 16) & 0x7FF) << 1;
    return place + ahead(d) + sar(thumb_inverted(distance) << 7, 7);
  }
  return place + ahead(d) + (sar(w << (row & 31), (row & 31) + low_bit(row)) << 2);
}

static void read_relative(dfid_decoder *d, uint32_t row) {
  const uint32_t w = d->unit.old;
  uint32_t o;
  o = aimed(d, row < 32 ? KIND_BRANCH : KIND_LOCAL, target_of(d, row, w, d->unit.at)) - d->unit.here - ahead(d);
  if (is_thumb(d)) {
    o = thumb_inverted(o);
    d->unit.predicted = (w & 0xD000F800u) | ((o >> 24) & 1) << 10 | ((o >> 23) & 1) << 29 | ((o >> 22) & 1) << 27 | ((o >> 12) & 0x3FF) |
                   ((o >> 1) & 0x7FF) << 16;
  } else {
    const uint32_t mask = 0xFFFFFFFFu >> (row & 31) & 0xFFFFFFFFu << low_bit(row);
    d->unit.predicted = (w & ~mask) | (o >> 2 << low_bit(row) & mask);
  }
}

static void read_pointer(dfid_decoder *d) {
  uint32_t i, target;
  for (i = 0; i < d->head.ranges; i++) {
    const uint32_t inside = d->unit.old - d->range[i].address;
    if (inside >= d->range[i].length) continue;
    target = inside + d->range[i].offset;
    d->unit.predicted = d->unit.old + aimed(d, KIND_POINTER, target) - target;
    return;
  }
}

/* shift(w) where low(w) is not -1; else 32. */
static uint32_t low_shift(uint32_t w) {
  if (w >> 22 == 0x244) return 0;
  if ((w & 0x3B000000u) != 0x39000000u) return 32;
  if ((w & 0x04800000u) == 0x04800000u && w >> 30 == 0) return 4;
  return w >> 30;
}

static uint32_t low_of(uint32_t w) { return ((w >> 10) & 0xFFF) << low_shift(w); }

static APART uint32_t page_of(const dfid_decoder *d, uint32_t w, uint32_t place) {
  const uint32_t pages = sar(w << 8, 13) << 2 | ((w >> 29) & 3);
  return ((place + d->head.base) & ~0xFFFu) + (pages << 12) - d->head.base;
}

static void read_page(dfid_decoder *d) {
  const uint32_t w = d->unit.old, r = w & 0x1F, page = page_of(d, w, d->unit.at);
  dfid_pair *const pair = &d->pair[r & 7];
  uint32_t target = page, i, m;
  for (i = 4; i <= 16 && d->left >= i + 4; i += 4) {
    const uint32_t x = old_word(d, d->unit.at + i);
    if (((x >> 5) & 0x1F) != r || low_shift(x) == 32) continue;
    target = page + low_of(x);
    break;
  }
  pair->owner = r + 1;
  pair->old_page = page;
  pair->begin = d->unit.at;
  m = sar(((aimed(d, KIND_PAGE, target) + d->head.base) & ~0xFFFu) - ((d->unit.here + d->head.base) & ~0xFFFu), 12);
  d->unit.predicted = (w & 0x9F00001Fu) | (m & 3) << 29 | ((m >> 2) & 0x7FFFF) << 5;
}

static uint32_t unit_length(dfid_decoder *d) {
  const uint32_t at = d->unit.at, room = d->left;
  if (!is_thumb(d)) return smaller(room, 4 - (at & 3));
  if (at & 1) return 1;
  if (room >= 4 && is_thumb_branch(old_word(d, at))) return 4;
  if (at & 2) return smaller(room, 2);
  if (room >= 6 && is_thumb_branch(old_word(d, at + 2))) return 2;
  return smaller(room, 4);
}

static void read_unit(dfid_decoder *d) {
  const uint32_t length = unit_length(d);
  const uint8_t *const bytes = old_bytes(d, d->unit.at, length);
  uint32_t w = 0, r, shift, i;
  uint32_t row;
  const dfid_pair *pair;
  for (i = length; i-- > 0;) w = w << 8 | bytes[i];
  d->unit.length = length;
  d->unit.kind = KIND_PLAIN;
  d->unit.old = d->unit.predicted = w;
  if (length < 4) return;
  r = (w >> 5) & 0x1F;
  pair = &d->pair[r & 7];
  shift = low_shift(w);
  row = relative_of(d, w);
  if (row != 0 && !(is_arm(d) && w >> 28 == 0xF)) {
    read_relative(d, row);
  } else if (is_aarch64(d) && (w & 0x9F000000u) == 0x90000000u) {
    read_page(d);
  } else if (is_aarch64(d) && shift != 32 && pair->owner == r + 1 && d->unit.at - pair->begin <= 64) {
    d->unit.predicted =
        (w & ~0x3FFC00u) | (((aimed(d, KIND_LOW, pair->old_page + low_of(w)) + d->head.base) & 0xFFF) >> shift) << 10;
  } else {
    read_pointer(d);
  }
}

static void learn_from(dfid_decoder *d, uint32_t made) {
  uint32_t row;
  const uint32_t old = d->unit.old;
  uint32_t learned, move;
  switch (d->unit.kind) {
    case KIND_BRANCH:
      row = relative_of(d, made);
      if (row - 1 >= 31) return;
      learned = target_of(d, row, made, d->unit.here);
      break;
    case KIND_PAGE: {
      dfid_pair *const pair = &d->pair[old & 7];
      pair->new_page = page_of(d, made, d->unit.here);
      if (((made ^ old) & 0x9F00001Fu) != 0) pair->owner = 0;
      return;
    }
    case KIND_LOW:
      if (((made ^ old) & 0xFFC003E0u) != 0) return;
      learned = d->pair[(old >> 5) & 7].new_page + low_of(made);
      break;
    case KIND_POINTER:
      learned = d->unit.target + (made - old);
      break;
    default:
      return;
  }
  move = learned - d->unit.target;
  if (move + 0x800000u < 0x1000000u) learn(d, d->unit.target, move, 2);
}
/* Section 6.3: the unit as it is in the new image. */
static uint32_t corrected(dfid_decoder *d) {
  const uint32_t old = d->unit.old, length = d->unit.length, kind = d->unit.kind, predicted = d->unit.predicted;
  const uint32_t high = old << (32 - 8 * length), top = high >> 24;
  const uint32_t shape = kind | length << 3 | (predicted != old ? 64u : 0u), r = smaller(d->run, 15);
  uint32_t hit, wrong = 0, carry = 0, made = 0, i;
  d->context[0] = r << 12 | (uint32_t)d->kind_flags[kind] << 8 | shape;
  d->context[1] = (d->flags & 7) << 16 | top << 8 | shape;
  d->context[2] = d->flags & 255;
  d->context[3] = high >> 16;
  d->context[4] = old;
  d->context[5] = d->differences;
  d->type = 2;
  d->set = SECOND + 8 + r;
  hit = model_bit(d, 0, 16 + kind);
  d->flags = d->flags << 1 | hit;
  d->kind_flags[kind] = (uint8_t)(((uint32_t)d->kind_flags[kind] << 1 | hit) & 15);
  if (hit) {
    d->run = smaller(d->run + 1, 255);
    memset(d->last_difference, 0, length);
    return predicted;
  }
  d->run = d->differences = 0;
  for (i = 0; i < length; i++) {
    const uint32_t place = i | length << 2 | wrong << 5 | kind << 9, o = (old >> (8 * i)) & 255;
    uint32_t difference = 0, sum;
    d->context[0] = carry | place << 8 | top;
    d->context[1] = place << 8 | d->last_difference[i];
    d->context[2] = carry | wrong << 12 | i << 8 | d->last_nonzero[i];
    d->context[3] = i << 16 | o << 8 | (((old << 8 | d->last_old >> 24) >> (8 * i)) & 255);
    d->context[4] = d->differences << 8 | o;
    d->context[5] = old * 0x6C8E9CF5u + i;
    d->type = 3;
    d->set = SECOND + 24 + kind;
    if ((i == length - 1 && wrong == 0) || model_bit(d, 0, 24 + i + (wrong != 0 ? 4u : 0u))) {
      wrong |= 1u << i;
      difference = tree(d, 8, 32 + i, 4);
      d->last_nonzero[i] = (uint8_t)difference;
      d->differences = d->differences << 8 | difference;
    }
    d->last_difference[i] = (uint8_t)difference;
    sum = ((predicted >> (8 * i)) & 255) + (difference ^ 128u) - 128u;
    carry = (sum & 0x300) << 14;
    made |= (sum & 255) << (8 * i);
  }
  return made;
}

/* ---- section 4: a segment ---- */

static void begin_segment(dfid_decoder *d) {
  uint32_t i;
  memset(&d->code, 0, sizeof *d - offsetof(dfid_decoder, code));
  for (i = 0; i < 51u * d->head.contexts; i++) d->model.words[i] = 19661;
  d->at = d->out_at = d->expected = d->start;
  d->crc = 0;
  d->mode = MODE_START;
  d->left = 0;
  if (d->row.packed & SAME) {
    d->mode = MODE_SAME;
    d->left = d->end - d->start;
  }
  d->patch_begin = d->patch_at = d->packed_at;
  d->low_range = 0xFFFFFFFFu;
  d->phase = PHASE_MAKE;
}

/* May `length` bytes of the old image from `from` on be read? In place, none that have been written over. */
static int old_allowed(const dfid_decoder *d, uint32_t from, uint32_t length) {
  if (from > d->head.old_size || length > d->head.old_size - from) return 0;
  if (!is_in_place(d)) return 1;
  if (!is_downwards(d)) return from >= d->start;
  return d->index == d->segments - 1 || from + length <= d->start + d->head.segment_size;
}

/* Begins the copy behind a gap. 0: it is none that may be. Sizes are below 2^31, so a place that would be negative, or beyond
 * 2^31, is 2^31 or more here, and outside of both images. */
static int begin_copy(dfid_decoder *d) {
  const uint32_t which = source(d, d->copy_length == 0);
  uint32_t from, length, v;
  d->last_source = which;
  if (which == 0) {
    v = number(d, 2);
    from = d->expected + (v >> 1 ^ (0u - (v & 1)));
  } else if (which <= 3) {
    from = d->at - d->by[which - 1];
    d->last_number = 31 + which;
  } else {
    const uint32_t made = d->start + d->head.segment_size;
    if (which > 5) return 0;
    v = number(d, 3);
    if (which == 4) {
      if (v >= d->at || (is_downwards(d) && v >= d->at - d->start)) return 0;
      from = d->at - v - 1;
    } else {
      if (!is_downwards(d) || made > d->head.new_size || v >= d->head.new_size - made) return 0;
      from = made + v;
    }
  }
  length = number(d, 1);
  if (length >= d->end - d->at) return 0;
  length++;
  d->left = d->copy_length = length;
  d->unit.at = d->copy_from = from;
  d->mode = MODE_NEW;
  if (which > 3) return which == 4 || length <= d->head.new_size - from;
  if (!old_allowed(d, from, length)) return 0;
  d->mode = MODE_OLD;
  d->page = 0xFFFFFFFFu;
  d->copy_by = d->at - from;
  memmove(d->by + 1, d->by, 4 * smaller(which - 1, 2));
  d->by[0] = d->copy_by;
  d->expected = from + length;
  return 1;
}

static void copy_unit(dfid_decoder *d) {
  uint32_t made, page = d->unit.at >> 9;
  d->unit.here = d->at;
  if (page != d->page) {
    d->page = page;
    learn(d, page, d->copy_by, 1);
  }
  read_unit(d);
  made = corrected(d);
  learn_from(d, made);
  d->last_old = d->unit.old;
  d->unit.at += d->unit.length;
  d->left -= d->unit.length;
  for (; d->unit.length > 0; d->unit.length--) {
    put(d, made);
    made >>= 8;
  }
}

/* Makes the segment's bytes up to the next write. 1: the segment is complete. */
static int make(dfid_decoder *d) {
  const uint32_t out_at = d->out_at;
  while (d->out_at == out_at && !failed(d) && packed_ready(d)) {
    uint32_t i;
    if (d->left > 0 && d->mode == MODE_OLD) {
      copy_unit(d);
    } else if (d->left > 0) {
      d->left--;
      put(d, d->mode == MODE_GAP ? literal(d) : d->mode == MODE_NEW ? new_byte(d, d->unit.at++) : *old_bytes(d, d->at, 1));
    } else if (d->mode == MODE_START) {
      for (i = 0; i < 4; i++) d->code = d->code << 8 | packed_byte(d);
      d->mode = MODE_NEXT;
    } else if (d->at == d->end) {
      flush(d);
      return 1;
    } else if (d->mode == MODE_GAP) {
      if (!begin_copy(d)) fail(d, DFID_STREAM);
    } else {
      d->copy_length = d->left = number(d, 0);
      if (d->left > d->end - d->at) fail(d, DFID_STREAM);
      d->mode = MODE_GAP;
    }
  }
  return 0;
}

/* ---- sections 2 and 3: the header and its checks ---- */

/* Reads the segment's row of the table; its packed bytes begin where the last one's end, at d->packed_end. A patch that cannot be
 * so long ends at 2^32 - 1 here. */
static void read_entry(dfid_decoder *d, uint32_t index) {
  if (!patch_words(d, d->table_at + index * d->entry_bytes, &d->row, sizeof d->row)) return;
  d->index = index;
  d->start = index * d->head.segment_size;
  d->end = d->start + smaller(d->head.segment_size, d->head.new_size - d->start);
  d->packed_at = d->packed_end;
  d->packed_end += smaller(d->row.packed & ~SAME, ~d->packed_end);
}

/* Codes 1 to 3. */
static int check_beginning(dfid_decoder *d) {
  uint8_t first[12] = {0};
  const uint32_t size = d->device->patch_size;
  if (size < 4) return DFID_NOT_A_PATCH;
  if (!patch_read(d, 0, first, smaller(size, sizeof first))) return DFID_MORE;
  if (word_at(first) != 0x44494644) return DFID_NOT_A_PATCH;
  if (size == 4) return DFID_HEADER_CUT;
  if (first[4] != 1) return DFID_VERSION;
  d->head.length = word_at(first + 8);
  if (size < 12 || d->head.length < 152 || d->head.length > 0x40000000u || size < d->head.length) return DFID_HEADER_CUT;
  if (!patch_read(d, 4, &d->head, sizeof d->head)) return DFID_MORE;
  in_order(&d->head.length, 24);
  in_order(&d->head.block, 12);
  d->hashed = d->head.length - DIGEST_BYTES - d->head.signature[0] - 256u * d->head.signature[1];
  return d->hashed - HEADER_BYTES > d->head.length ? DFID_HEADER_DAMAGED : DFID_MORE;
}

/* Codes 5 and 6, but for the table. */
static int check_fields(dfid_decoder *d) {
  /* The bytes from 32 on: what each may be. */
  static const uint8_t least[8] = {2, 8, 4, 4, 0, 0, 0, 1}, most[8] = {6, 16, 16, 16, 255, 8, 64, 32};
  const uint8_t *const bytes = &d->head.contexts;
  const uint32_t size = d->head.segment_size, signature = d->head.length - DIGEST_BYTES - d->hashed;
  uint32_t i, ranges_at;
  if (d->head.flags > 3 || d->head.features > 1 || d->head.zero != 0) return DFID_FEATURE;
  for (i = 0; i < 8; i++) {
    if (bytes[i] < least[i] || bytes[i] > most[i]) return DFID_VALUE;
  }
  if ((d->head.old_size | d->head.new_size | size) >= SAME || size == 0 || d->head.block == 0 ||
      d->head.backup != (is_in_place(d) ? size : 0) || !whole(d->head.backup, d->head.block) ||
      signature > 1024u * d->head.features || d->head.zeros[0] != 0 || d->head.zeros[1] != 0) {
    return DFID_VALUE;
  }
  d->segments = (d->head.new_size + size - 1) / size;
  d->entry_bytes = 12 + 16u * d->head.features;
  ranges_at = HEADER_BYTES + d->head.product_length;
  d->table_at = ranges_at + 12u * d->head.ranges;
  if (d->segments > 0x8000000u || d->table_at + d->segments * d->entry_bytes != d->hashed) return DFID_VALUE;
  d->moves_at = (336u + (2u << d->head.counter_bits)) * d->head.contexts;
  if (d->head.model_bytes != d->moves_at + (6u << d->head.exact_bits) + (5u << d->head.coarse_bits)) return DFID_VALUE;
  if (!patch_words(d, ranges_at, d->range, d->table_at - ranges_at)) return DFID_MORE;
  for (i = 0; i < d->head.ranges; i++) {
    const dfid_range *const range = &d->range[i];
    if (range->length < 1 || range->length > d->head.old_size || range->offset > d->head.old_size - range->length ||
        range->length - 1 > ~range->address) {
      return DFID_VALUE;
    }
  }
  return DFID_MORE;
}

/* One row of the table after another (code 6). */
static void check_entry(dfid_decoder *d) {
  read_entry(d, d->made);
  if (failed(d)) return;
  if (d->row.packed & SAME && (d->row.packed != SAME || d->row.packed_crc != 0 || d->end > d->head.old_size)) fail(d, DFID_VALUE);
  d->made++;
}

static int format_known(uint32_t format) {
  static const uint8_t known[4] = {1, HAS_AARCH64, HAS_THUMB, HAS_ARM};
  return format < 4 && known[format];
}

/* Is there room for the records of an update in what is left of the journal from `from` on? */
static int records_fit(const dfid_decoder *d, uint32_t from) {
  return (d->device->journal_room - from) / d->record_bytes > d->segments << updates_in_place(d);
}

/* Code 12: does the device's flash suit the patch? */
static int flash_suits(dfid_decoder *d) {
  const dfid_device *const device = d->device;
  const uint32_t unit_bytes = device->write_unit, block = device->erase_block > 0 ? device->erase_block : unit_bytes;
  if (unit_bytes < 1 || unit_bytes > 32 || !whole(DFID_WRITE_BYTES, unit_bytes) || !whole(block, unit_bytes)) return 0;
  if (d->head.new_size > device->new_room / block * block) return 0;
  if (d->segments > 1 && !whole(d->head.segment_size, block)) return 0;
  d->record_bytes = (16 + unit_bytes - 1) / unit_bytes * unit_bytes;
  if (has_journal(d) && !records_fit(d, 0)) return 0;
  if (device->backup_room == 0) return device->journal_room == 0 || has_journal(d);
  return updates_in_place(d) && is_in_place(d) && device->erase_block != 0 && whole(d->head.block, block) &&
         whole(d->head.unit, unit_bytes) && d->head.segment_size <= device->backup_room;
}

/* The codes from 7 on that need no reading of an image. */
static int check_device(dfid_decoder *d) {
  const dfid_device *const device = d->device;
  uint8_t product[64];
  const uint32_t length = d->head.product_length, size = device->patch_size, signature_at = d->hashed + DIGEST_BYTES;
  if (!format_known(d->head.format)) return DFID_FORMAT;
  if (device->verify != NULL &&
      (signature_at == d->head.length || device->verify(device->context, signature_at, d->head.length - signature_at) != 0)) {
    return DFID_SIGNATURE;
  }
  if (!patch_read(d, HEADER_BYTES, product, length)) return DFID_MORE;
  if (length > 0 && device->product != NULL &&
      (strlen(device->product) != length || memcmp(device->product, product, length) != 0)) {
    return DFID_PRODUCT;
  }
  if (d->head.counter < device->counter) return DFID_COUNTER;
  if (d->head.model_bytes > DFID_MODEL_BYTES) return DFID_TOO_LITTLE_MEMORY;
  if (!flash_suits(d)) return DFID_FLASH;
  if (size != DFID_UNKNOWN && d->packed_end != size) return d->packed_end > size ? DFID_PATCH_CUT : DFID_PATCH_LONG;
  return device->old_size != DFID_UNKNOWN && device->old_size != d->head.old_size ? DFID_OLD_SIZE : DFID_MORE;
}

/* ---- section 10: the journal ---- */

/* A record, in the byte order of the device, which alone reads it; FF follows up to the write unit. Steps of the segment that is
 * made as number k (from 0): 2k + 1 saved (in place), 2k + 2 done. A record that was torn has a wrong CRC and counts as none. */
typedef union record {
  struct { uint32_t step, name[2], crc; } is;
  uint8_t bytes[32];
} record;

static uint32_t record_crc(const record *r) { return crc_of(0, r->bytes, offsetof(record, is.crc)); }

static void read_record(dfid_decoder *d) {
  record r;
  uint32_t i, blank = 1;
  get(d, d->device->read_journal, d->cursor, r.bytes, d->record_bytes);
  for (i = 0; i < d->record_bytes; i++) blank &= r.bytes[i] == 0xFF;
  d->cursor += d->record_bytes;
  if (blank) return;
  d->journal_at = d->cursor;
  if (record_crc(&r) != r.is.crc) return;
  d->stranger = memcmp(r.is.name, d->patch_name, sizeof d->patch_name) != 0;
  d->step = r.is.step;
}

/* What the journal says, once it is read: 1: an update by this patch goes on, and the old image need not be there as it was. */
static int journal_goes_on(dfid_decoder *d) {
  if (d->step != COMPLETE && (d->stranger || d->step > 2 * d->segments)) fail(d, DFID_JOURNAL);
  if (d->stranger) d->step = 0;
  if (d->step == 0 && !records_fit(d, d->journal_at)) fail(d, DFID_FLASH);
  return d->step == COMPLETE || (d->step != 0 && updates_in_place(d));
}

/* Appends a record, behind the ones that were torn, unless the journal says as much already. */
static void write_record(dfid_decoder *d, uint32_t step) {
  record r;
  int refused = 1;
  if (!has_journal(d) || step <= d->step) return;
  memset(&r, 0xFF, sizeof r);
  r.is.step = step;
  memcpy(r.is.name, d->patch_name, sizeof d->patch_name);
  r.is.crc = record_crc(&r);
  /* A record that was torn before any bit fell looks blank, but flash may refuse to write there again: then the next place. */
  while (refused && !failed(d)) {
    if (d->device->journal_room - d->journal_at < d->record_bytes) {
      fail(d, DFID_STORAGE);
      return;
    }
    refused = d->device->write_journal(d->device->context, d->journal_at, r.bytes, d->record_bytes) != 0;
    d->journal_at += d->record_bytes;
  }
  d->step = step;
}

/* Copies the next bytes of the segment's place into the backup area. 1: all are there. */
static int save(dfid_decoder *d) {
  const uint32_t at = d->cursor - d->start, length = smaller(DFID_WRITE_BYTES, place_end(d) - d->cursor);
  if (at == 0 && d->device->erase_backup(d->device->context) != 0) fail(d, DFID_STORAGE);
  if (length > 0) {
    get(d, d->device->read_old, d->cursor, d->out, length);
    d->crc = crc_of(d->crc, d->out, length);
    d->cursor += length;
    set(d, d->device->write_backup, at, length);
  }
  return d->cursor == place_end(d);
}

/* ---- the state machine ---- */

/* Phases that begin with the sum of an area from d->cursor up to d->until. */
#define SUMS (1u << PHASE_HEADER_SHA | 1u << PHASE_OLD | 1u << PHASE_CHECK | 1u << PHASE_DONE | 1u << PHASE_PACKED | 1u << PHASE_SAVED | \
              1u << PHASE_READ_BACK | 1u << PHASE_NEW)
/* Those of them that only need its CRC. */
#define ONLY_CRC (1u << PHASE_DONE | 1u << PHASE_SAVED | 1u << PHASE_READ_BACK)

/* Adds the next bytes up to d->until to the CRC and the hash; without a reader, bytes of the patch. 1: the end is reached. */
static int sum(dfid_decoder *d) {
  uint32_t length = smaller(DFID_WRITE_BYTES, d->until - d->cursor);
  if (length > 0) {
    if (d->area == NULL) length = patch_some(d, d->cursor, d->out, length);
    else get(d, d->area, d->cursor, d->out, length);
    if (failed(d)) return 0;
  }
  if (!(ONLY_CRC >> d->phase & 1)) dfid_sha_add(&d->sha, d->out, length);
  d->crc = crc_of(d->crc, d->out, length);
  d->cursor += length;
  return d->cursor == d->until;
}

/* Fails with `code` unless the hash has the bytes at `at` of the patch. */
static void expect_sha(dfid_decoder *d, uint32_t at, uint32_t length, int code) {
  uint8_t expected[DIGEST_BYTES], digest[DIGEST_BYTES];
  if (!patch_read(d, at, expected, length)) return;
  dfid_sha_end(&d->sha, digest);
  if (memcmp(digest, expected, length) != 0) fail(d, code);
}

static APART void expect_crc(dfid_decoder *d, uint32_t expected, int code) {
  if (d->crc != expected) fail(d, code);
}

/* Goes to a phase that reads an area up to `until`, from its beginning. */
static APART void read_from(dfid_decoder *d, uint32_t phase, reader *area, uint32_t until) {
  d->phase = phase;
  d->area = area;
  d->until = until;
  d->cursor = 0;
  d->crc = 0;
  dfid_sha_begin(&d->sha);
}

/* Goes to a phase that reads the segment's place in the new image. */
static void read_place(dfid_decoder *d, uint32_t phase) {
  read_from(d, phase, d->device->read_new, d->end);
  d->cursor = d->start;
}

/* Goes to a phase that reads the packed bytes of the segment. */
static void read_packed(dfid_decoder *d, uint32_t phase) {
  read_from(d, phase, NULL, d->packed_end);
  d->cursor = d->packed_at;
}

/* Goes to `phase` for the next segment, in the order in which they are made. 0: there is none. */
static int next_segment(dfid_decoder *d, uint32_t phase) {
  if (d->made == d->segments) return 0;
  read_entry(d, is_downwards(d) ? d->segments - 1 - d->made : d->made);
  if (!failed(d)) d->made++;
  read_packed(d, phase);
  return 1;
}

/* Are the packed bytes right (code 17)? Those of a segment that is the same are none. */
static int packed_right(dfid_decoder *d) {
  expect_crc(d, d->row.packed_crc, DFID_SEGMENT_DAMAGED);
  if (d->head.features && !(d->row.packed & SAME)) {
    expect_sha(d, d->table_at + d->index * d->entry_bytes + 12, 16, DFID_SEGMENT_DAMAGED);
  }
  return !failed(d);
}

static void from_first_segment(dfid_decoder *d, uint32_t phase) {
  d->phase = phase;
  d->made = 0;
  d->packed_end = d->head.length;
}

/* All packed segments are checked before the first is made, unless they are still to come. */
static void after_old(dfid_decoder *d) { from_first_segment(d, d->device->in_pieces ? PHASE_NEXT : PHASE_CHECK_NEXT); }

static void step(dfid_decoder *d) {
  const dfid_device *const device = d->device;
  if (SUMS >> d->phase & 1 && !sum(d)) return;
  switch (d->phase) {
    case PHASE_HEADER:
      fail(d, check_beginning(d));
      read_from(d, PHASE_HEADER_SHA, NULL, d->hashed);
      break;
    case PHASE_HEADER_SHA:
      expect_sha(d, d->hashed, DIGEST_BYTES, DFID_HEADER_DAMAGED);
      d->phase = PHASE_FIELDS;
      break;
    case PHASE_FIELDS:
      fail(d, check_fields(d));
      from_first_segment(d, PHASE_TABLE);
      break;
    case PHASE_TABLE:
      if (d->made < d->segments) check_entry(d);
      else d->phase = PHASE_DEVICE;
      break;
    case PHASE_DEVICE:
      fail(d, check_device(d));
      read_from(d, PHASE_OLD, device->read_old, d->head.old_size);
      if (!has_journal(d)) break;
      patch_read(d, d->hashed, d->patch_name, sizeof d->patch_name);
      d->phase = PHASE_JOURNAL;
      break;
    case PHASE_JOURNAL:
      if (!has_journal(d)) break; /* never so: for the compiler */
      if (d->cursor + d->record_bytes <= device->journal_room) {
        read_record(d);
        break;
      }
      d->cursor = 0;
      d->phase = PHASE_OLD;
      if (journal_goes_on(d)) after_old(d);
      break;
    case PHASE_OLD:
      expect_sha(d, 56, DIGEST_BYTES, DFID_OLD_IMAGE);
      after_old(d);
      break;
    case PHASE_CHECK_NEXT:
      if (!next_segment(d, PHASE_CHECK)) from_first_segment(d, PHASE_NEXT);
      break;
    case PHASE_CHECK:
      if (packed_right(d)) d->phase = PHASE_CHECK_NEXT;
      break;
    case PHASE_NEXT:
      if (!next_segment(d, PHASE_PACKED)) read_from(d, PHASE_NEW, device->read_new, d->head.new_size);
      else if (d->step < 2 * d->made) break;
      else if (updates_in_place(d)) d->phase = PHASE_NEXT;
      else read_place(d, PHASE_DONE);
      break;
    case PHASE_DONE: /* two areas: a segment that the journal calls done is looked at again, and made again if it is not there */
      if (!has_journal(d)) break; /* never so: for the compiler */
      if (d->crc == d->row.new_crc) d->phase = PHASE_NEXT;
      else read_packed(d, PHASE_PACKED);
      break;
    case PHASE_PACKED:
      if (!packed_right(d)) break;
      if (updates_in_place(d) && d->row.packed & SAME) {
        write_record(d, 2 * d->made);
        d->phase = PHASE_NEXT;
      } else if (updates_in_place(d) && d->step < 2 * d->made - 1) {
        read_place(d, PHASE_SAVE);
      } else {
        begin_segment(d);
      }
      break;
    case PHASE_SAVE:
      if (!updates_in_place(d)) break; /* never so: for the compiler */
      if (!save(d)) break;
      d->patch_at = d->crc;
      read_from(d, PHASE_SAVED, device->read_backup, place_end(d) - d->start);
      break;
    case PHASE_SAVED:
      if (!updates_in_place(d)) break; /* never so: for the compiler */
      expect_crc(d, d->patch_at, DFID_STORAGE);
      write_record(d, 2 * d->made - 1);
      begin_segment(d);
      break;
    case PHASE_MAKE:
      if (!make(d) || failed(d)) break;
      expect_crc(d, d->row.new_crc, DFID_SEGMENT_WRONG);
      read_place(d, PHASE_READ_BACK);
      break;
    case PHASE_READ_BACK:
      expect_crc(d, d->row.new_crc, DFID_STORAGE);
      write_record(d, 2 * d->made);
      d->phase = PHASE_NEXT;
      break;
    case PHASE_NEW:
      expect_sha(d, 88, DIGEST_BYTES, DFID_NEW_IMAGE);
      write_record(d, COMPLETE);
      fail(d, DFID_DONE);
      break;
    default:
      break;
  }
}

void dfid_begin(dfid_decoder *decoder, const dfid_device *device) {
  memset(decoder, 0, sizeof *decoder);
  decoder->device = device;
  decoder->result = DFID_MORE;
}

int dfid_poll(dfid_decoder *decoder) {
  const uint32_t phase = decoder->phase;
  if (decoder->result == DFID_WAIT) decoder->result = DFID_MORE;
  if (!failed(decoder)) step(decoder);
  if (decoder->result == DFID_WAIT) decoder->phase = phase; /* what has to wait is done again: a step changes nothing before it has read */
  return decoder->result;
}

uint32_t dfid_new_size(const dfid_decoder *decoder) { return decoder->phase > PHASE_TABLE ? decoder->head.new_size : 0; }

uint32_t dfid_header_length(const dfid_decoder *decoder) { return decoder->phase > PHASE_HEADER ? decoder->head.length : 0; }
