/* The decoder of image deltas over packed parts, written from docs/formats/image-repack.md alone; section numbers are those of that
 * document.
 * SPDX-License-Identifier: MIT */
#include "image-repack.h"

#include <stddef.h>
#include <string.h>

enum { PHASE_HEADER, PHASE_HEADER_SHA, PHASE_FIELDS, PHASE_INNER_SHA, PHASE_DEVICE, PHASE_TRY, PHASE_OLD, PHASE_EXPAND,
       PHASE_EXPANDED_OLD, PHASE_APPLY, PHASE_EXPANDED_NEW, PHASE_THERE, PHASE_PACK, PHASE_NEW };
enum { CODEC_DEFLATE = 1, CODEC_LZ4 = 2 };
#define FIXED 204u
#define LARGEST 0x7FFFFFFFu
#define NONE 0xFFFFFFFFu
#define FOREVER 0xFFFFFFFEu
#define DISTANCES 288u /* where the distances begin in `lengths` and `codes` */

static uint32_t word_at(const uint8_t *p) {
  return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}
static uint32_t half_at(const uint8_t *p) { return (uint32_t)p[0] | (uint32_t)p[1] << 8; }
static uint32_t smaller(uint32_t a, uint32_t b) { return a < b ? a : b; }

/* The first error stays. */
static void fail(dfir_decoder *d, int code) {
  if (d->result == DFID_MORE) d->result = code;
}
static int failed(const dfir_decoder *d) { return d->result != DFID_MORE; }

typedef int reader(void *context, uint32_t at, uint8_t *to, uint32_t length);

/* Reads, or fails and gives zeros. */
static void get(dfir_decoder *d, reader *read, uint32_t at, uint8_t *to, uint32_t length) {
  if (length > 0 && !failed(d) && read(d->device->context, at, to, length) != 0) fail(d, DFID_STORAGE);
  if (failed(d)) memset(to, 0, length);
}

static void patch_get(dfir_decoder *d, uint32_t at, uint8_t *to, uint32_t length) { get(d, d->device->read_patch, at, to, length); }

/* A byte of an area of `size` bytes, read with those around it. */
static uint8_t window_byte(dfir_decoder *d, dfir_window *w, reader *read, uint32_t at, uint32_t size) {
  if (at - w->at >= w->count) {
    w->at = at & ~(uint32_t)(sizeof w->bytes / 4 - 1);
    w->count = smaller((uint32_t)sizeof w->bytes, size - w->at);
    get(d, read, w->at, w->bytes, w->count);
    if (failed(d)) w->count = 0;
  }
  return w->count == 0 ? 0 : w->bytes[at - w->at];
}

/* ---- what is written, behind one another ---- */

static void begin_output(dfir_decoder *d, const dfir_area *area, int writing) {
  d->area = area;
  d->writing = writing;
  d->out_at = 0;
  d->out_count = 0;
  dfid_sha_begin(&d->sha);
}

static void flush(dfir_decoder *d) {
  const uint32_t unit = d->device->write_unit, block = d->device->erase_block;
  const uint32_t length = (d->out_count + unit - 1) / unit * unit;
  if (d->out_count == 0) return;
  dfid_sha_add(&d->sha, d->out, d->out_count);
  memset(d->out + d->out_count, 0xFF, length - d->out_count);
  if (d->writing && !failed(d)) {
    if (block != 0 && d->out_at % block == 0 && d->area->erase(d->device->context, d->out_at) != 0) fail(d, DFID_STORAGE);
    if (!failed(d) && d->area->write(d->device->context, d->out_at, d->out, length) != 0) fail(d, DFID_STORAGE);
  }
  d->out_at += d->out_count;
  d->out_count = 0;
}

static void put(dfir_decoder *d, uint32_t byte) {
  const uint32_t block = d->device->erase_block;
  d->out[d->out_count++] = (uint8_t)byte;
  if (d->out_count == sizeof d->out || (block != 0 && (d->out_at + d->out_count) % block == 0)) flush(d);
}

static uint32_t written(const dfir_decoder *d) { return d->out_at + d->out_count; }

/* ---- section 2: the header ---- */

/* Reads the part at d->part_at and goes to the next one. */
static void read_part(dfir_decoder *d) {
  uint8_t p[40];
  dfir_part *const part = &d->part;
  const uint32_t end = d->head.hashed;
  uint32_t length, i, largest = 32768, sum = 0;
  if (end - d->part_at < 20) {
    fail(d, DFID_VALUE);
    return;
  }
  patch_get(d, d->part_at, p, 20);
  length = p[17];
  if (end - d->part_at - 20 < length || p[18] != 0 || p[19] != 0) fail(d, DFID_VALUE);
  if (length != (p[16] == CODEC_DEFLATE ? 14u : 19u) || p[16] < CODEC_DEFLATE || p[16] > CODEC_LZ4) fail(d, DFIR_CODEC);
  if (failed(d)) return;
  patch_get(d, d->part_at + 20, p + 20, length);
  part->offset = word_at(p);
  part->packed = word_at(p + 4);
  part->text = word_at(p + 8);
  part->decisions = word_at(p + 12);
  part->codec = p[16];
  part->mode = p[20];
  part->hash_bits = p[21];
  part->good = (uint16_t)half_at(p + 22);
  part->lazy = (uint16_t)half_at(p + 24);
  part->nice = (uint16_t)half_at(p + 26);
  part->chain = (uint16_t)half_at(p + 28);
  part->farthest = (uint16_t)half_at(p + 30);
  part->too_far = (uint16_t)half_at(p + 32);
  part->block_size = 0;
  part->linked = 0;
  if (part->codec == CODEC_LZ4) {
    largest = 65535;
    part->block_size = word_at(p + 34);
    part->linked = p[38];
    if (part->block_size == 0 || part->block_size > 8388608 || part->linked > 1) fail(d, DFIR_CODEC);
  }
  for (i = 20; i < 34; i++) sum |= p[i];
  if (part->mode > 2 || part->chain > 4096 || part->farthest > largest) fail(d, DFIR_CODEC);
  if (part->mode == 0 ? sum != 0 : part->hash_bits < 8 || part->hash_bits > 16) fail(d, DFIR_CODEC);
  d->part_at += 20 + length;
}

/* Bytes of the tables of one prediction, and how many predictions are made side by side: section 8. */
static uint32_t table_bytes(const dfir_part *part) {
  if (part->mode == 0) return 0;
  return part->codec == CODEC_DEFLATE ? 2u * ((1u << part->hash_bits) + 32768u) : 4u * ((1u << part->hash_bits) + 65536u);
}

/* The size of the expanded image behind the bytes [from, to) of the image; NONE if it is too large. */
static uint32_t size_after(uint32_t size, uint32_t from, uint32_t to) {
  if (size > LARGEST) return NONE;
  if (from == to) return size;
  size += (from - size) & 15;
  return to - from > LARGEST - size ? NONE : size + (to - from);
}

static uint32_t rounded(uint32_t size) { return (size + 15) & ~15u; }

/* Reads a list of parts (codes 6 and 23). */
static void check_list(dfir_decoder *d, uint32_t count, uint32_t image, uint32_t expanded, int old, uint32_t *most) {
  uint32_t from = 0, size = 0;
  for (; count > 0 && !failed(d); count--) {
    read_part(d);
    if (failed(d)) return;
    if (d->part.packed == 0 || d->part.offset < from || d->part.offset > image || d->part.packed > image - d->part.offset) {
      fail(d, DFID_VALUE);
      return;
    }
    size = size_after(size, from, d->part.offset);
    if (size != NONE) size = rounded(size);
    if (size > LARGEST || d->part.text > LARGEST - size || d->part.decisions > LARGEST - size - d->part.text) {
      fail(d, DFID_VALUE);
      return;
    }
    size += d->part.text + d->part.decisions;
    from = d->part.offset + d->part.packed;
    if (8192 + 2 * table_bytes(&d->part) > *most) *most = 8192 + 2 * table_bytes(&d->part);
    /* Decisions of the old image's parts are not worked out here. */
    if (old && d->part.decisions != 0) fail(d, DFIR_CODEC);
  }
  if (!failed(d) && size_after(size, from, image) != expanded) fail(d, DFID_VALUE);
}

