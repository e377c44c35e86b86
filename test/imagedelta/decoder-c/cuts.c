/* Updates, in place or into a second area, on an emulated NOR flash and cuts the power at every write and erase, then at a second and a third one.
 * Usage: cuts OLD PATCH NEW UNIT BLOCK BACKUP; BACKUP 0: two areas. Ends with 0 when each of these updates ended with the new image,
 * and what the device cannot do was refused.
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

static int32_t read_patch(void *c, uint32_t at, uint8_t *to, uint32_t n) {
  (void)c;
  return flash_read(patch, patch_size, at, to, n) != 0 ? -1 : (int32_t)n;
}
static int read_image(void *c, uint32_t at, uint8_t *to, uint32_t n) { (void)c; return flash_read(now.image, AREA, at, to, n); }
static int read_old(void *c, uint32_t at, uint8_t *to, uint32_t n) { (void)c; return flash_read(old_image, old_size, at, to, n); }
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

static dfid_device device;

static int poll_all(void) {
  static dfid_decoder decoder;
  int result;
  dfid_begin(&decoder, &device);
  do result = dfid_poll(&decoder);
  while (result == DFID_MORE);
  return result;
}

static int update(uint32_t cut_after) {
  memset(&device, 0, sizeof device);
  device.patch_size = patch_size;
  device.old_size = old_size;
  device.new_room = AREA;
  device.write_unit = unit;
  device.erase_block = block;
  device.backup_room = backup;
  device.in_pieces = (int)(cut_after & 1);
  device.journal_room = JOURNAL;
  device.read_patch = read_patch;
  device.read_old = backup == 0 ? read_old : read_image;
  device.read_new = read_image;
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
  return poll_all();
}

/* Does the update end with `code`, and write nothing? */
static int refused(int code) {
  const int result = poll_all();
  if (result == code && operations == 0) return 1;
  printf("code %d after %u operations instead of code %d\n", result, (unsigned)operations, code);
  return 0;
}

static uint32_t crc_of(const uint8_t *p, uint32_t length) {
  uint32_t crc = 0xFFFFFFFF, i;
  for (; length > 0; length--) {
    crc ^= *p++;
    for (i = 0; i < 8; i++) crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320u : 0);
  }
  return ~crc;
}

/* Makes all records those of another patch. */
static void disguise(void) {
  const uint32_t record = (16 + unit - 1) / unit * unit;
  uint32_t at;
  for (at = 0; at < JOURNAL; at += record) {
    uint32_t stored, crc = crc_of(now.journal + at, 12);
    memcpy(&stored, now.journal + at + 12, 4);
    if (stored != crc) continue;
    now.journal[at + 4] ^= 1;
    crc = crc_of(now.journal + at, 12);
    memcpy(now.journal + at + 12, &crc, 4);
  }
}

static void fresh(void) {
  memset(&now, 0xFF, sizeof now);
  memset(now.image_used, 1, AREA);
  memset(now.backup_used, 1, AREA);
  memset(now.journal_used, 0, JOURNAL);
  if (backup != 0) {
    memcpy(now.image, old_image, old_size);
  } else {
    uint32_t i;
    for (i = 0; i < AREA; i++) now.image[i] = (uint8_t)some(); /* an older image */
  }
}

static uint8_t *load(const char *name, uint32_t *size) {
  FILE *file = fopen(name, "rb");
  uint8_t *made = (uint8_t *)malloc(AREA);
  if (file == NULL || made == NULL) exit(66);
  *size = (uint32_t)fread(made, 1, AREA, file);
  fclose(file);
  return made;
}

/* The refusals that only a device with a journal, blocks and a backup area knows (codes 12 and 22). */
static int refusals(uint32_t total) {
  int right;
  fresh();
  update(total - 2);
  disguise();
  update(1); /* sets the device; an update of the other patch is under way: nothing is written, so nothing is cut */
  operations = 0;
  right = refused(DFID_JOURNAL);
  fresh();
  cut_at = 0;
  device.journal_room = 16;
  right = right && refused(DFID_FLASH);
  device.journal_room = JOURNAL;
  device.write_unit = 3;
  right = right && refused(DFID_FLASH);
  device.write_unit = unit;
  device.erase_block = 1024 + 512;
  right = right && refused(DFID_FLASH);
  device.erase_block = block;
  device.new_room = new_size - 1;
  right = right && refused(DFID_FLASH);
  device.new_room = AREA;
  if (backup == 0) return right;
  device.backup_room = backup - 1;
  right = right && refused(DFID_FLASH);
  device.backup_room = backup;
  device.erase_block = 0;
  right = right && refused(DFID_FLASH);
  device.erase_block = block;
  return right;
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
  if (!refusals(total)) return 5;
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
