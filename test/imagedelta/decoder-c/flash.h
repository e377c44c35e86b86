/* A device with an emulated NOR flash, for the programs of this folder, each of which includes it once. */
#include "image-delta.h"

#include "flash-cells.h"

#include <stdio.h>

/* Areas in bytes: of an image, and of the journal. */
#ifndef AREA
#define AREA (1u << 17)
#define JOURNAL 8192u
#endif

/* What does not work. */
enum {
  OLD_BROKEN = 1,      /* the old image cannot be read */
  NEW_LOST = 2,        /* what is written into the new image's place does not arrive */
  NEW_REFUSED = 4,     /* it cannot be written */
  NEW_STUCK = 8,       /* it cannot be erased */
  BACKUP_BROKEN = 16,  /* the backup area cannot be read */
  BACKUP_LOST = 32,    /* what is written there does not arrive */
  BACKUP_STUCK = 64,   /* it cannot be erased */
  JOURNAL_BROKEN = 128, /* the journal cannot be read */
  JOURNAL_REFUSED = 256 /* it cannot be written */
};

typedef struct flash {
  uint8_t image[AREA], backup[AREA], journal[JOURNAL];
  uint8_t image_used[AREA], backup_used[AREA], journal_used[JOURNAL];
} flash;

static uint32_t crc_of(const uint8_t *p, uint32_t length) {
  uint32_t crc = 0xFFFFFFFF, i;
  for (; length > 0; length--) {
    crc ^= *p++;
    for (i = 0; i < 8; i++) crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320u : 0);
  }
  return ~crc;
}

static flash now;
static uint8_t *old_image, *patch;
static uint32_t old_size, patch_size, block, backup;
static uint32_t faults;
static void (*on_record)(const uint8_t *record); /* told of each record before it is written */

static int32_t read_patch(void *c, uint32_t at, uint8_t *to, uint32_t n) {
  (void)c;
  return flash_read(patch, patch_size, at, to, n) != 0 ? -1 : (int32_t)n;
}
static int read_image(void *c, uint32_t at, uint8_t *to, uint32_t n) { (void)c; return flash_read(now.image, AREA, at, to, n); }
static int read_old(void *c, uint32_t at, uint8_t *to, uint32_t n) {
  (void)c;
  if (faults & OLD_BROKEN) return 1;
  return backup == 0 ? flash_read(old_image, old_size, at, to, n) : flash_read(now.image, AREA, at, to, n);
}
static int read_backup(void *c, uint32_t at, uint8_t *to, uint32_t n) {
  (void)c;
  return (faults & BACKUP_BROKEN) || flash_read(now.backup, backup, at, to, n);
}
static int read_journal(void *c, uint32_t at, uint8_t *to, uint32_t n) {
  (void)c;
  return (faults & JOURNAL_BROKEN) || flash_read(now.journal, JOURNAL, at, to, n);
}
static int write_image(void *c, uint32_t at, const uint8_t *from, uint32_t n) {
  (void)c;
  if (faults & NEW_LOST) return 0;
  return (faults & NEW_REFUSED) || flash_write(now.image, now.image_used, AREA, at, from, n);
}
static int write_backup(void *c, uint32_t at, const uint8_t *from, uint32_t n) {
  (void)c;
  if (faults & BACKUP_LOST) return 0;
  return flash_write(now.backup, now.backup_used, backup, at, from, n);
}
static int write_journal(void *c, uint32_t at, const uint8_t *from, uint32_t n) {
  (void)c;
  if (on_record != NULL) on_record(from);
  return (faults & JOURNAL_REFUSED) || flash_write(now.journal, now.journal_used, JOURNAL, at, from, n);
}
static int erase_image(void *c, uint32_t at) {
  (void)c;
  if (at % block != 0 || at >= AREA) abort();
  return (faults & NEW_STUCK) || flash_erase(now.image, now.image_used, at, block);
}
static int erase_backup(void *c) {
  (void)c;
  return (faults & BACKUP_STUCK) || flash_erase(now.backup, now.backup_used, 0, backup);
}

static dfid_device device;

static int poll_all(void) {
  static dfid_decoder decoder;
  int result;
  dfid_begin(&decoder, &device);
  do result = dfid_poll(&decoder);
  while (result == DFID_MORE);
  return result;
}

/* Sets the device, and when its power fails. */
static void prepare(uint32_t cut_after) {
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
  device.read_old = read_old;
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
}