/* Codes 1 to 3, and the fields. */
static void read_header(dfir_decoder *d) {
  uint8_t p[FIXED];
  const uint32_t size = d->device->patch_size;
  uint32_t i, *const field[5] = {&d->head.old_size, &d->head.new_size, &d->head.expanded_old, &d->head.expanded_new, &d->head.inner};
  if (size < 4) {
    fail(d, DFID_NOT_A_PATCH);
    return;
  }
  memset(p, 0, sizeof p);
  patch_get(d, 0, p, smaller(size, FIXED));
  if (failed(d)) return;
  if (word_at(p) != 0x52494644) fail(d, DFID_NOT_A_PATCH);
  else if (size > 4 && p[4] != 1) fail(d, DFID_VERSION);
  d->head.length = word_at(p + 8);
  if (size < 12 || d->head.length < FIXED + 32 || d->head.length > 1u << 24 || d->head.length > size) fail(d, DFID_HEADER_CUT);
  for (i = 0; i < 5; i++) *field[i] = word_at(p + 12 + 4 * i);
  d->head.old_parts = half_at(p + 32);
  d->head.new_parts = half_at(p + 34);
  d->head.signature = half_at(p + 36);
  d->head.pack_bytes = word_at(p + 40);
  if (!failed(d) && d->head.length - 32 < FIXED + d->head.signature) fail(d, DFID_HEADER_DAMAGED);
  d->head.hashed = d->head.length - 32 - d->head.signature;
  d->head.features = half_at(p + 6);
  d->head.zeros = p[5] | half_at(p + 38);
}

/* Codes 5 and 6, and 23. */
static void check_fields(dfir_decoder *d) {
  uint32_t most = 8192;
  if (d->head.features != 0) fail(d, DFID_FEATURE);
  if (d->head.zeros != 0 || d->head.signature > 1024 || d->head.old_parts > 4096 || d->head.new_parts > 4096 || d->head.new_parts == 0 ||
      (d->head.old_size | d->head.new_size | d->head.expanded_old | d->head.expanded_new) > LARGEST) {
    fail(d, DFID_VALUE);
  }
  d->part_at = FIXED;
  check_list(d, d->head.old_parts, d->head.old_size, d->head.expanded_old, 1, &most);
  check_list(d, d->head.new_parts, d->head.new_size, d->head.expanded_new, 0, &most);
  if (!failed(d) && (d->part_at != d->head.hashed || d->head.pack_bytes != most)) fail(d, DFID_VALUE);
  if (failed(d)) return;
  if (d->head.inner != d->device->patch_size - d->head.length) {
    fail(d, d->head.inner > d->device->patch_size - d->head.length ? DFID_PATCH_CUT : DFID_PATCH_LONG);
  }
}

/* Do both headers belong together (code 27)? What the inner one says beyond its size is checked by its own decoder. */
static void check_inner(dfir_decoder *d) {
  uint8_t p[120], digests[64];
  const uint32_t at = d->head.length;
  if (d->head.inner < sizeof p) return;
  patch_get(d, at, p, sizeof p);
  patch_get(d, 108, digests, sizeof digests);
  if (word_at(p) != 0x44494644 || p[4] != 1) return;
  if ((p[5] & 1) != 0 || word_at(p + 12) != d->head.expanded_old || word_at(p + 16) != d->head.expanded_new ||
      memcmp(p + 56, digests, 64) != 0 || (d->head.signature != 0 && half_at(p + 52) != 0)) {
    fail(d, DFIR_INNER);
  }
}

/* ---- sums of areas ---- */

static void sum_from(dfir_decoder *d, uint32_t phase, uint32_t at, uint32_t until) {
  d->phase = phase;
  d->cursor = at;
  d->until = until;
  dfid_sha_begin(&d->sha);
}

/* Adds the next bytes. 1: all are read. */
static int sum(dfir_decoder *d, reader *read) {
  const uint32_t length = smaller(DFID_WRITE_BYTES, d->until - d->cursor);
  get(d, read, d->cursor, d->out, length);
  dfid_sha_add(&d->sha, d->out, length);
  d->cursor += length;
  return !failed(d) && d->cursor == d->until;
}

/* Is the sum the one at `at` of the patch? */
static int is_sum(dfir_decoder *d, uint32_t at) {
  uint8_t expected[32], digest[32];
  patch_get(d, at, expected, sizeof expected);
  dfid_sha_end(&d->sha, digest);
  return !failed(d) && memcmp(digest, expected, sizeof digest) == 0;
}

/* ---- section 4: tokens ---- */

static uint32_t shortest(const dfir_decoder *d) { return d->part.codec == CODEC_DEFLATE ? 3 : 4; }
static uint32_t window_size(const dfir_decoder *d) { return d->part.codec == CODEC_DEFLATE ? 32768 : 65536; }
static uint32_t farthest(const dfir_decoder *d) { return d->part.codec == CODEC_DEFLATE ? 32768 : 65535; }

/* Deflate keeps places as half-words from `base` on, lz4 as words; 0 is none. */
static uint32_t entry(const dfir_decoder *d, const dfir_tokens *t, uint32_t i) {
  if (d->part.codec == CODEC_LZ4) return t->tables[i].word - 1;
  return t->tables[i >> 1].half[i & 1] == 0 ? NONE : t->tables[i >> 1].half[i & 1] - 1 + t->base;
}

static void set_entry(const dfir_decoder *d, dfir_tokens *t, uint32_t i, uint32_t place) {
  if (d->part.codec == CODEC_LZ4) t->tables[i].word = place + 1;
  else t->tables[i >> 1].half[i & 1] = place == NONE ? 0 : (uint16_t)(place - t->base + 1);
}

/* Half-words stand for places from a later one on: what lies farther back than any match reaches is forgotten. */
static void move_base(dfir_decoder *d, dfir_tokens *t, uint32_t place) {
  const uint32_t by = place - 32768 - t->base, count = (1u << d->part.hash_bits) + 32768;
  uint32_t i;
  for (i = 0; i < count; i++) {
    uint16_t *const half = &t->tables[i >> 1].half[i & 1];
    *half = (uint16_t)(*half > by ? *half - by : 0);
  }
  t->base += by;
}

/* A byte of the text. */
static uint8_t text_byte(dfir_decoder *d, dfir_window *w, uint32_t place) {
  return window_byte(d, w, d->device->expanded_new.read, d->text_at + place, d->head.expanded_new);
}

static uint32_t hash_of(dfir_decoder *d, dfir_tokens *t, uint32_t place) {
  const uint32_t bits = d->part.hash_bits, s = (bits + 2) / 3;
  const uint32_t a = text_byte(d, &t->here, place), b = text_byte(d, &t->here, place + 1), c = text_byte(d, &t->here, place + 2);
  if (d->part.codec == CODEC_DEFLATE) return (a << 2 * s ^ b << s ^ c) & ((1u << bits) - 1);
  return ((a | b << 8 | c << 16 | (uint32_t)text_byte(d, &t->here, place + 3) << 24) * 0x9E3779B1u) >> (32 - bits);
}

static uint32_t link_of(const dfir_decoder *d, uint32_t place) { return (1u << d->part.hash_bits) + place % window_size(d); }

static void insert(dfir_decoder *d, dfir_tokens *t, uint32_t place) {
  uint32_t hash;
  if (place + shortest(d) > d->part.text) return;
  if (d->part.codec == CODEC_DEFLATE && place - t->base > 65534) move_base(d, t, place);
  hash = hash_of(d, t, place);
  set_entry(d, t, link_of(d, place), entry(d, t, hash));
  set_entry(d, t, hash, place);
}

/* The candidate before `c`. */
static uint32_t before(const dfir_decoder *d, const dfir_tokens *t, uint32_t c) {
  const uint32_t e = entry(d, t, link_of(d, c));
  return e < c ? e : NONE;
}

/* The first candidate for p, which may have been inserted itself. */
static uint32_t first_candidate(dfir_decoder *d, dfir_tokens *t, uint32_t p) {
  uint32_t c;
  if (p + shortest(d) > d->part.text) return NONE;
  c = entry(d, t, hash_of(d, t, p));
  return c == p ? before(d, t, c) : c;
}

static int reaches(const dfir_decoder *d, const dfir_tokens *t, uint32_t c, uint32_t p) {
  return c != NONE && c < p && c >= t->floor && p - c <= farthest(d);
}

static uint32_t longest(const dfir_decoder *d, const dfir_tokens *t, uint32_t p) {
  if (d->part.codec == CODEC_DEFLATE) return smaller(258, d->part.text - p);
  return t->end < 12 || p > t->end - 12 ? 0 : t->end - 5 - p;
}

