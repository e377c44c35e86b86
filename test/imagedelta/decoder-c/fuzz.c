/* Applies mutated patches, many in one process. Usage: fuzz SEED COUNT (OLD PATCH)...
 * Half of the mutations get right check sums again, so that they reach what lies behind the checks. Aborts when a callback is asked
 * for what is outside, when something is written before the checks have passed, or when the work is more than the output calls for.
 * Prints for each code how often it came. The decoder's source is included for its check sums. */
#include "image-delta.c"

#include <stdio.h>
#include <stdlib.h>

#define ROOM (1u << 15)
#define BACKUP 4096u
#define STOP() (fprintf(stderr, "line %d: %u polls, %u written, %llu read, result %d, phase %d\n", __LINE__, (unsigned)polls, (unsigned)written, (unsigned long long)read_bytes, (int)decoder.result, (int)decoder.phase), abort())
#define JOURNAL 4096u

typedef struct pair_of_files {
  uint8_t *old, *patch;
  uint32_t old_size, patch_size;
} pair_of_files;

static uint8_t *old_image, *patch, *made, *backup, journal[JOURNAL];
static uint32_t old_size, patch_size, random_state, polls, written;
static uint64_t read_bytes;
static dfid_decoder decoder;

static uint32_t some(void) {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 17;
  random_state ^= random_state << 5;
  return random_state;
}

static int copy(const uint8_t *area, uint32_t size, uint32_t at, uint8_t *to, uint32_t length) {
  if (length == 0 || at > size || length > size - at) STOP();
  memcpy(to, area + at, length);
  read_bytes += length;
  return 0;
}

static int read_old(void *c, uint32_t at, uint8_t *to, uint32_t n) { (void)c; return copy(old_image, old_size, at, to, n); }
static int read_new(void *c, uint32_t at, uint8_t *to, uint32_t n) { (void)c; return copy(made, ROOM, at, to, n); }
/* The device does not say how long the old image is, and so is asked for as much as the header says. */
static int read_image(void *c, uint32_t at, uint8_t *to, uint32_t n) { (void)c; return at > ROOM - n || copy(made, ROOM, at, to, n); }
static int read_backup(void *c, uint32_t at, uint8_t *to, uint32_t n) { (void)c; return copy(backup, BACKUP, at, to, n); }
static int read_journal(void *c, uint32_t at, uint8_t *to, uint32_t n) { (void)c; return copy(journal, JOURNAL, at, to, n); }
static int32_t read_patch(void *c, uint32_t at, uint8_t *to, uint32_t n) {
  (void)c;
  n = 1 + some() % n;
  copy(patch, patch_size, at, to, n);
  return (int32_t)n;
}

static int put_to(uint8_t *area, uint32_t size, uint32_t at, const uint8_t *from, uint32_t length) {
  if (length == 0 || at > size || length > size - at || decoder.phase < PHASE_NEXT) STOP();
  memcpy(area + at, from, length);
  written += length;
  return 0;
}

static int write_new(void *c, uint32_t at, const uint8_t *from, uint32_t n) { (void)c; return put_to(made, ROOM, at, from, n); }
static int write_backup(void *c, uint32_t at, const uint8_t *from, uint32_t n) { (void)c; return put_to(backup, BACKUP, at, from, n); }
static int write_journal(void *c, uint32_t at, const uint8_t *from, uint32_t n) { (void)c; return put_to(journal, JOURNAL, at, from, n); }

static int erase(void *c, uint32_t at) {
  (void)c;
  if (at % 1024 != 0 || at >= ROOM || decoder.phase < PHASE_NEXT) STOP();
  memset(made + at, 0xFF, 1024);
  return 0;
}

static int erase_backup(void *c) { (void)c; memset(backup, 0xFF, BACKUP); return 0; }

/* Makes the check sums right again, as far as the fields say where they are. */
static void reseal(void) {
  const uint32_t length = patch_size >= 152 ? word_at(patch + 8) : 0;
  uint32_t tail, segments, k, at, packed_at = length, entry;
  dfid_sha256 sha;
  uint8_t digest[32];
  if (length < 152 || length > patch_size) return;
  tail = DIGEST_BYTES + (uint32_t)(patch[52] | patch[53] << 8);
  if (tail + HEADER_BYTES > length) return;
  entry = patch[6] & 1 ? 28 : 12;
  at = HEADER_BYTES + patch[38] + 12u * patch[37];
  segments = at + tail <= length ? (length - tail - at) / entry : 0;
  for (k = 0; k < segments; k++) {
    uint8_t *const row = patch + at + entry * (patch[5] & 2 ? segments - 1 - k : k);
    const uint32_t packed = word_at(row) & ~SAME;
    if (packed > patch_size - packed_at) break;
    if ((word_at(row) & SAME) == 0) {
      put_word(row + 4, crc_of(0, patch + packed_at, packed));
      if (entry == 28) {
        dfid_sha_begin(&sha);
        dfid_sha_add(&sha, patch + packed_at, packed);
        dfid_sha_end(&sha, digest);
        memcpy(row + 12, digest, 16);
      }
    }
    packed_at += packed;
  }
  dfid_sha_begin(&sha);
  dfid_sha_add(&sha, patch, length - tail);
  dfid_sha_end(&sha, digest);
  memcpy(patch + length - tail, digest, 32);
}

