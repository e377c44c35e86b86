/* Updates in place on an emulated NOR flash and cuts the power at every write and erase, then at a second and a third one.
 * Usage: cuts OLD PATCH NEW UNIT BLOCK BACKUP. Ends with 0 when each of these updates ended with the new image.
 * Bits only fall, blocks are erased whole, a unit that was written refuses to be written again, torn writes and erases leave rubbish. */
#include "image-delta.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AREA (1u << 17)
#define JOURNAL 8192u

typedef struct flash {
  uint8_t image[AREA], backup[AREA], journal[JOURNAL];
  uint8_t image_used[AREA], backup_used[AREA], journal_used[JOURNAL];
} flash;

static flash now;
static uint8_t *old_image, *patch, *new_image;
static uint32_t old_size, patch_size, new_size, unit, block, backup;
static uint32_t operations, cut_at, random_state = 1;
static int power;

static uint32_t some(void) {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 17;
  random_state ^= random_state << 5;
  return random_state;
}

/* Counts an operation. 1: the power fails in it. */
static int cut(void) {
  if (++operations != cut_at) return 0;
  power = 0;
  return 1;
}

static int flash_read(const uint8_t *area, uint32_t size, uint32_t at, uint8_t *to, uint32_t length) {
  if (!power) return 1;
  if (at > size || length > size - at) abort();
  memcpy(to, area + at, length);
  return 0;
}

static int flash_write(uint8_t *area, uint8_t *used, uint32_t size, uint32_t at, const uint8_t *from, uint32_t length) {
  uint32_t i, torn, whole = length;
  if (!power) return 1;
  if (at > size || length > size - at || at % unit != 0 || length % unit != 0) abort();
  for (i = 0; i < length; i++) {
    if (used[at + i]) return 1; /* refused: it was written before */
  }
  torn = (uint32_t)cut();
  if (torn) whole = some() % (length / unit) * unit;
  for (i = 0; i < whole + (torn ? unit : 0); i++) {
    used[at + i] = 1;
    area[at + i] = (uint8_t)(area[at + i] & (i < whole ? from[i] : from[i] | some()));
  }
  return torn ? 1 : 0;
}

static int flash_erase(uint8_t *area, uint8_t *used, uint32_t at, uint32_t length) {
  uint32_t i;
  if (!power) return 1;
  if (cut()) {
    for (i = 0; i < length; i++) {
      area[at + i] = (uint8_t)some();
      used[at + i] = 1;
    }
    return 1;
  }
  memset(area + at, 0xFF, length);
  memset(used + at, 0, length);
  return 0;
}

static int read_patch(void *c, uint32_t at, uint8_t *to, uint32_t n) { (void)c; return flash_read(patch, patch_size, at, to, n); }
static int read_image(void *c, uint32_t at, uint8_t *to, uint32_t n) { (void)c; return flash_read(now.image, AREA, at, to, n); }
static int read_backup(void *c, uint32_t at, uint8_t *to, uint32_t n) { (void)c; return flash_read(now.backup, backup, at, to, n); }
static int read_journal(void *c, uint32_t at, uint8_t *to, uint32_t n) { (void)c; return flash_read(now.journal, JOURNAL, at, to, n); }
static int write_image(void *c, uint32_t at, const uint8_t *from, uint32_t n) {
  (void)c;
  return flash_write(now.image, now.image_used, AREA, at, from, n);
}
static int write_backup(void *c, uint32_t at, const uint8_t *from, uint32_t n) {
  (void)c;
  return flash_write(now.backup, now.backup_used, backup, at, from, n);
}
static int write_journal(void *c, uint32_t at, const uint8_t *from, uint32_t n) {
  (void)c;
  return flash_write(now.journal, now.journal_used, JOURNAL, at, from, n);
}
static int erase_image(void *c, uint32_t at) {
  (void)c;
  if (at % block != 0 || at >= AREA) abort();
  return flash_erase(now.image, now.image_used, at, block);
}
static int erase_backup(void *c) { (void)c; return flash_erase(now.backup, now.backup_used, 0, backup); }

static int update(uint32_t cut_after) {
  static dfid_decoder decoder;
  dfid_device device;
  int result;
  memset(&device, 0, sizeof device);
  device.patch_size = patch_size;
  device.old_size = old_size;
  device.new_room = AREA;
  device.write_unit = unit;
  device.erase_block = block;
  device.backup_room = backup;
  device.journal_room = JOURNAL;
  device.read_patch = read_patch;
  device.read_old = device.read_new = read_image;
  device.write_new = write_image;
  device.erase = erase_image;
  device.erase_backup = erase_backup;
  device.read_backup = read_backup;
  device.write_backup = write_backup;
  device.read_journal = read_journal;
  device.write_journal = write_journal;
  operations = 0;
  cut_at = cut_after;
  power = 1;
  dfid_begin(&decoder, &device);
  do result = dfid_poll(&decoder);
  while (result == DFID_MORE);
  return result;
}

static void fresh(void) {
  memset(&now, 0xFF, sizeof now);
  memset(now.image_used, 1, AREA);
  memset(now.backup_used, 1, AREA);
  memset(now.journal_used, 0, JOURNAL);
  memcpy(now.image, old_image, old_size);
}

static uint8_t *load(const char *name, uint32_t *size) {
  FILE *file = fopen(name, "rb");
  uint8_t *made = (uint8_t *)malloc(AREA);
  if (file == NULL || made == NULL) exit(66);
  *size = (uint32_t)fread(made, 1, AREA, file);
  fclose(file);
  return made;
}

int main(int count, char **names) {
  uint32_t total, first, cuts;
  if (count != 7) return 64;
  old_image = load(names[1], &old_size);
  patch = load(names[2], &patch_size);
  new_image = load(names[3], &new_size);
  unit = (uint32_t)atoi(names[4]);
  block = (uint32_t)atoi(names[5]);
  backup = (uint32_t)atoi(names[6]);
  fresh();
  if (update(0) != DFID_DONE || memcmp(now.image, new_image, new_size) != 0) return 1;
  total = operations;
  if (update(0) != DFID_DONE || operations != 0) return 4; /* an update that has ended writes nothing when it is asked for again */
  for (cuts = 1; cuts <= 3; cuts++) {
    for (first = 1; first <= total; first++) {
      uint32_t k;
      int result;
      fresh();
      if (update(first) == DFID_DONE) return 2;
      for (k = 1; k < cuts; k++) update(1 + some() % 40);
      result = update(0);
      if (result != DFID_DONE || memcmp(now.image, new_image, new_size) != 0) {
        printf("%u cuts, the first at %u of %u: code %d\n", (unsigned)cuts, (unsigned)first, (unsigned)total, result);
        return 3;
      }
    }
  }
  printf("%u\n", (unsigned)total);
  return 0;
}