static uint32_t common(dfir_decoder *d, dfir_tokens *t, uint32_t c, uint32_t p, uint32_t most) {
  uint32_t l = 0;
  while (l < most && !failed(d) && text_byte(d, &t->there, c + l) == text_byte(d, &t->here, p + l)) l++;
  return l;
}

/* Length and distance of what is found; distance 0: nothing. */
static void search(dfir_decoder *d, dfir_tokens *t, uint32_t p, uint32_t best, uint32_t *length, uint32_t *by) {
  const dfir_part *const part = &d->part;
  const uint32_t most = longest(d, t, p), lowest = part->codec == CODEC_DEFLATE ? 1 : t->floor;
  uint32_t tries = best >= part->good ? part->chain >> 2 : part->chain, c;
  *by = 0;
  for (c = first_candidate(d, t, p); tries > 0 && reaches(d, t, c, p) && c >= lowest && p - c <= part->farthest; c = before(d, t, c)) {
    uint32_t l;
    tries--;
    if (best >= most || text_byte(d, &t->there, c + best) != text_byte(d, &t->here, p + best)) continue;
    l = common(d, t, c, p, most);
    if (l <= best) continue;
    best = l;
    *length = l;
    *by = p - c;
    if (l >= smaller(part->nice, most)) return;
  }
}

/* The distance of the nearest match of this length; 0: none. */
static uint32_t nearest(dfir_decoder *d, dfir_tokens *t, uint32_t p, uint32_t length) {
  uint32_t tries = 0, c;
  if (d->part.mode == 0 || length < shortest(d) || length > longest(d, t, p)) return 0;
  for (c = first_candidate(d, t, p); tries < 4096 && reaches(d, t, c, p); c = before(d, t, c)) {
    tries++;
    if (common(d, t, c, p, length) == length) return p - c;
  }
  return 0;
}

/* Makes the prediction of the token at t->at. */
static void predict(dfir_decoder *d, dfir_tokens *t) {
  const dfir_part *const part = &d->part;
  uint32_t length = 0, by = 0;
  t->length = 0;
  t->by = 0;
  t->next_by = 0;
  t->inserted = 0;
  if (part->mode == 0) return;
  if (t->pending_by != 0) {
    length = t->pending;
    by = t->pending_by;
  } else {
    search(d, t, t->at, shortest(d) - 1, &length, &by);
    if (part->mode == 2 && length == shortest(d) && by > part->too_far) by = 0;
  }
  if (part->mode == 2) {
    insert(d, t, t->at);
    t->inserted = t->at + 1;
    if (by != 0 && length < part->lazy && t->at + 1 < part->text) {
      search(d, t, t->at + 1, length, &t->next, &t->next_by);
      if (t->next_by != 0) return;
    }
  }
  t->length = length;
  t->by = by;
}

static uint8_t decision_byte(dfir_decoder *d, dfir_window *w, uint32_t at) {
  if (at >= d->part.decisions) {
    fail(d, DFIR_DECISIONS);
    return 0;
  }
  return window_byte(d, w, d->device->expanded_new.read, d->text_at + d->part.text + at, d->head.expanded_new);
}

static uint32_t varint(dfir_decoder *d, dfir_tokens *t) {
  uint32_t value = 0, shift = 0, byte;
  do {
    byte = decision_byte(d, &t->decisions, t->exception_at);
    if (shift > 28 || (shift == 28 && (byte & 127) > 7)) fail(d, DFIR_DECISIONS);
    if (failed(d)) return 0;
    t->exception_at++;
    value |= (byte & 127) << shift;
    shift += 7;
  } while (byte > 127);
  return value;
}

/* The next token; places up to its end are inserted. Its place was t->at, which goes behind it. */
static void next_token(dfir_decoder *d, dfir_tokens *t) {
  uint32_t count, place;
  if (t->right == NONE) t->right = t->exception_at < d->part.decisions ? varint(d, t) : FOREVER;
  predict(d, t);
  if (t->right > 0) {
    if (t->right != FOREVER) t->right--;
  } else {
    const uint32_t v = varint(d, t);
    t->length = 0;
    t->by = 0;
    if (v == 1) {
      t->length = varint(d, t) + shortest(d);
      t->by = decision_byte(d, &t->decisions, t->exception_at);
      t->by |= (uint32_t)decision_byte(d, &t->decisions, t->exception_at + 1) << 8;
      t->exception_at += 2;
      if (t->by == 0) fail(d, DFIR_DECISIONS);
    } else if (v > 1) {
      t->length = v - 2 + shortest(d);
      t->by = nearest(d, t, t->at, t->length);
      if (t->by == 0) fail(d, DFIR_DECISIONS);
    }
    t->right = NONE;
  }
  if (t->at >= t->end) fail(d, DFIR_DECISIONS);
  if (t->by != 0 && (t->length > t->end - t->at || t->by > farthest(d) || t->by > t->at - t->floor ||
                     (d->part.codec == CODEC_DEFLATE && t->length > 258))) {
    fail(d, DFIR_DECISIONS);
  }
  if (failed(d)) return;
  t->pending = t->next;
  t->pending_by = t->by == 0 ? t->next_by : 0;
  count = t->by == 0 ? 1 : t->length;
  if (d->part.mode != 0) {
    const uint32_t until = t->at + (d->part.mode == 1 && t->by != 0 && t->length > d->part.lazy ? 1 : count);
    for (place = t->at; place < until; place++) {
      if (place + 1 != t->inserted) insert(d, t, place);
    }
  }
  t->at += count;
}

/* Bytes that are no tokens. */
static void pass(dfir_decoder *d, dfir_tokens *t, uint32_t count) {
  t->pending_by = 0;
  for (; count > 0 && !failed(d); count--, t->at++) {
    if (d->part.mode != 0) insert(d, t, t->at);
  }
}

static void begin_tokens(dfir_decoder *d, dfir_tokens *t, uint32_t exceptions) {
  memset(t, 0, offsetof(dfir_tokens, here));
  t->here.count = 0;
  t->there.count = 0;
  t->decisions.count = 0;
  if (d->part.mode != 0) t->tables = d->device->memory + (t == &d->ahead ? 0 : table_bytes(&d->part) / 4);
  if (d->part.mode != 0) memset(t->tables, 0, table_bytes(&d->part));
  t->end = d->part.text;
  t->exception_at = exceptions;
  t->right = NONE;
}

/* All of the text and of the decisions must have been used. */
static void end_tokens(dfir_decoder *d) {
  if (d->tokens.at != d->part.text || d->tokens.exception_at != d->part.decisions || (d->tokens.right != NONE && d->tokens.right != FOREVER)) {
    fail(d, DFIR_DECISIONS);
  }
}

/* ---- section 5: deflate is written ---- */

/* A byte of the packed part. */
static void put_packed(dfir_decoder *d, uint32_t byte) {
  if (written(d) >= d->packed_end) fail(d, DFIR_DECISIONS);
  if (!failed(d)) put(d, byte & 255);
}

static void put_bits(dfir_decoder *d, uint32_t value, uint32_t count) {
  d->bits |= value << d->bit_count;
  d->bit_count += count;
  for (; d->bit_count >= 8; d->bit_count -= 8, d->bits >>= 8) put_packed(d, d->bits);
}

static void align(dfir_decoder *d) {
  if (d->bit_count > 0) put_bits(d, 0, 8 - d->bit_count);
}

static int is_less(const dfir_decoder *d, uint32_t a, uint32_t b) {
  const uint32_t *const counts = d->codes.counts;
  return counts[a] < counts[b] || (counts[a] == counts[b] && d->codes.depths[a] <= d->codes.depths[b]);
}

static void down(dfir_decoder *d, uint32_t size, uint32_t k) {
  uint16_t *const heap = d->codes.heap;
  const uint16_t v = heap[k];
  uint32_t j;
  for (j = 2 * k; j <= size; j *= 2) {
    if (j < size && is_less(d, heap[j + 1], heap[j])) j++;
    if (is_less(d, v, heap[j])) break;
    heap[k] = heap[j];
    k = j;
  }
  heap[k] = v;
}

