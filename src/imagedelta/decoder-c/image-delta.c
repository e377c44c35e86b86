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
#define DIGEST_BYTES 32u
#define HEADER_BYTES 120u
#define SAME 0x80000000u
#define COMPLETE 0xFFFFFFFEu /* the step of an update that has ended */

static inline uint32_t word_at(const uint8_t *p) {
#if defined(__BYTE_ORDER__) && defined(__ORDER_LITTLE_ENDIAN__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  uint32_t word;
  memcpy(&word, p, sizeof word);
  return word;
#else
  return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
#endif
}

static uint32_t smaller(uint32_t a, uint32_t b) { return a < b ? a : b; }

/* a >> b of the document: keeps the sign. */
static uint32_t sar(uint32_t a, uint32_t b) { return (uint32_t)((int32_t)a >> b); }

static int32_t limited(int32_t value, int32_t most) { return value > most ? most : value < -most ? -most : value; }

/* The first error stays. */
static void fail(dfid_decoder *d, int code) {
  if (d->result == DFID_MORE) d->result = code;
}

static int failed(const dfid_decoder *d) { return d->result != DFID_MORE; }

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

#ifdef DFID_EXTERNAL_SHA256
#define sha_begin dfid_sha_begin
#define sha_add dfid_sha_add
#define sha_end dfid_sha_end
#else
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

static void sha_begin(dfid_sha256 *sha) {
  static const uint32_t first[8] = {0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19};
  memcpy(sha->state, first, sizeof first);
  sha->bytes = 0;
}

static void sha_add(dfid_sha256 *sha, const uint8_t *p, uint32_t length) {
  for (; length > 0; length--) {
    sha->block[sha->bytes++ & 63] = *p++;
    if ((sha->bytes & 63) == 0) sha_block(sha);
  }
}