static void mutate(const pair_of_files *from) {
  static const uint32_t values[8] = {0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0xFFFF, 0x10000, 255};
  uint32_t changes = 1 + some() % 4, header = word_at(from->patch + 8);
  memcpy(patch, from->patch, patch_size);
  for (; changes > 0; changes--) {
    const uint32_t place = some() % 4 == 0 ? some() % header : some() % 3 == 0 ? some() % 56 : header + some() % (patch_size - header + 1);
    if (place >= patch_size) continue;
    switch (some() % 4) {
      case 0: patch[place] ^= (uint8_t)(1u << some() % 8); break;
      case 1: patch[place] = (uint8_t)some(); break;
      case 2: if (place + 4 <= patch_size) put_word(patch + place, values[some() % 8]); break;
      default: if (place + 4 <= patch_size) put_word(patch + place, word_at(patch + place) + some() % 9 - 4); break;
    }
  }
}

static int run(uint32_t in_place) {
  dfid_device device;
  int result;
  uint64_t most;
  memset(&device, 0, sizeof device);
  memset(made, 0xFF, ROOM);
  memset(journal, 0xFF, JOURNAL);
  if (in_place) memcpy(made, old_image, old_size);
  device.patch_size = patch_size;
  device.old_size = DFID_UNKNOWN;
  device.new_room = ROOM;
  device.write_unit = 1;
  device.in_pieces = (int)(some() & 1);
  device.read_patch = read_patch;
  device.read_old = in_place ? read_image : read_old;
  device.read_new = read_new;
  device.write_new = write_new;
  if (in_place) {
    device.erase_block = 1024;
    device.erase = erase;
    device.journal_room = JOURNAL;
    device.read_journal = read_journal;
    device.write_journal = write_journal;
    device.backup_room = BACKUP;
    device.erase_backup = erase_backup;
    device.read_backup = read_backup;
    device.write_backup = write_backup;
  } else {
    device.old_size = old_size;
  }
  polls = written = 0;
  read_bytes = 0;
  dfid_begin(&decoder, &device);
  do {
    result = dfid_poll(&decoder);
    polls++;
  } while (result == DFID_MORE || result == DFID_WAIT);
  /* Polls go by blocks and by pieces of the patch; reading goes by bytes made: three looks of 64 bytes at the old image for each at most. */
  if (polls > 1000 + JOURNAL / 16 + 4 * (patch_size + decoder.segments) + written) STOP();
  most = 4096 + JOURNAL + 4 * (uint64_t)patch_size + 8ull * ROOM + 28ull * decoder.segments + 256ull * (written + 256);
  if (read_bytes > most || written > 2 * ROOM + BACKUP * 8 + JOURNAL) STOP();
  if (result < 0 || result > DFID_JOURNAL) STOP();
  return result;
}

static uint8_t *load(const char *name, uint32_t *size) {
  FILE *const file = fopen(name, "rb");
  uint8_t *const bytes = (uint8_t *)malloc(ROOM);
  if (file == NULL || bytes == NULL) exit(66);
  *size = (uint32_t)fread(bytes, 1, ROOM, file);
  fclose(file);
  return bytes;
}

int main(int count, char **names) {
  uint32_t seen[DFID_JOURNAL + 1] = {0}, pairs = (uint32_t)(count - 3) / 2, i, times;
  pair_of_files *const all = (pair_of_files *)malloc(sizeof *all * (pairs + 1));
  if (count < 5 || all == NULL) return 64;
  random_state = (uint32_t)strtoul(names[1], NULL, 10) * 2654435761u | 1;
  times = (uint32_t)strtoul(names[2], NULL, 10);
  made = (uint8_t *)malloc(ROOM);
  backup = (uint8_t *)malloc(BACKUP);
  if (made == NULL || backup == NULL) return 66;
  for (i = 0; i < pairs; i++) {
    all[i].old = load(names[3 + 2 * i], &all[i].old_size);
    all[i].patch = load(names[4 + 2 * i], &all[i].patch_size);
  }
  for (i = 0; i < times; i++) {
    const pair_of_files *const from = &all[some() % pairs];
    const uint32_t in_place = from->patch[5] & 1 && some() % 2 == 0;
    /* Each buffer has its own size, so that the address sanitizer sees a byte too far. */
    old_size = from->old_size;
    patch_size = from->patch_size;
    old_image = (uint8_t *)malloc(old_size);
    patch = (uint8_t *)malloc(patch_size);
    if (old_image == NULL || patch == NULL) return 66;
    memcpy(old_image, from->old, old_size);
    mutate(from);
    if (some() % 8 == 0) patch_size = some() % patch_size;
    else if (some() % 2 == 0) reseal();
    seen[run(in_place)]++;
    free(old_image);
    free(patch);
  }
  for (i = 0; i <= DFID_JOURNAL; i++) {
    if (seen[i] > 0) printf("%u %u\n", (unsigned)i, (unsigned)seen[i]);
  }
  for (i = 0; i < pairs; i++) {
    free(all[i].old);
    free(all[i].patch);
  }
  free(all);
  free(made);
  free(backup);
  return 0;
}