/* The usual code of counts: its lengths, and the highest symbol that has one. */
static uint32_t usual_code(dfir_decoder *d, const uint32_t *counts, uint32_t symbols, uint32_t most, uint8_t *lengths) {
  uint16_t *const heap = d->codes.heap, *const order = d->codes.order;
  uint32_t size = 0, taken = 0, node = symbols, overflow = 0, i, by_length[16] = {0}, max = NONE;
  memset(d->codes.depths, 0, sizeof d->codes.depths);
  memset(lengths, 0, symbols);
  for (i = 0; i < symbols; i++) {
    d->codes.counts[i] = counts[i];
    if (counts[i] == 0) continue;
    heap[++size] = (uint16_t)i;
    max = i;
  }
  while (size < 2) {
    const uint32_t s = max == NONE ? 0 : max < 2 ? max + 1 : 0;
    if (max == NONE || max < 2) max = s;
    d->codes.counts[s] = 1;
    heap[++size] = (uint16_t)s;
  }
  for (i = size / 2; i >= 1; i--) down(d, size, i);
  while (size > 1) {
    const uint16_t a = heap[1];
    uint16_t b;
    heap[1] = heap[size--];
    down(d, size, 1);
    b = heap[1];
    order[taken++] = a;
    order[taken++] = b;
    d->codes.counts[node] = d->codes.counts[a] + d->codes.counts[b];
    d->codes.depths[node] = (uint8_t)((d->codes.depths[a] > d->codes.depths[b] ? d->codes.depths[a] : d->codes.depths[b]) + 1);
    d->codes.parents[a] = d->codes.parents[b] = (uint16_t)node;
    heap[1] = (uint16_t)node++;
    down(d, size, 1);
  }
  order[taken++] = heap[1];
  /* From here on depths are lengths. */
  d->codes.depths[heap[1]] = 0;
  for (i = taken - 1; i-- > 0;) {
    uint32_t length = d->codes.depths[d->codes.parents[order[i]]] + 1u;
    if (length > most) {
      length = most;
      overflow++;
    }
    d->codes.depths[order[i]] = (uint8_t)length;
    if (order[i] < symbols) by_length[length]++;
  }
  if (overflow > 0) {
    uint32_t l;
    for (;;) {
      for (l = most - 1; by_length[l] == 0; l--) continue;
      by_length[l]--;
      by_length[l + 1] += 2;
      by_length[most]--;
      if (overflow <= 2) break;
      overflow -= 2;
    }
    for (i = 0, l = most; i < taken; i++) {
      if (order[i] >= symbols) continue;
      while (by_length[l] == 0) l--;
      by_length[l]--;
      d->codes.depths[order[i]] = (uint8_t)l;
    }
  }
  for (i = 0; i < taken; i++) {
    if (order[i] < symbols) lengths[order[i]] = d->codes.depths[order[i]];
  }
  return max;
}

/* Codes from lengths (RFC 1951), with their first bit lowest. Fails if there are more codes than there is room for. */
static void make_codes(dfir_decoder *d, const uint8_t *lengths, uint32_t symbols, uint16_t *codes) {
  uint32_t count[16] = {0}, next[16] = {0}, i, l, room = 1u << 15;
  for (i = 0; i < symbols; i++) count[lengths[i]]++;
  for (l = 1; l < 16; l++) {
    if (count[l] << (15 - l) > room) {
      fail(d, DFIR_DECISIONS);
      return;
    }
    room -= count[l] << (15 - l);
    next[l] = (next[l - 1] + (l > 1 ? count[l - 1] : 0)) << 1;
  }
  for (i = 0; i < symbols; i++) {
    uint32_t code, turned = 0;
    if (lengths[i] == 0) continue;
    code = next[lengths[i]]++;
    for (l = 0; l < lengths[i]; l++) turned |= (code >> l & 1) << (lengths[i] - 1u - l);
    codes[i] = (uint16_t)turned;
  }
}

static void put_symbol(dfir_decoder *d, const uint8_t *lengths, const uint16_t *codes, uint32_t symbol) {
  if (lengths[symbol] == 0) fail(d, DFIR_DECISIONS);
  put_bits(d, codes[symbol], lengths[symbol]);
}

/* The number of a group, of which there are `each` for every number of extra bits but twice as many for none: for lengths - 3 and distances - 1. */
static uint32_t group_of(uint32_t value, uint32_t each, uint32_t *extra) {
  *extra = 0;
  while (value >> *extra >= 2 * each) ++*extra;
  return *extra * each + (value >> *extra);
}

/* The symbol of a length, and of a distance, with the extra bits. */
static uint32_t length_symbol(uint32_t length, uint32_t *extra) {
  *extra = 0;
  return length == 258 ? 285 : 257 + group_of(length - 3, 4, extra);
}
static uint32_t distance_symbol(uint32_t by, uint32_t *extra) { return group_of(by - 1, 2, extra); }

static void put_token(dfir_decoder *d) {
  const dfir_tokens *const t = &d->tokens;
  uint32_t extra, symbol;
  if (t->by == 0) {
    put_symbol(d, d->codes.lengths, d->codes.codes, text_byte(d, &d->tokens.here, t->at - 1));
    return;
  }
  symbol = length_symbol(t->length, &extra);
  put_symbol(d, d->codes.lengths, d->codes.codes, symbol);
  put_bits(d, (t->length - 3) & ((1u << extra) - 1), extra);
  symbol = distance_symbol(t->by, &extra);
  put_symbol(d, d->codes.lengths + DISTANCES, d->codes.codes + DISTANCES, symbol);
  put_bits(d, (t->by - 1) & ((1u << extra) - 1), extra);
}

static uint8_t record_byte(dfir_decoder *d) { return decision_byte(d, &d->packed, d->record_at++); }

static uint32_t record_number(dfir_decoder *d, uint32_t bytes) {
  uint32_t value = 0, i;
  for (i = 0; i < bytes; i++) value |= (uint32_t)record_byte(d) << (8 * i);
  return value;
}

/* Where the exceptions begin: behind all records. */
static uint32_t exceptions_at(dfir_decoder *d) {
  uint32_t kind;
  d->record_at = 0;
  do {
    kind = record_byte(d);
    record_number(d, 4);
    if ((kind & 3) == 3 || kind > 63 || (kind > 7 && (kind & 3) != 2)) fail(d, DFIR_DECISIONS);
    if (kind & 8) {
      const uint32_t literals = record_byte(d), distances = record_byte(d);
      if (literals > 29 || distances > 29) fail(d, DFIR_DECISIONS);
      d->record_at += 258 + literals + distances;
    }
    if (kind & 16) d->record_at += record_number(d, 2);
    if (kind & 32) d->record_at += 20;
    if (d->record_at > d->part.decisions) fail(d, DFIR_DECISIONS);
  } while (!(kind & 4) && !failed(d));
  return d->record_at;
}

/* How code lengths are written. */
typedef struct dfir_runs {
  uint32_t total, literals; /* lengths of both lists, and of the first */
  uint32_t stored, left;    /* where the runs stand in the decisions, and how many; NONE: they are usual */
} dfir_runs;

static uint8_t length_at(const dfir_decoder *d, const dfir_runs *runs, uint32_t i) {
  return d->codes.lengths[i < runs->literals ? i : i - runs->literals + DISTANCES];
}

/* A run, counted or written. */
static void run(dfir_decoder *d, uint32_t *counts, uint32_t symbol, uint32_t extra, uint32_t bits) {
  if (counts != NULL) {
    counts[symbol]++;
    return;
  }
  put_symbol(d, d->codes.code_lengths, d->codes.length_codes, symbol);
  put_bits(d, extra, bits);
}

static uint32_t same_lengths(const dfir_decoder *d, const dfir_runs *runs, uint32_t at, uint32_t end) {
  uint32_t same = 1;
  while (at + same < end && length_at(d, runs, at + same) == length_at(d, runs, at)) same++;
  return same;
}

static void usual_runs(dfir_decoder *d, const dfir_runs *runs, uint32_t at, uint32_t end, uint32_t *counts) {
  uint32_t previous = NONE;
  while (at < end) {
    const uint32_t length = length_at(d, runs, at), limit = length == 0 ? 138 : length == previous ? 6 : 7;
    const uint32_t same = smaller(limit, same_lengths(d, runs, at, end)), least = length != 0 && length != previous ? 4 : 3;
    uint32_t i;
    if (same < least) {
      for (i = 0; i < same; i++) run(d, counts, length, 0, 0);
    } else if (length == 0) {
      if (same <= 10) run(d, counts, 17, same - 3, 3);
      else run(d, counts, 18, same - 11, 7);
    } else if (length != previous) {
      run(d, counts, length, 0, 0);
      run(d, counts, 16, same - 4, 2);
    } else {
      run(d, counts, 16, same - 3, 2);
    }
    previous = length;
    at += same;
  }
}