static void sha_end(dfid_sha256 *sha, uint8_t digest[32]) {
  const uint64_t bits = sha->bytes * 8;
  uint32_t i;
  uint8_t byte = 0x80;
  do {
    sha_add(sha, &byte, 1);
    byte = 0;
  } while ((sha->bytes & 63) != 56);
  for (i = 0; i < 8; i++) {
    byte = (uint8_t)(bits >> (56 - 8 * i));
    sha_add(sha, &byte, 1);
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
static int patch_read(dfid_decoder *d, uint32_t at, uint8_t *to, uint32_t length) {
  uint32_t count;
  for (; length > 0; at += count, to += count, length -= count) {
    count = patch_some(d, at, to, length);
    if (count == 0) return 0;
  }
  return 1;
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

/* Reads three words of the patch. 0: it cannot, or not yet. */
static int patch_row(dfid_decoder *d, uint32_t at, uint32_t row[3]) {
  uint8_t bytes[12];
  uint32_t i;
  if (!patch_read(d, at, bytes, sizeof bytes)) return 0;
  for (i = 0; i < 3; i++) row[i] = word_at(bytes + 4 * i);
  return 1;
}

/* The next packed byte; zeros follow the last one. */
static uint32_t packed_byte(dfid_decoder *d) {
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
  const uint32_t limit = smaller(d->start + d->segment_size, d->old_size);
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

/* Reads the old image: in place, what lies in the segment's place comes from the backup area. */
static void old_read(dfid_decoder *d, uint32_t at, uint8_t *to, uint32_t length) {
  const uint32_t start = d->start, end = place_end(d);
  while (updates_in_place(d) && length > 0) {
    const uint32_t part = at >= end ? length : smaller(length, (at < start ? start : end) - at);
    if (at >= start && at < end) get(d, d->device->read_backup, at - start, to, part);
    else get(d, d->device->read_old, at, to, part);
    at += part;
    to += part;
    length -= part;
  }
  get(d, d->device->read_old, at, to, length);
}

/* `length` bytes of the old image, at most 4; the caller has checked that they lie in it. */
static const uint8_t *old_bytes(dfid_decoder *d, uint32_t at, uint32_t length) {
  if (at < d->old_begin || at + length > d->old_begin + d->old_count) {
    d->old_begin = at;
    d->old_count = smaller(DFID_READ_BYTES, d->old_size - at);
    old_read(d, at, d->old_buffer, d->old_count);
  }
  return d->old_buffer + (at - d->old_begin);
}

static uint32_t old_word(dfid_decoder *d, uint32_t at) { return word_at(old_bytes(d, at, 4)); }

/* A byte of the new image that was made before. */
static uint8_t new_byte(dfid_decoder *d, uint32_t at) {
  if (at >= d->out_at && at < d->at) return d->out[at - d->out_at];
  if (at < d->new_begin || at >= d->new_begin + d->new_count) {
    const uint32_t limit = at < d->out_at ? d->out_at : d->new_size;
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

static int put(dfid_decoder *d, uint8_t byte) {
  d->out[d->at - d->out_at] = byte;
  d->history = d->history << 8 | byte;
  d->at++;
  if ((d->at - d->start) % DFID_WRITE_BYTES != 0) return 0;
  flush(d);
  return 1;
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

static int32_t stretch(uint32_t p) { return limited(((lg(2 * p + 1) - lg(16383 - 2 * p)) * 177) >> 14, 2047); }

static uint32_t model_bit(dfid_decoder *d, uint32_t node, uint32_t set_a, uint32_t set_b) {
  static const uint16_t rate[8] = {32768, 21845, 16384, 13107, 9362, 7282, 5461, 4681};
  const uint32_t n = d->shape.contexts, salt = node * 0x2C1B3C6Du;
  int32_t *const a = d->model.words + set_a * n;
  int32_t *const b = d->model.words + (51 + set_b) * n;
  uint16_t *slot[6];
  int32_t input[6], dot = 0, one, error;
  uint32_t i, bit;
  for (i = 0; i < n; i++) {
    const uint32_t hash = ((d->context[i] + salt) * 0x9E3779B1u) >> (32 - d->shape.counter_bits);
    slot[i] = d->model.halves + d->counters_at + (i << d->shape.counter_bits) + hash;
    input[i] = stretch((uint32_t)*slot[i] >> 3);
    dot += (a[i] + b[i]) * input[i];
  }
  one = squash(limited(dot >> 16, 2047));
  bit = coded_bit(d, (uint32_t)one);
  error = (((int32_t)(bit << 16) - one) * 14) >> 4;
  for (i = 0; i < n; i++) {
    const int32_t step = (input[i] * error + 8192) >> 14;
    const uint32_t count = *slot[i] & 7u;
    int32_t p = *slot[i] >> 3;
    a[i] = limited(a[i] + step, 131072);
    b[i] = limited(b[i] + step, 32768);
    p += (((bit ? 8191 : 0) - p) * (int32_t)rate[count]) >> 16;
    *slot[i] = (uint16_t)((uint32_t)p << 3 | smaller(count + 1, 7));
  }
  return bit;
}

/* ---- section 6: contexts ---- */

static void set_contexts(dfid_decoder *d, uint32_t type, const uint32_t v[6]) {
  uint32_t i;
  for (i = 0; i < 6; i++) d->context[i] = v[i] * 0x2545F491u + type * 0x7F4A7C15u;
}

/* `count` bits, the highest first; bit k has the weights a + (k & step). */
static uint32_t tree(dfid_decoder *d, uint32_t count, uint32_t a, uint32_t step, uint32_t b) {
  uint32_t node = 1, k;
  for (k = 0; k < count; k++) node = node * 2 + model_bit(d, node, a + (k & step), b);
  return node - (1u << count);
}

static uint32_t number(dfid_decoder *d, uint32_t kind) {
  uint32_t v[6], plus = 1, prefix = 1, bits, i;
  v[0] = 0;
  v[1] = d->last[kind];
  v[2] = d->last_number;
  v[3] = d->last[kind] << 8 | d->last_number;
  v[4] = d->last_source;
  v[5] = d->last_source << 8 | d->last[kind];
  set_contexts(d, 16 + kind, v);
  bits = tree(d, 5, 40 + kind, 0, 32);
  for (i = bits; i-- > 0;) {
    uint32_t bit;
    if (bits - i <= 3) {
      bit = model_bit(d, (bits << 5) + prefix + 64, 45 + kind, 32);
      prefix = prefix * 2 + bit;
    } else {
      bit = coded_bit(d, 32768);
    }
    plus = plus * 2 + bit;
  }
  d->last[kind] = d->last_number = bits;
  return plus - 1;
}

static uint8_t literal(dfid_decoder *d) {
  const uint32_t h = d->history, q = d->at & 3, b1 = h & 255, b3 = (h >> 16) & 255, b4 = h >> 24;
  uint32_t v[6];
  v[0] = b1 << 2 | q;
  v[1] = h & 0xFFFF;
  v[2] = b4 << 2 | q;
  v[3] = q;
  v[4] = h & 0xFFFFFF;
  v[5] = b4 << 8 | b3;
  set_contexts(d, 1, v);
  return (uint8_t)tree(d, 8, 8 * (q >> 1), 7, b1 >> 5);
}

static uint32_t source(dfid_decoder *d, uint32_t g) {
  uint32_t v[6];
  v[0] = v[5] = 0;
  v[1] = g;
  v[2] = d->last_number;
  v[3] = d->last_source << 1 | g;
  v[4] = d->last_source;
  set_contexts(d, 8, v);
  return tree(d, 3, 50, 0, 32);
}

/* ---- section 9: moves ---- */

static void pass(dfid_decoder *d, uint32_t p, uint32_t move) {
  const uint32_t h = p * 0x9E3779B1u, e = h >> (32 - d->shape.coarse_bits);
  d->model.bytes[d->coarse_tags_at + e] = (uint8_t)((h & 0xFF) | 1);
  d->model.words[d->coarse_at + e] = (int32_t)move;
}

static void learn(dfid_decoder *d, uint32_t t, uint32_t move) {
  const uint32_t h = t * 0x9E3779B1u, e = h >> (32 - d->shape.exact_bits);
  d->model.halves[d->exact_tags_at + e] = (uint16_t)((h & 0xFFFF) | 1);
  d->model.words[d->exact_at + e] = (int32_t)move;
  pass(d, t >> 9, move);
}

static uint32_t find(const dfid_decoder *d, uint32_t t, uint32_t otherwise) {
  uint32_t h = t * 0x9E3779B1u, e = h >> (32 - d->shape.exact_bits);
  if (d->model.halves[d->exact_tags_at + e] == ((h & 0xFFFF) | 1)) return (uint32_t)d->model.words[d->exact_at + e];
  h = (t >> 9) * 0x9E3779B1u;
  e = h >> (32 - d->shape.coarse_bits);
  if (d->model.bytes[d->coarse_tags_at + e] == ((h & 0xFF) | 1)) return (uint32_t)d->model.words[d->coarse_at + e];
  return otherwise;
}

/* ---- section 8: units ---- */

typedef struct unit {
  uint32_t at, here, length, kind, old, predicted, target;
} unit;

/* Is the patch of this format? A constant 0 where the format is left out. */
static int is_aarch64(const dfid_decoder *d) { return HAS_AARCH64 && d->shape.format == FORMAT_AARCH64; }
static int is_thumb(const dfid_decoder *d) { return HAS_THUMB && d->shape.format == FORMAT_THUMB; }
static int is_arm(const dfid_decoder *d) { return HAS_ARM && d->shape.format == FORMAT_ARM; }

static int is_thumb_branch(uint32_t w) { return (w & 0xF800) == 0xF000 && (w & 0x90000000u) == 0x90000000u; }

/* Bits 22 and 23 of an offset are stored as they are in a branch backwards, inverted in one forwards. */
static uint32_t thumb_inverted(uint32_t d) { return (d >> 24) & 1 ? d : d ^ 0xC00000u; }

static uint32_t thumb_offset(uint32_t w) {
  const uint32_t d = ((w >> 10) & 1) << 24 | ((w >> 29) & 1) << 23 | ((w >> 27) & 1) << 22 | (w & 0x3FF) << 12 | ((w >> 16) & 0x7FF) << 1;
  return sar(thumb_inverted(d) << 7, 7);
}

static uint32_t low_shift(uint32_t w) {
  if ((w & 0x3B000000u) != 0x39000000u) return 0;
  if ((w & 0x04800000u) == 0x04800000u && w >> 30 == 0) return 4;
  return w >> 30;
}

/* low(w); DFID_UNKNOWN stands for -1. */
static uint32_t low_of(uint32_t w) {
  if ((w & 0xFFC00000u) != 0x91000000u && (w & 0x3B000000u) != 0x39000000u) return DFID_UNKNOWN;
  return ((w >> 10) & 0xFFF) << low_shift(w);
}

static uint32_t page_of(const dfid_decoder *d, uint32_t w, uint32_t place) {
  const uint32_t pages = sar(w << 8, 13) << 2 | ((w >> 29) & 3);
  return ((place + d->base) & ~0xFFFu) + (pages << 12) - d->base;
}

/* Is w a branch of the format? Then its target for a branch at `place`. */
static int branch(const dfid_decoder *d, uint32_t w, uint32_t place, uint32_t *target) {
  if (is_aarch64(d)) {
    *target = place + sar(w << 6, 4);
    return (w & 0x7C000000u) == 0x14000000u;
  }
  if (is_thumb(d)) {
    *target = place + 4 + thumb_offset(w);
    return is_thumb_branch(w);
  }
  *target = place + 8 + sar(w << 8, 6);
  return is_arm(d) && (w & 0x0E000000u) == 0x0A000000u;
}

/* Where the old place t lies in the new image, less t: as the copy itself moves, or as the decoder has learnt. */
static uint32_t moved(const dfid_decoder *d, uint32_t t) {
  return t - d->copy_from < d->copy_length ? d->copy_by : find(d, t, d->copy_by);
}

static void read_pointer(const dfid_decoder *d, unit *u) {
  uint32_t i;
  u->kind = KIND_PLAIN;
  u->predicted = u->old;
  for (i = 0; i < d->shape.ranges; i++) {
    const uint32_t inside = u->old - d->range[i].address;
    if (inside >= d->range[i].length) continue;
    u->kind = KIND_POINTER;
    u->target = inside + d->range[i].offset;
    u->predicted = u->old + moved(d, u->target);
    return;
  }
}

static void read_branch(const dfid_decoder *d, unit *u) {
  const uint32_t w = u->old, to = u->target + moved(d, u->target) - u->here;
  u->kind = KIND_BRANCH;
  if (is_aarch64(d)) {
    u->predicted = (w & 0xFC000000u) | (sar(to, 2) & 0x3FFFFFF);
  } else if (is_arm(d)) {
    u->predicted = (w & 0xFF000000u) | (sar(to - 8, 2) & 0xFFFFFF);
  } else {
    const uint32_t o = thumb_inverted(to - 4);
    u->predicted = (w & 0xD000F800u) | ((o >> 24) & 1) << 10 | ((o >> 23) & 1) << 29 | ((o >> 22) & 1) << 27 | ((o >> 12) & 0x3FF) |
                   ((o >> 1) & 0x7FF) << 16;
  }
}

static void read_page(dfid_decoder *d, unit *u) {
  const uint32_t w = u->old, r = w & 0x1F, page = page_of(d, w, u->at), end = d->copy_from + d->copy_length;
  dfid_pair *const pair = &d->pair[r & 7];
  uint32_t i, m;
  u->kind = KIND_PAGE;
  u->target = page;
  for (i = 4; i <= 16 && end - u->at >= i + 4; i += 4) {
    const uint32_t x = old_word(d, u->at + i);
    if (((x >> 5) & 0x1F) != r || low_of(x) == DFID_UNKNOWN) continue;
    u->target = page + low_of(x);
    break;
  }
  pair->owner = r + 1;
  pair->old_page = page;
  pair->begin = u->at;
  m = sar(((u->target + moved(d, u->target) + d->base) & ~0xFFFu) - ((u->here + d->base) & ~0xFFFu), 12);
  u->predicted = (w & 0x9F00001Fu) | (m & 3) << 29 | ((m >> 2) & 0x7FFFF) << 5;
}

/* A place relative to the unit, in words, which lies in the bits below 32 - above and from 5 on. */
static void read_local(const dfid_decoder *d, unit *u, uint32_t above) {
  const uint32_t w = u->old, mask = 0xFFFFFFFFu >> above & ~0x1Fu;
  u->kind = KIND_LOCAL;
  u->target = u->at + (sar(w << above, above + 5) << 2);
  u->predicted = (w & ~mask) | ((u->target + moved(d, u->target) - u->here) << 3 & mask);
}

static void read_aarch64(dfid_decoder *d, unit *u) {
  const uint32_t w = u->old, r = (w >> 5) & 0x1F, low = low_of(w);
  const dfid_pair *const pair = &d->pair[r & 7];
  if ((w & 0x9F000000u) == 0x90000000u) {
    read_page(d, u);
  } else if (low != DFID_UNKNOWN && pair->owner == r + 1 && u->at - pair->begin <= 64) {
    u->kind = KIND_LOW;
    u->target = pair->old_page + low;
    u->predicted = (w & ~0x3FFC00u) | (((u->target + moved(d, u->target) + d->base) & 0xFFF) >> low_shift(w)) << 10;
  } else if ((w & 0xFF000010u) == 0x54000000u || (w & 0x7E000000u) == 0x34000000u || (w & 0x3B000000u) == 0x18000000u) {
    read_local(d, u, 8);
  } else if ((w & 0x7E000000u) == 0x36000000u) {
    read_local(d, u, 13);
  } else {
    read_pointer(d, u);
  }
}

static uint32_t unit_length(dfid_decoder *d, uint32_t at, uint32_t room) {
  if (!is_thumb(d)) return smaller(room, 4 - (at & 3));
  if (at & 1) return 1;
  if (room >= 4 && is_thumb_branch(old_word(d, at))) return 4;
  if (at & 2) return smaller(room, 2);
  if (room >= 6 && is_thumb_branch(old_word(d, at + 2))) return 2;
  return smaller(room, 4);
}

static void read_unit(dfid_decoder *d, unit *u) {
  const uint32_t room = d->copy_from + d->copy_length - u->at;
  const uint8_t *bytes;
  uint32_t i;
  u->length = unit_length(d, u->at, room);
  bytes = old_bytes(d, u->at, u->length);
  u->old = 0;
  for (i = 0; i < u->length; i++) u->old |= (uint32_t)bytes[i] << (8 * i);
  u->kind = KIND_PLAIN;
  u->predicted = u->old;
  u->target = 0;
  if (u->length < 4) return;
  if (branch(d, u->old, u->at, &u->target) && !(is_arm(d) && u->old >> 28 == 0xF)) {
    read_branch(d, u);
  } else if (is_aarch64(d)) {
    read_aarch64(d, u);
  } else {
    read_pointer(d, u);
  }
}

static void learn_from(dfid_decoder *d, const unit *u, uint32_t made) {
  uint32_t learned, move;
  switch (u->kind) {
    case KIND_BRANCH:
      if (!branch(d, made, u->here, &learned)) return;
      break;
    case KIND_PAGE: {
      dfid_pair *const pair = &d->pair[u->old & 7];
      if (((made ^ u->old) & 0x9F00001Fu) == 0) {
        pair->new_page = page_of(d, made, u->here);
      } else {
        pair->owner = 0;
      }
      return;
    }
    case KIND_LOW:
      if (((made ^ u->old) & 0xFFC003E0u) != 0) return;
      learned = d->pair[(u->old >> 5) & 7].new_page + low_of(made);
      break;
    case KIND_POINTER:
      learned = u->target + (made - u->old);
      break;
    default:
      return;
  }
  move = learned - u->target;
  if (move + 0x800000u < 0x1000000u) learn(d, u->target, move);
}

/* Section 6.3: the unit as it is in the new image. */
static uint32_t corrected(dfid_decoder *d, const unit *u) {
  const uint32_t high = u->old << (32 - 8 * u->length), top = high >> 24, next = (high >> 16) & 255;
  const uint32_t shape = u->kind | u->length << 3 | (u->predicted != u->old ? 64u : 0u), r = smaller(d->run, 15);
  uint32_t v[6], hit, wrong = 0, made = 0, i;
  v[0] = r << 12 | (uint32_t)d->kind_flags[u->kind] << 8 | shape;
  v[1] = (d->flags & 7) << 16 | top << 8 | shape;
  v[2] = d->flags & 255;
  v[3] = top << 8 | next;
  v[4] = u->old;
  v[5] = d->differences;
  set_contexts(d, 2, v);
  hit = model_bit(d, 0, 16 + u->kind, 8 + r);
  d->flags = d->flags << 1 | hit;
  d->kind_flags[u->kind] = (uint8_t)(((uint32_t)d->kind_flags[u->kind] << 1 | hit) & 15);
  if (hit) {
    d->run = smaller(d->run + 1, 255);
    memset(d->last_difference, 0, u->length);
    return u->predicted;
  }
  d->run = 0;
  d->differences = 0;
  for (i = 0; i < u->length; i++) {
    const uint32_t place = i | u->length << 2 | wrong << 5 | u->kind << 9, o = (u->old >> (8 * i)) & 255;
    const uint32_t before = ((u->old << 8 | d->last_old >> 24) >> (8 * i)) & 255;
    uint32_t difference = 0;
    v[0] = place << 8 | top;
    v[1] = place << 8 | d->last_difference[i];
    v[2] = wrong << 12 | i << 8 | d->last_nonzero[i];
    v[3] = i << 16 | o << 8 | before;
    v[4] = d->differences << 8 | o;
    v[5] = u->old * 0x6C8E9CF5u + i;
    set_contexts(d, 3, v);
    if ((i == u->length - 1 && wrong == 0) || model_bit(d, 0, 24 + i + (wrong != 0 ? 4u : 0u), 24 + u->kind)) {
      wrong |= 1u << i;
      difference = tree(d, 8, 32 + i, 4, 24 + u->kind);
      d->last_nonzero[i] = (uint8_t)difference;
      d->differences = d->differences << 8 | difference;
    }
    d->last_difference[i] = (uint8_t)difference;
    made |= (((u->predicted >> (8 * i)) + difference) & 255) << (8 * i);
  }
  return made;
}

/* ---- section 4: a segment ---- */

static void begin_segment(dfid_decoder *d) {
  const uint32_t n = d->shape.contexts;
  uint32_t i;
  memset(d->model.bytes, 0, d->coarse_tags_at + (1u << d->shape.coarse_bits));
  for (i = 0; i < n << d->shape.counter_bits; i++) d->model.halves[d->counters_at + i] = 0x8000;
  for (i = 0; i < 51 * n; i++) d->model.words[i] = 19661;
  memset((uint8_t *)d + offsetof(dfid_decoder, code), 0, offsetof(dfid_decoder, patch_begin) - offsetof(dfid_decoder, code));
  d->at = d->out_at = d->start;
  d->expected = d->start;
  d->crc = 0;
  d->mode = d->same ? MODE_SAME : MODE_START;
  d->left = d->same ? d->end - d->start : 0;
  d->old_count = d->new_count = d->patch_count = 0;
  d->patch_begin = d->patch_at = d->packed_at;
  d->low_range = 0xFFFFFFFFu;
  d->phase = PHASE_MAKE;
}

/* May `length` bytes of the old image from `from` on be read? In place, none that have been written over. */
static int old_allowed(const dfid_decoder *d, uint32_t from, uint32_t length) {
  if (from > d->old_size || length > d->old_size - from) return 0;
  if (!d->in_place) return 1;
  if (!d->downwards) return from >= d->start;
  return d->index == d->segments - 1 || from + length <= d->start + d->segment_size;
}

/* Begins the copy behind a gap. 0: it is none that may be. Sizes are below 2^31, so a place that would be negative, or beyond
 * 2^31, is 2^31 or more here, and outside of both images. */
static int begin_copy(dfid_decoder *d, uint32_t gap) {
  const uint32_t which = source(d, gap == 0);
  uint32_t from, length, v;
  d->last_source = which;
  if (which == 0) {
    v = number(d, 2);
    from = d->expected + (v >> 1 ^ (0u - (v & 1)));
  } else if (which <= 3) {
    from = d->at - d->by[which - 1];
    d->last_number = 31 + which;
  } else {
    const uint32_t made = d->start + d->segment_size;
    if (which > 5) return 0;
    v = number(d, 3);
    if (which == 4) {
      if (v >= d->at || (d->downwards && v >= d->at - d->start)) return 0;
      from = d->at - v - 1;
    } else {
      if (!d->downwards || made > d->new_size || v >= d->new_size - made) return 0;
      from = made + v;
    }
  }
  length = number(d, 1);
  if (length >= d->end - d->at) return 0;
  length++;
  d->left = d->copy_length = length;
  d->copy_at = d->copy_from = from;
  d->mode = MODE_NEW;
  if (which > 3) return which == 4 || length <= d->new_size - from;
  if (!old_allowed(d, from, length)) return 0;
  d->mode = MODE_OLD;
  d->page = 0xFFFFFFFFu;
  d->copy_by = d->at - from;
  if (which != 1) {
    if (which != 2) d->by[2] = d->by[1];
    d->by[1] = d->by[0];
  }
  d->by[0] = d->copy_by;
  d->expected = from + length;
  return 1;
}

static int copy_unit(dfid_decoder *d) {
  unit u;
  uint32_t made, i;
  int written = 0;
  u.at = d->copy_at;
  u.here = u.at + d->copy_by;
  if (u.at >> 9 != d->page) {
    d->page = u.at >> 9;
    pass(d, d->page, d->copy_by);
  }
  read_unit(d, &u);
  made = corrected(d, &u);
  learn_from(d, &u, made);
  d->last_old = u.old;
  d->copy_at += u.length;
  d->left -= u.length;
  for (i = 0; i < u.length; i++) written |= put(d, (uint8_t)(made >> (8 * i)));
  return written;
}

/* Makes the segment's bytes up to the next write. 1: the segment is complete. */
static int make(dfid_decoder *d) {
  int written = 0;
  while (!written && !failed(d) && packed_ready(d)) {
    if (d->left > 0) {
      switch (d->mode) {
        case MODE_SAME: written = put(d, *old_bytes(d, d->at, 1)); d->left--; break;
        case MODE_GAP: written = put(d, literal(d)); d->left--; break;
        case MODE_NEW: written = put(d, new_byte(d, d->copy_at++)); d->left--; break;
        default: written = copy_unit(d); break;
      }
    } else if (d->mode == MODE_START) {
      uint32_t i;
      for (i = 0; i < 4; i++) d->code = d->code << 8 | packed_byte(d);
      d->mode = MODE_NEXT;
    } else if (d->mode == MODE_GAP && d->at < d->end) {
      if (!begin_copy(d, d->copy_length)) fail(d, DFID_STREAM);
    } else if (d->at < d->end) {
      const uint32_t gap = number(d, 0);
      if (gap > d->end - d->at) fail(d, DFID_STREAM);
      d->copy_length = d->left = gap;
      d->mode = MODE_GAP;
    } else {
      flush(d);
      return 1;
    }
  }
  return 0;
}

/* ---- sections 2 and 3: the header and its checks ---- */

static uint32_t entry_bytes(const dfid_decoder *d) { return d->digests ? 28 : 12; }

static uint32_t table_at(const dfid_decoder *d) { return HEADER_BYTES + d->shape.product_length + 12u * d->shape.ranges; }

/* Reads the segment's row of the table; its packed bytes begin where the last one's end, at d->packed_end. A patch that cannot be
 * so long ends at 2^32 - 1 here. */
static void read_entry(dfid_decoder *d, uint32_t index) {
  uint32_t row[3];
  if (!patch_row(d, table_at(d) + index * entry_bytes(d), row)) return;
  d->index = index;
  d->start = index * d->segment_size;
  d->end = d->start + smaller(d->segment_size, d->new_size - d->start);
  d->same = row[0] < SAME ? 0 : row[0];
  d->packed_at = d->packed_end;
  d->packed_end += smaller(row[0] & ~SAME, ~d->packed_end);
  d->packed_crc = row[1];
  d->new_crc = row[2];
}

/* Codes 1 to 3. */
static int check_beginning(dfid_decoder *d) {
  uint8_t first[12];
  const uint32_t size = d->device->patch_size;
  memset(first, 0, sizeof first);
  if (size < 4) return DFID_NOT_A_PATCH;
  if (!patch_read(d, 0, first, smaller(size, sizeof first))) return 0;
  if (memcmp(first, "DFID", 4) != 0) return DFID_NOT_A_PATCH;
  if (size == 4) return DFID_HEADER_CUT;
  if (first[4] != 1) return DFID_VERSION;
  d->header_length = word_at(first + 8);
  if (size < 12 || d->header_length < 152 || d->header_length > 0x40000000u || size < d->header_length) return DFID_HEADER_CUT;
  if (!patch_read(d, 52, first, 2)) return 0;
  d->signature_length = word_at(first) & 0xFFFF;
  return d->signature_length + DIGEST_BYTES + HEADER_BYTES > d->header_length ? DFID_HEADER_DAMAGED : 0;
}

/* Codes 5 and 6, but for the table. */
static int check_fields(dfid_decoder *d) {
  /* The bytes from 32 on: what each may be. */
  static const uint8_t least[8] = {2, 8, 4, 4, 0, 0, 0, 1}, most[8] = {6, 16, 16, 16, 255, 8, 64, 32};
  uint8_t h[HEADER_BYTES];
  uint32_t i, exact, coarse, counters;
  if (!patch_read(d, 0, h, sizeof h)) return 0;
  if ((h[5] & ~3) != 0 || (h[6] & ~1) != 0 || h[7] != 0) return DFID_FEATURE;
  d->in_place = h[5] & 1;
  d->downwards = h[5] >> 1;
  d->digests = h[6];
  d->old_size = word_at(h + 12);
  d->new_size = word_at(h + 16);
  d->segment_size = word_at(h + 20);
  d->counter = word_at(h + 24);
  d->model_bytes = word_at(h + 28);
  d->block = word_at(h + 40);
  d->base = word_at(h + 48) & 0xFFF;
  for (i = 0; i < 8; i++) {
    if (h[32 + i] < least[i] || h[32 + i] > most[i]) return DFID_VALUE;
  }
  memcpy(&d->shape, h + 32, sizeof d->shape);
  if ((d->old_size | d->new_size | d->segment_size) >= SAME || d->segment_size == 0 || d->block == 0 ||
      word_at(h + 44) != (d->in_place ? d->segment_size : 0) || (d->in_place && d->segment_size % d->block != 0) ||
      d->signature_length > (d->digests ? 1024u : 0u) || h[54] != 0 || h[55] != 0) {
    return DFID_VALUE;
  }
  d->segments = (d->new_size + d->segment_size - 1) / d->segment_size;
  if (d->segments > 0x8000000u ||
      table_at(d) + d->segments * entry_bytes(d) + DIGEST_BYTES + d->signature_length != d->header_length) {
    return DFID_VALUE;
  }
  exact = 1u << d->shape.exact_bits;
  coarse = 1u << d->shape.coarse_bits;
  counters = (uint32_t)d->shape.contexts << d->shape.counter_bits;
  d->exact_at = 84u * d->shape.contexts;
  d->coarse_at = d->exact_at + exact;
  d->counters_at = 2 * (d->coarse_at + coarse);
  d->exact_tags_at = d->counters_at + counters;
  d->coarse_tags_at = 2 * (d->exact_tags_at + exact);
  if (d->model_bytes != d->coarse_tags_at + coarse) return DFID_VALUE;
  for (i = 0; i < d->shape.ranges; i++) {
    dfid_range *const range = &d->range[i];
    uint32_t row[3];
    if (!patch_row(d, HEADER_BYTES + d->shape.product_length + 12 * i, row)) return 0;
    range->address = row[0];
    range->offset = row[1];
    range->length = row[2];
    if (range->length < 1 || range->length > d->old_size || range->offset > d->old_size - range->length ||
        range->length - 1 > ~range->address) {
      return DFID_VALUE;
    }
  }
  return 0;
}

/* One row of the table after another (code 6). */
static void check_entry(dfid_decoder *d) {
  read_entry(d, d->cursor);
  if (failed(d)) return;
  if (d->same != 0 && (d->same != SAME || d->packed_crc != 0 || d->end > d->old_size)) fail(d, DFID_VALUE);
  d->cursor++;
}

static int format_known(uint32_t format) {
  static const uint8_t known[4] = {1, HAS_AARCH64, HAS_THUMB, HAS_ARM};
  return format < 4 && known[format];
}

/* Is `a` a multiple of `b`? */
static int whole(uint32_t a, uint32_t b) { return a % b == 0; }

/* Code 12: does the device's flash suit the patch? */
static int flash_suits(dfid_decoder *d) {
  const dfid_device *const device = d->device;
  const uint32_t unit_bytes = device->write_unit, block = device->erase_block > 0 ? device->erase_block : unit_bytes;
  if (unit_bytes < 1 || unit_bytes > 32 || !whole(DFID_WRITE_BYTES, unit_bytes) || !whole(block, unit_bytes)) return 0;
  if (d->new_size > device->new_room || (block - d->new_size % block) % block > device->new_room - d->new_size) return 0;
  if (d->segments > 1 && !whole(d->segment_size, block)) return 0;
  d->record_bytes = (16 + unit_bytes - 1) / unit_bytes * unit_bytes;
  if (device->backup_room == 0) return device->journal_room == 0 || has_journal(d);
  return updates_in_place(d) && d->in_place && device->erase_block != 0 && whole(d->block, block) && whole(d->shape.unit, unit_bytes) &&
         d->segment_size <= device->backup_room;
}

/* The codes from 7 on that need no reading of an image. */
static int check_device(dfid_decoder *d) {
  const dfid_device *const device = d->device;
  uint8_t product[64];
  const uint32_t length = d->shape.product_length, size = device->patch_size;
  if (!format_known(d->shape.format)) return DFID_FORMAT;
  if (device->verify != NULL && (d->signature_length == 0 || device->verify(device->context, d->header_length - d->signature_length,
                                                                            d->signature_length) != 0)) {
    return DFID_SIGNATURE;
  }
  if (!patch_read(d, HEADER_BYTES, product, length)) return 0;
  if (length > 0 && device->product != NULL &&
      (strlen(device->product) != length || memcmp(device->product, product, length) != 0)) {
    return DFID_PRODUCT;
  }
  if (d->counter < device->counter) return DFID_COUNTER;
  if (d->model_bytes > DFID_MODEL_BYTES) return DFID_TOO_LITTLE_MEMORY;
  if (!flash_suits(d)) return DFID_FLASH;
  if (size != DFID_UNKNOWN && d->packed_end != size) return d->packed_end > size ? DFID_PATCH_CUT : DFID_PATCH_LONG;
  return device->old_size != DFID_UNKNOWN && device->old_size != d->old_size ? DFID_OLD_SIZE : 0;
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
  if (d->step == 0 && (d->device->journal_room - d->journal_at) / d->record_bytes <= (d->segments << updates_in_place(d))) {
    fail(d, DFID_FLASH);
  }
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

/* Adds the next bytes up to `end` to the hash and to the CRC; without a reader, bytes of the patch. 1: the end is reached. */
static int sum(dfid_decoder *d, reader *read, uint32_t end, int hash) {
  uint32_t length = smaller(DFID_WRITE_BYTES, end - d->cursor);
  if (length > 0) {
    if (read == NULL) length = patch_some(d, d->cursor, d->out, length);
    else get(d, read, d->cursor, d->out, length);
    if (failed(d)) return 0;
  }
  if (hash) sha_add(&d->sha, d->out, length);
  d->crc = crc_of(d->crc, d->out, length);
  d->cursor += length;
  return d->cursor == end;
}

/* Fails with `code` unless the hash has the bytes at `at` of the patch. */
static void expect_sha(dfid_decoder *d, uint32_t at, uint32_t length, int code) {
  uint8_t expected[DIGEST_BYTES], digest[DIGEST_BYTES];
  if (!patch_read(d, at, expected, length)) return;
  sha_end(&d->sha, digest);
  if (memcmp(digest, expected, length) != 0) fail(d, code);
}

/* Goes to a phase that reads an area from `from` on. */
static void read_from(dfid_decoder *d, uint32_t from, uint32_t phase) {
  d->cursor = from;
  d->crc = 0;
  d->phase = (uint8_t)phase;
  sha_begin(&d->sha);
}

/* Goes to `phase` for the next segment, in the order in which they are made. 0: there is none. */
static int next_segment(dfid_decoder *d, uint32_t phase) {
  if (d->made == d->segments) return 0;
  read_entry(d, d->downwards ? d->segments - 1 - d->made : d->made);
  if (!failed(d)) d->made++;
  read_from(d, d->packed_at, phase);
  return 1;
}

/* Goes on with the check of the packed bytes (code 17). 1: they are right. */
static int packed_right(dfid_decoder *d) {
  if (d->same) return 1;
  if (!sum(d, NULL, d->packed_end, d->digests)) return 0;
  if (d->crc != d->packed_crc) fail(d, DFID_SEGMENT_DAMAGED);
  if (d->digests) expect_sha(d, table_at(d) + d->index * entry_bytes(d) + 12, 16, DFID_SEGMENT_DAMAGED);
  return !failed(d);
}

static void from_first_segment(dfid_decoder *d, uint32_t phase) {
  d->phase = (uint8_t)phase;
  d->made = 0;
  d->packed_end = d->header_length;
}

/* All packed segments are checked before the first is made, unless they are still to come. */
static void after_old(dfid_decoder *d) { from_first_segment(d, d->device->in_pieces ? PHASE_NEXT : PHASE_CHECK_NEXT); }

/* Goes on after a step's checks, which give a code or 0. */
static void checked(dfid_decoder *d, int code, uint32_t phase) {
  if (code != 0) fail(d, code);
  read_from(d, 0, phase);
}

static void step(dfid_decoder *d) {
  const dfid_device *const device = d->device;
  const uint32_t header_sha = d->header_length - d->signature_length - DIGEST_BYTES;
  switch (d->phase) {
    case PHASE_HEADER:
      checked(d, check_beginning(d), PHASE_HEADER_SHA);
      break;
    case PHASE_HEADER_SHA:
      if (!sum(d, NULL, header_sha, 1)) break;
      expect_sha(d, header_sha, DIGEST_BYTES, DFID_HEADER_DAMAGED);
      d->phase = PHASE_FIELDS;
      break;
    case PHASE_FIELDS:
      checked(d, check_fields(d), PHASE_TABLE);
      d->packed_end = d->header_length;
      break;
    case PHASE_TABLE:
      if (d->cursor < d->segments) check_entry(d);
      else d->phase = PHASE_DEVICE;
      break;
    case PHASE_DEVICE:
      checked(d, check_device(d), PHASE_OLD);
      if (!has_journal(d)) break;
      patch_read(d, header_sha, (uint8_t *)d->patch_name, sizeof d->patch_name);
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
      if (!sum(d, device->read_old, d->old_size, 1)) break;
      expect_sha(d, 56, DIGEST_BYTES, DFID_OLD_IMAGE);
      after_old(d);
      break;
    case PHASE_CHECK_NEXT:
      if (next_segment(d, PHASE_CHECK)) break;
      from_first_segment(d, PHASE_NEXT);
      break;
    case PHASE_CHECK:
      if (packed_right(d)) d->phase = PHASE_CHECK_NEXT;
      break;
    case PHASE_NEXT:
      if (!next_segment(d, PHASE_PACKED)) read_from(d, 0, PHASE_NEW);
      else if (d->step < 2 * d->made) break;
      else if (updates_in_place(d)) d->phase = PHASE_NEXT;
      else read_from(d, d->start, PHASE_DONE);
      break;
    case PHASE_DONE: /* two areas: a segment that the journal calls done is looked at again, and made again if it is not there */
      if (!has_journal(d)) break; /* never so: for the compiler */
      if (!sum(d, device->read_new, d->end, 0)) break;
      if (d->crc == d->new_crc) d->phase = PHASE_NEXT;
      else read_from(d, d->packed_at, PHASE_PACKED);
      break;
    case PHASE_PACKED:
      if (!packed_right(d)) break;
      if (updates_in_place(d) && d->same) {
        write_record(d, 2 * d->made);
        d->phase = PHASE_NEXT;
      } else if (updates_in_place(d) && d->step < 2 * d->made - 1) {
        read_from(d, d->start, PHASE_SAVE);
      } else {
        begin_segment(d);
      }
      break;
    case PHASE_SAVE:
      if (!updates_in_place(d)) break; /* never so: for the compiler */
      if (!save(d)) break;
      d->patch_at = d->crc;
      read_from(d, 0, PHASE_SAVED);
      break;
    case PHASE_SAVED:
      if (!updates_in_place(d)) break; /* never so: for the compiler */
      if (!sum(d, device->read_backup, place_end(d) - d->start, 0)) break;
      if (d->crc != d->patch_at) fail(d, DFID_STORAGE);
      write_record(d, 2 * d->made - 1);
      begin_segment(d);
      break;
    case PHASE_MAKE:
      if (!make(d) || failed(d)) break;
      if (d->crc != d->new_crc) fail(d, DFID_SEGMENT_WRONG);
      read_from(d, d->start, PHASE_READ_BACK);
      break;
    case PHASE_READ_BACK:
      if (!sum(d, device->read_new, d->end, 0)) break;
      if (d->crc != d->new_crc) fail(d, DFID_STORAGE);
      write_record(d, 2 * d->made);
      d->phase = PHASE_NEXT;
      break;
    case PHASE_NEW:
      if (!sum(d, device->read_new, d->new_size, 1)) break;
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
  const uint8_t phase = decoder->phase;
  if (decoder->result == DFID_WAIT) decoder->result = DFID_MORE;
  if (!failed(decoder)) step(decoder);
  if (decoder->result == DFID_WAIT) decoder->phase = phase; /* what has to wait is done again: a step changes nothing before it has read */
  return decoder->result;
}

uint32_t dfid_new_size(const dfid_decoder *decoder) { return decoder->phase > PHASE_TABLE ? decoder->new_size : 0; }

uint32_t dfid_header_length(const dfid_decoder *decoder) { return decoder->phase > PHASE_HEADER ? decoder->header_length : 0; }