static void stored_runs(dfir_decoder *d, const dfir_runs *runs, uint32_t *counts) {
  uint32_t i, at = 0;
  for (i = 0; i < runs->left && !failed(d); i++) {
    const uint32_t v = decision_byte(d, &d->packed, runs->stored + i);
    const uint32_t count = v == 0 ? 1 : v <= 4 ? v + 2 : v - 2;
    if (v > 140 || count > runs->total - at || (v >= 1 && v <= 4 && at == 0)) {
      fail(d, DFIR_DECISIONS);
      return;
    }
    if (v == 0) {
      run(d, counts, length_at(d, runs, at), 0, 0);
    } else {
      uint32_t k;
      const uint32_t wanted = v <= 4 ? length_at(d, runs, at - 1) : 0;
      for (k = 0; k < count; k++) {
        if (length_at(d, runs, at + k) != wanted) fail(d, DFIR_DECISIONS);
      }
      if (v <= 4) run(d, counts, 16, v - 1, 2);
      else if (v <= 12) run(d, counts, 17, v - 5, 3);
      else run(d, counts, 18, v - 13, 7);
    }
    at += count;
  }
  if (at != runs->total) fail(d, DFIR_DECISIONS);
}

static void all_runs(dfir_decoder *d, const dfir_runs *runs, uint32_t *counts) {
  if (runs->left != NONE) {
    stored_runs(d, runs, counts);
    return;
  }
  usual_runs(d, runs, 0, runs->literals, counts);
  usual_runs(d, runs, runs->literals, runs->total, counts);
}

/* The symbols of the block are counted: makes its codes, and writes them. */
static void put_codes(dfir_decoder *d) {
  static const uint8_t order[19] = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};
  uint8_t *const lengths = d->codes.lengths;
  uint32_t counts[19] = {0}, i, literals, distances, kept = 19;
  dfir_runs runs;
  memset(lengths, 0, sizeof d->codes.lengths);
  d->codes.literal_counts[256] = 1;
  literals = smaller(usual_code(d, d->codes.literal_counts, 286, 15, lengths) + 1, 286);
  distances = usual_code(d, d->codes.distance_counts, 30, 15, lengths + DISTANCES) + 1;
  if (d->kind & 8) {
    literals = 257u + record_byte(d);
    distances = 1u + record_byte(d);
    for (i = 0; i < 288; i++) {
      lengths[i] = (uint8_t)(i < literals ? (lengths[i] + record_byte(d)) & 15 : 0);
    }
    for (i = 0; i < 30; i++) {
      lengths[DISTANCES + i] = (uint8_t)(i < distances ? (lengths[DISTANCES + i] + record_byte(d)) & 15 : 0);
    }
  }
  runs.literals = literals;
  runs.total = literals + distances;
  runs.left = NONE;
  runs.stored = 0;
  if (d->kind & 16) {
    runs.left = record_number(d, 2);
    runs.stored = d->record_at;
    d->record_at += runs.left;
  }
  if (failed(d)) return;
  make_codes(d, lengths, 288, d->codes.codes);
  make_codes(d, lengths + DISTANCES, 32, d->codes.codes + DISTANCES);
  all_runs(d, &runs, counts);
  usual_code(d, counts, 19, 7, d->codes.code_lengths);
  while (kept > 4 && d->codes.code_lengths[order[kept - 1]] == 0) kept--;
  if (d->kind & 32) {
    kept = record_byte(d) + 4u;
    if (kept > 19) {
      fail(d, DFIR_DECISIONS);
      return;
    }
    for (i = 0; i < 19; i++) d->codes.code_lengths[i] = (d->codes.code_lengths[i] + record_byte(d)) & 7;
  }
  make_codes(d, d->codes.code_lengths, 19, d->codes.length_codes);
  if (failed(d)) return;
  put_bits(d, literals - 257, 5);
  put_bits(d, distances - 1, 5);
  put_bits(d, kept - 4, 4);
  for (i = 0; i < kept; i++) put_bits(d, d->codes.code_lengths[order[i]], 3);
  all_runs(d, &runs, NULL);
}

static void fixed_codes(dfir_decoder *d) {
  uint32_t i;
  for (i = 0; i < 288; i++) d->codes.lengths[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8;
  for (i = 0; i < 32; i++) d->codes.lengths[DISTANCES + i] = 5;
  make_codes(d, d->codes.lengths, 288, d->codes.codes);
  make_codes(d, d->codes.lengths + DISTANCES, 32, d->codes.codes + DISTANCES);
}

enum { DEFLATE_RECORD, DEFLATE_STORED, DEFLATE_COUNT, DEFLATE_PUT, DEFLATE_END };

/* The next bytes of a block that is stored. */
static void put_stored(dfir_decoder *d) {
  uint32_t some;
  for (some = smaller(d->block_left, 256); some > 0; some--, d->block_left--) {
    put_packed(d, text_byte(d, &d->tokens.here, d->tokens.at));
    pass(d, &d->tokens, 1);
  }
}

/* The next record of a block. */
static void begin_block(dfir_decoder *d) {
  d->kind = record_byte(d);
  d->block_left = record_number(d, 4);
  put_bits(d, d->kind >> 2 & 1, 1);
  put_bits(d, d->kind & 3, 2);
  if ((d->kind & 3) == 0) {
    if (d->block_left > 65535 || d->block_left > d->part.text - d->tokens.at) {
      fail(d, DFIR_DECISIONS);
      return;
    }
    align(d);
    put_bits(d, d->block_left, 16);
    put_bits(d, d->block_left ^ 65535, 16);
    pass(d, &d->ahead, d->block_left);
    d->step = DEFLATE_STORED;
    return;
  }
  if (d->block_left > d->part.text - d->tokens.at) fail(d, DFIR_DECISIONS);
  d->made = d->block_left;
  memset(d->codes.literal_counts, 0, sizeof d->codes.literal_counts);
  memset(d->codes.distance_counts, 0, sizeof d->codes.distance_counts);
  d->step = DEFLATE_COUNT;
}

/* Writes some of a part. 1: it is complete. */
static int pack_deflate(dfir_decoder *d) {
  uint32_t some, extra;
  switch (d->step) {
  case DEFLATE_RECORD:
    begin_block(d);
    break;
  case DEFLATE_STORED:
    put_stored(d);
    if (d->block_left == 0) d->step = d->kind & 4 ? DEFLATE_END : DEFLATE_RECORD;
    break;
  case DEFLATE_COUNT:
    for (some = smaller(d->made, 64); some > 0 && !failed(d); some--, d->made--) {
      next_token(d, &d->ahead);
      if (failed(d)) return 0;
      if (d->ahead.by == 0) {
        d->codes.literal_counts[text_byte(d, &d->ahead.here, d->ahead.at - 1)]++;
      } else {
        d->codes.literal_counts[length_symbol(d->ahead.length, &extra)]++;
        d->codes.distance_counts[distance_symbol(d->ahead.by, &extra)]++;
      }
    }
    if (d->made > 0) break;
    if ((d->kind & 3) == 1) fixed_codes(d);
    else put_codes(d);
    d->step = DEFLATE_PUT;
    break;
  case DEFLATE_PUT:
    for (some = smaller(d->block_left, 64); some > 0 && !failed(d); some--, d->block_left--) {
      next_token(d, &d->tokens);
      if (!failed(d)) put_token(d);
    }
    if (failed(d) || d->block_left > 0) break;
    put_symbol(d, d->codes.lengths, d->codes.codes, 256);
    d->step = d->kind & 4 ? DEFLATE_END : DEFLATE_RECORD;
    break;
  default:
    align(d);
    end_tokens(d);
    return 1;
  }
  return 0;
}

/* ---- section 6: lz4 is written ---- */

enum { LZ4_BLOCK, LZ4_STORED, LZ4_COUNT, LZ4_PUT };

/* Lengths of 15 and more go on in bytes. */
static uint32_t more_bytes(uint32_t length) { return length < 15 ? 0 : (length - 15) / 255 + 1; }

static void put_more(dfir_decoder *d, uint32_t length) {
  if (length < 15) return;
  for (length -= 15; length >= 255; length -= 255) put_packed(d, 255);
  put_packed(d, length);
}

static void begin_lz4_block(dfir_decoder *d, dfir_tokens *t, uint32_t size) {
  t->floor = d->part.linked ? 0 : t->at;
  t->end = t->at + size;
  t->pending_by = 0;
}

/* A sequence: the literals from d->copy_by on, then the match, if there is one. */
static void put_sequence(dfir_decoder *d, uint32_t length, uint32_t by) {
  const uint32_t literals = d->tokens.at - (by == 0 ? 0 : length) - d->copy_by;
  uint32_t i;
  put_packed(d, smaller(literals, 15) << 4 | (by == 0 ? 0 : smaller(length - 4, 15)));
  put_more(d, literals);
  for (i = 0; i < literals && !failed(d); i++) put_packed(d, text_byte(d, &d->history, d->copy_by + i));
  d->copy_by = d->tokens.at;
  if (by == 0) return;
  put_packed(d, by);
  put_packed(d, by >> 8);
  put_more(d, length - 4);
}

static int pack_lz4(dfir_decoder *d) {
  const uint32_t size = smaller(d->part.block_size, d->part.text - d->tokens.at);
  uint32_t some, i;
  switch (d->step) {
  case LZ4_BLOCK:
    if (size == 0) {
      end_tokens(d);
      return 1;
    }
    begin_lz4_block(d, &d->ahead, size);
    begin_lz4_block(d, &d->tokens, size);
    d->copy_by = d->tokens.at;
    d->block_left = size;
    d->made = 0; /* bytes of the packed block */
    switch (record_byte(d)) {
    case 0:
      d->copy_left = 0; /* literals since the last match */
      d->step = LZ4_COUNT;
      break;
    case 1:
      for (i = 0; i < 4; i++) put_packed(d, (size | 0x80000000u) >> (8 * i));
      pass(d, &d->ahead, size);
      d->step = LZ4_STORED;
      break;
    default:
      fail(d, DFIR_DECISIONS);
    }
    break;
  case LZ4_STORED:
    put_stored(d);
    if (d->block_left == 0) d->step = LZ4_BLOCK;
    break;
  case LZ4_COUNT:
    for (some = 64; some > 0 && d->ahead.at < d->ahead.end && !failed(d); some--) {
      next_token(d, &d->ahead);
      if (d->ahead.by == 0) {
        d->copy_left++;
      } else {
        d->made += 3 + more_bytes(d->copy_left) + d->copy_left + more_bytes(d->ahead.length - 4);
        d->copy_left = 0;
      }
    }
    if (failed(d) || d->ahead.at < d->ahead.end) break;
    d->made += 1 + more_bytes(d->copy_left) + d->copy_left;
    for (i = 0; i < 4; i++) put_packed(d, d->made >> (8 * i));
    d->step = LZ4_PUT;
    break;
  default:
    for (some = 64; some > 0 && d->tokens.at < d->tokens.end && !failed(d); some--) {
      next_token(d, &d->tokens);
      if (!failed(d) && d->tokens.by != 0) put_sequence(d, d->tokens.length, d->tokens.by);
    }
    if (failed(d) || d->tokens.at < d->tokens.end) break;
    put_sequence(d, 0, 0);
    d->step = LZ4_BLOCK;
  }
  return 0;
}

/* ---- the old image is expanded ---- */

/* A byte of the packed part. */
static uint32_t packed_byte(dfir_decoder *d) {
  if (d->cursor >= d->packed_end) {
    fail(d, DFIR_OLD_PART);
    return 0;
  }
  return window_byte(d, &d->packed, d->device->read_old, d->cursor++, d->head.old_size);
}

/* A byte that was written `by` before. */
static uint32_t written_byte(dfir_decoder *d, uint32_t by) {
  const uint32_t at = written(d) - by;
  return at >= d->out_at ? d->out[at - d->out_at] : window_byte(d, &d->history, d->area->read, at, d->out_at);
}

/* The window of what was written may end where more has been written since. */
static void put_text(dfir_decoder *d, uint32_t byte) {
  if (written(d) - d->text_at >= d->part.text) {
    fail(d, DFIR_OLD_PART);
    return;
  }
  put(d, byte);
}

static uint32_t get_bits(dfir_decoder *d, uint32_t count) {
  uint32_t value;
  for (; d->bit_count < count; d->bit_count += 8) d->bits |= packed_byte(d) << d->bit_count;
  value = d->bits & ((1u << count) - 1);
  d->bits >>= count;
  d->bit_count -= count;
  return value;
}

/* A symbol of a code by its lengths, bit by bit; counts and symbols in the order of codes are made by `order_code`. */
static uint32_t get_symbol(dfir_decoder *d, const uint16_t *counts, const uint16_t *symbols) {
  uint32_t code = 0, first = 0, index = 0, l;
  for (l = 1; l < 16; l++) {
    code |= get_bits(d, 1);
    if (failed(d)) return 0;
    if (code - first < counts[l]) return symbols[index + code - first];
    index += counts[l];
    first = (first + counts[l]) << 1;
    code <<= 1;
  }
  fail(d, DFIR_OLD_PART);
  return 0;
}

static void order_code(dfir_decoder *d, const uint8_t *lengths, uint32_t symbols, uint16_t *counts, uint16_t *ordered) {
  uint16_t next[16];
  uint32_t i, l, room = 1u << 15;
  memset(counts, 0, 16 * sizeof counts[0]);
  for (i = 0; i < symbols; i++) counts[lengths[i]]++;
  counts[0] = 0;
  next[1] = 0;
  for (l = 1; l < 16; l++) {
    if ((uint32_t)counts[l] << (15 - l) > room) {
      fail(d, DFIR_OLD_PART);
      return;
    }
    room -= (uint32_t)counts[l] << (15 - l);
    if (l < 15) next[l + 1] = (uint16_t)(next[l] + counts[l]);
  }
  for (i = 0; i < symbols; i++) {
    if (lengths[i] != 0) ordered[next[lengths[i]]++] = (uint16_t)i;
  }
}

/* Where the codes of a block stand while it is read: counts by length in `parents`, symbols in `heap` and `order`. */
static void order_codes(dfir_decoder *d) {
  order_code(d, d->codes.lengths, 288, d->codes.parents, d->codes.heap);
  order_code(d, d->codes.lengths + DISTANCES, 32, d->codes.parents + 16, d->codes.order);
}

static void get_codes(dfir_decoder *d) {
  static const uint8_t order[19] = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};
  const uint32_t literals = 257 + get_bits(d, 5), distances = 1 + get_bits(d, 5), kept = 4 + get_bits(d, 4);
  uint32_t i, at = 0, last = 0;
  if (literals > 286 || distances > 30) fail(d, DFIR_OLD_PART);
  memset(d->codes.code_lengths, 0, sizeof d->codes.code_lengths);
  for (i = 0; i < kept; i++) d->codes.code_lengths[order[i]] = (uint8_t)get_bits(d, 3);
  order_code(d, d->codes.code_lengths, 19, d->codes.parents, d->codes.heap);
  memset(d->codes.lengths, 0, sizeof d->codes.lengths);
  while (at < literals + distances && !failed(d)) {
    const uint32_t symbol = get_symbol(d, d->codes.parents, d->codes.heap);
    uint32_t count = 1;
    if (symbol < 16) last = symbol;
    else if (symbol == 16 && at == 0) fail(d, DFIR_OLD_PART);
    else if (symbol == 16) count = 3 + get_bits(d, 2);
    else {
      count = symbol == 17 ? 3 + get_bits(d, 3) : 11 + get_bits(d, 7);
      last = 0;
    }
    if (count > literals + distances - at) fail(d, DFIR_OLD_PART);
    for (; count > 0 && !failed(d); count--, at++) d->codes.lengths[at < literals ? at : at - literals + DISTANCES] = (uint8_t)last;
  }
  if (!failed(d)) order_codes(d);
}

enum { INFLATE_BLOCK, INFLATE_STORED, INFLATE_SYMBOLS, INFLATE_COPY, INFLATE_END };

static void begin_inflated_block(dfir_decoder *d) {
  uint32_t inverse;
  d->made = get_bits(d, 1);
  switch (get_bits(d, 2)) {
  case 0:
    d->bits = 0;
    d->bit_count = 0;
    d->block_left = packed_byte(d);
    d->block_left |= packed_byte(d) << 8;
    inverse = packed_byte(d);
    inverse |= packed_byte(d) << 8;
    if (inverse != (d->block_left ^ 65535)) fail(d, DFIR_OLD_PART);
    d->step = INFLATE_STORED;
    break;
  case 1:
    fixed_codes(d);
    if (!failed(d)) order_codes(d);
    d->step = INFLATE_SYMBOLS;
    break;
  case 2:
    get_codes(d);
    d->step = INFLATE_SYMBOLS;
    break;
  default:
    fail(d, DFIR_OLD_PART);
  }
}

/* The first length or distance of a group, and its extra bits: 4 or 2 groups for each number of bits. */
static uint32_t group_base(uint32_t group, uint32_t each, uint32_t *extra) {
  *extra = group < 2 * each ? 0 : group / each - 1;
  return group < 2 * each ? group : (each + group % each) << *extra;
}

static void get_match(dfir_decoder *d, uint32_t symbol) {
  uint32_t extra, group;
  if (symbol > 285) {
    fail(d, DFIR_OLD_PART);
    return;
  }
  if (symbol == 285) {
    d->copy_left = 258;
  } else {
    d->copy_left = 3 + group_base(symbol - 257, 4, &extra);
    d->copy_left += get_bits(d, extra);
  }
  group = get_symbol(d, d->codes.parents + 16, d->codes.order);
  if (group > 29) {
    fail(d, DFIR_OLD_PART);
    return;
  }
  d->copy_by = 1 + group_base(group, 2, &extra);
  d->copy_by += get_bits(d, extra);
  if (d->copy_by > written(d) - d->text_at) fail(d, DFIR_OLD_PART);
  else d->step = INFLATE_COPY;
}

static int inflate(dfir_decoder *d) {
  uint32_t some;
  switch (d->step) {
  case INFLATE_BLOCK:
    begin_inflated_block(d);
    break;
  case INFLATE_STORED:
    for (some = smaller(d->block_left, 256); some > 0 && !failed(d); some--, d->block_left--) put_text(d, packed_byte(d));
    if (d->block_left == 0) d->step = d->made ? INFLATE_END : INFLATE_BLOCK;
    break;
  case INFLATE_SYMBOLS:
    for (some = 64; some > 0 && !failed(d) && d->step == INFLATE_SYMBOLS; some--) {
      const uint32_t symbol = get_symbol(d, d->codes.parents, d->codes.heap);
      if (failed(d)) break;
      if (symbol < 256) put_text(d, symbol);
      else if (symbol > 256) get_match(d, symbol);
      else d->step = d->made ? INFLATE_END : INFLATE_BLOCK;
    }
    break;
  case INFLATE_COPY:
    for (; d->copy_left > 0 && !failed(d); d->copy_left--) put_text(d, written_byte(d, d->copy_by));
    d->step = INFLATE_SYMBOLS;
    break;
  default:
    return 1;
  }
  return 0;
}

enum { UNPACK_BLOCK, UNPACK_STORED, UNPACK_SEQUENCE, UNPACK_LITERALS, UNPACK_MATCH, UNPACK_COPY };

/* A length that goes on in bytes. */
static uint32_t get_more(dfir_decoder *d, uint32_t length) {
  uint32_t byte = 255;
  if (length < 15) return length;
  while (byte == 255 && !failed(d) && length <= LARGEST) {
    byte = packed_byte(d);
    length += byte;
  }
  return length;
}

static int unpack_lz4(dfir_decoder *d) {
  uint32_t some;
  switch (d->step) {
  case UNPACK_BLOCK:
    if (d->cursor == d->packed_end) return 1;
    d->block_left = packed_byte(d);
    d->block_left |= packed_byte(d) << 8;
    d->block_left |= packed_byte(d) << 16;
    d->block_left |= packed_byte(d) << 24;
    d->step = d->block_left >> 31 ? UNPACK_STORED : UNPACK_SEQUENCE;
    d->block_left = (d->block_left & LARGEST);
    if (d->block_left > d->packed_end - d->cursor || d->block_left == 0) fail(d, DFIR_OLD_PART);
    d->block_left += d->cursor; /* where the block ends in the image */
    d->made = written(d);
    break;
  case UNPACK_STORED:
    for (some = 256; some > 0 && d->cursor < d->block_left && !failed(d); some--) put_text(d, packed_byte(d));
    if (d->cursor == d->block_left) d->step = UNPACK_BLOCK;
    break;
  case UNPACK_SEQUENCE:
    d->kind = packed_byte(d);
    d->copy_left = get_more(d, d->kind >> 4);
    if (d->copy_left > d->block_left - smaller(d->cursor, d->block_left)) fail(d, DFIR_OLD_PART);
    d->step = UNPACK_LITERALS;
    break;
  case UNPACK_LITERALS:
    for (some = 256; some > 0 && d->copy_left > 0 && !failed(d); some--, d->copy_left--) put_text(d, packed_byte(d));
    if (d->copy_left > 0) break;
    d->step = d->cursor == d->block_left ? UNPACK_BLOCK : UNPACK_MATCH;
    break;
  case UNPACK_MATCH:
    d->copy_by = packed_byte(d);
    d->copy_by |= packed_byte(d) << 8;
    d->copy_left = get_more(d, d->kind & 15) + 4;
    if (d->copy_by == 0 || d->copy_by > written(d) - (d->part.linked ? d->text_at : d->made) || d->cursor >= d->block_left) fail(d, DFIR_OLD_PART);
    d->step = UNPACK_COPY;
    break;
  default:
    for (some = 256; some > 0 && d->copy_left > 0 && !failed(d); some--, d->copy_left--) put_text(d, written_byte(d, d->copy_by));
    if (d->copy_left == 0) d->step = UNPACK_SEQUENCE;
  }
  return 0;
}

/* ---- section 3: images and expanded images ---- */

enum { WALK_NEXT, WALK_PLAIN, WALK_PART, WALK_LAST };

static void begin_walk(dfir_decoder *d, int old) {
  d->part_at = FIXED;
  d->parts_left = d->head.old_parts;
  d->from = 0;
  d->size = 0;
  d->started = WALK_NEXT;
  if (old) return;
  while (d->parts_left > 0 && !failed(d)) {
    read_part(d);
    d->parts_left--;
  }
  d->parts_left = d->head.new_parts;
}

static void begin_part(dfir_decoder *d, int old) {
  d->packed_end = d->part.offset + d->part.packed;
  d->bits = 0;
  d->bit_count = 0;
  d->step = 0;
  d->packed.count = 0;
  d->history.count = 0;
  d->started = WALK_PART;
  if (old) {
    while (written(d) % 16 != 0) put(d, 0);
    d->text_at = written(d);
    d->cursor = d->part.offset;
    return;
  }
  d->size = rounded(d->size);
  d->text_at = d->size;
  d->size += d->part.text + d->part.decisions;
  d->record_at = 0;
  if (d->part.codec == CODEC_DEFLATE) d->copy_by = exceptions_at(d);
  else d->copy_by = d->part.text / d->part.block_size + (d->part.text % d->part.block_size != 0);
  if (d->copy_by > d->part.decisions || d->part.decisions == 0) fail(d, DFIR_DECISIONS);
  d->record_at = 0;
  if (failed(d)) return;
  begin_tokens(d, &d->ahead, d->copy_by);
  begin_tokens(d, &d->tokens, d->copy_by);
}

/* Bytes of the image from d->from up to d->until, as they are. 1: all of them. */
static int plain(dfir_decoder *d, int old) {
  uint8_t some[64];
  const uint32_t length = smaller((uint32_t)sizeof some, d->until - d->from);
  uint32_t i;
  if (length == 0) return 1;
  if (old) while (written(d) % 16 != d->from % 16) put(d, 0);
  else d->size += (d->from - d->size) & 15;
  get(d, old ? d->device->read_old : d->device->expanded_new.read, old ? d->from : d->size, some, length);
  for (i = 0; i < length; i++) put(d, some[i]);
  d->from += length;
  d->size += length;
  return d->from == d->until;
}

/* Expands the old image, or packs the new one. 1: it is complete. */
static int walk(dfir_decoder *d, int old) {
  int done;
  switch (d->started) {
  case WALK_NEXT:
    d->until = old ? d->head.old_size : d->head.new_size;
    if (d->parts_left > 0) {
      read_part(d);
      d->parts_left--;
      d->until = d->part.offset;
      d->started = WALK_PLAIN;
    } else {
      d->started = WALK_LAST;
    }
    break;
  case WALK_PLAIN:
    if (plain(d, old)) begin_part(d, old);
    break;
  case WALK_PART:
    if (old) done = d->part.codec == CODEC_DEFLATE ? inflate(d) : unpack_lz4(d);
    else done = d->part.codec == CODEC_DEFLATE ? pack_deflate(d) : pack_lz4(d);
    if (!done) break;
    if (old && (d->cursor != d->packed_end || written(d) - d->text_at != d->part.text)) fail(d, DFIR_OLD_PART);
    if (!old && written(d) != d->packed_end) fail(d, DFIR_DECISIONS);
    d->from = d->packed_end;
    d->started = WALK_NEXT;
    break;
  default:
    if (!plain(d, old)) break;
    flush(d);
    return 1;
  }
  return 0;
}

/* ---- the inner update ---- */

static int32_t inner_patch(void *context, uint32_t at, uint8_t *to, uint32_t length) {
  const dfir_decoder *const d = (const dfir_decoder *)context;
  return d->device->read_patch(d->device->context, d->head.length + at, to, length) != 0 ? -1 : (int32_t)length;
}
/* The inner update is tried first as far as it needs neither the old image nor any writing; what it has checked by then is right. */
static int is_try(dfir_decoder *d) {
  if (d->phase == PHASE_TRY) d->started = 1;
  return d->phase == PHASE_TRY;
}
static int inner_old(void *context, uint32_t at, uint8_t *to, uint32_t length) {
  dfir_decoder *const d = (dfir_decoder *)context;
  return is_try(d) || d->device->expanded_old.read(d->device->context, at, to, length);
}
static int inner_read(void *context, uint32_t at, uint8_t *to, uint32_t length) {
  const dfir_decoder *const d = (const dfir_decoder *)context;
  return d->device->expanded_new.read(d->device->context, at, to, length);
}
static int inner_write(void *context, uint32_t at, const uint8_t *from, uint32_t length) {
  dfir_decoder *const d = (dfir_decoder *)context;
  return is_try(d) || d->device->expanded_new.write(d->device->context, at, from, length);
}
static int inner_erase(void *context, uint32_t at) {
  dfir_decoder *const d = (dfir_decoder *)context;
  return is_try(d) || d->device->expanded_new.erase(d->device->context, at);
}
static int inner_read_journal(void *context, uint32_t at, uint8_t *to, uint32_t length) {
  const dfir_decoder *const d = (const dfir_decoder *)context;
  return d->device->read_journal(d->device->context, at, to, length);
}
static int inner_write_journal(void *context, uint32_t at, const uint8_t *from, uint32_t length) {
  dfir_decoder *const d = (dfir_decoder *)context;
  return is_try(d) || d->device->write_journal(d->device->context, at, from, length);
}

static void begin_inner(dfir_decoder *d, uint32_t phase) {
  const dfir_device *const device = d->device;
  dfid_device *const inner = &d->inner_device;
  memset(inner, 0, sizeof *inner);
  inner->context = d;
  inner->patch_size = d->head.inner;
  inner->old_size = d->head.expanded_old;
  inner->new_room = device->expanded_new.room;
  inner->write_unit = device->write_unit;
  inner->counter = device->counter;
  inner->product = device->product;
  inner->read_patch = inner_patch;
  inner->read_old = inner_old;
  inner->read_new = inner_read;
  inner->write_new = inner_write;
  inner->erase_block = device->erase_block;
  if (device->erase_block != 0) inner->erase = inner_erase;
  inner->journal_room = device->journal_room;
  inner->read_journal = inner_read_journal;
  inner->write_journal = inner_write_journal;
  d->phase = phase;
  d->started = 0;
  dfid_begin(&d->inner, inner);
}

/* ---- the state machine ---- */

static uint32_t in_blocks(const dfir_device *device, uint32_t size) {
  const uint32_t block = device->erase_block != 0 ? device->erase_block : device->write_unit;
  return (size + block - 1) / block * block;
}

/* Code 12. */
static void check_room(dfir_decoder *d) {
  const dfir_device *const device = d->device;
  if (in_blocks(device, d->head.expanded_old) > device->expanded_old.room ||
      in_blocks(device, d->head.expanded_new) > device->expanded_new.room || in_blocks(device, d->head.new_size) > device->place.room) {
    fail(d, DFID_FLASH);
  }
}

static void step(dfir_decoder *d) {
  const dfir_device *const device = d->device;
  int result;
  switch (d->phase) {
  case PHASE_HEADER:
    read_header(d);
    sum_from(d, PHASE_HEADER_SHA, 0, d->head.hashed);
    break;
  case PHASE_HEADER_SHA:
    if (!sum(d, device->read_patch)) break;
    if (!is_sum(d, d->head.hashed)) fail(d, DFID_HEADER_DAMAGED);
    d->phase = PHASE_FIELDS;
    break;
  case PHASE_FIELDS:
    check_fields(d);
    sum_from(d, PHASE_INNER_SHA, d->head.length, d->head.length + d->head.inner);
    break;
  case PHASE_INNER_SHA:
    if (!sum(d, device->read_patch)) break;
    if (!is_sum(d, 172)) fail(d, DFIR_INNER);
    check_inner(d);
    d->phase = PHASE_DEVICE;
    break;
  case PHASE_DEVICE:
    if (device->verify != NULL && (d->head.signature == 0 ||
        device->verify(device->context, d->head.length - d->head.signature, d->head.signature) != 0)) {
      fail(d, DFID_SIGNATURE);
    }
    if (d->head.pack_bytes - 8192 > 4 * device->memory_words) fail(d, DFID_TOO_LITTLE_MEMORY);
    if (!failed(d)) begin_inner(d, PHASE_TRY);
    break;
  case PHASE_TRY:
    result = dfid_poll(&d->inner);
    if (result == DFID_MORE) break;
    if (result != DFID_DONE && !d->started) {
      d->result = result;
      break;
    }
    check_room(d);
    if (result == DFID_DONE) { /* it has ended before a cut: the old image may be gone */
      sum_from(d, PHASE_EXPANDED_NEW, 0, d->head.expanded_new);
      break;
    }
    if (device->old_size != DFID_UNKNOWN && device->old_size != d->head.old_size) fail(d, DFID_OLD_SIZE);
    sum_from(d, PHASE_OLD, 0, d->head.old_size);
    break;
  case PHASE_OLD:
    if (!sum(d, device->read_old)) break;
    if (!is_sum(d, 44)) fail(d, DFID_OLD_IMAGE);
    begin_output(d, &device->expanded_old, 1);
    d->phase = PHASE_EXPAND;
    begin_walk(d, 1);
    break;
  case PHASE_EXPAND:
    if (!walk(d, 1)) break;
    if (written(d) != d->head.expanded_old) fail(d, DFIR_OLD_PART);
    sum_from(d, PHASE_EXPANDED_OLD, 0, d->head.expanded_old);
    break;
  case PHASE_EXPANDED_OLD:
    if (!sum(d, device->expanded_old.read)) break;
    if (!is_sum(d, 108)) fail(d, DFIR_EXPANDED_OLD);
    begin_inner(d, PHASE_APPLY);
    break;
  case PHASE_APPLY:
    result = dfid_poll(&d->inner);
    if (result == DFID_DONE) sum_from(d, PHASE_EXPANDED_NEW, 0, d->head.expanded_new);
    else d->result = result;
    break;
  case PHASE_EXPANDED_NEW:
    if (!sum(d, device->expanded_new.read)) break;
    if (!is_sum(d, 140)) fail(d, DFID_STORAGE);
    sum_from(d, PHASE_THERE, 0, d->head.new_size);
    break;
  case PHASE_THERE: /* an update that has ended writes nothing when it is asked for again */
    if (!sum(d, device->place.read)) break;
    if (is_sum(d, 76)) {
      d->result = DFID_DONE;
      break;
    }
    begin_output(d, &device->place, 0);
    d->phase = PHASE_PACK;
    begin_walk(d, 0);
    break;
  case PHASE_PACK:
    if (!walk(d, 0)) break;
    if (!is_sum(d, 76)) fail(d, DFID_NEW_IMAGE);
    if (failed(d)) break;
    if (d->writing) {
      sum_from(d, PHASE_NEW, 0, d->head.new_size);
      break;
    }
    begin_output(d, &device->place, 1);
    begin_walk(d, 0);
    break;
  default:
    if (!sum(d, device->place.read)) break;
    d->result = is_sum(d, 76) ? DFID_DONE : DFID_NEW_IMAGE;
    break;
  }
}

void dfir_begin(dfir_decoder *decoder, const dfir_device *device) {
  memset(decoder, 0, offsetof(dfir_decoder, inner));
  decoder->device = device;
  decoder->result = DFID_MORE;
}

int dfir_poll(dfir_decoder *decoder) {
  if (!failed(decoder)) step(decoder);
  return decoder->result;
}

uint32_t dfir_new_size(const dfir_decoder *decoder) { return decoder->phase > PHASE_FIELDS ? decoder->head.new_size : 0; }
