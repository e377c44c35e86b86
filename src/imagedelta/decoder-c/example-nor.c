/* Example: an update in place on raw NOR flash, which here is a file. Usage: example-nor FLASH OLD_SIZE; ends with the code of the
 * format document. Run again after a cut, it goes on. On a device the three flash_... functions are those of its driver.
 * cc -std=c99 -O2 example-nor.c image-delta.c -o example-nor
 * SPDX-License-Identifier: MIT */
#include "image-delta.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The plan of the flash. A patch for it: dfota image-delta --in-place --flash-block 1024 --write-size 8 --segment 4096. */
enum {
  BLOCK = 1024,
  UNIT = 8,
  IMAGE_AT = 0,
  IMAGE_ROOM = 65536,
  BACKUP_AT = IMAGE_AT + IMAGE_ROOM,
  BACKUP_ROOM = 4096,
  JOURNAL_AT = BACKUP_AT + BACKUP_ROOM,
  JOURNAL_ROOM = 4096,
  PATCH_AT = JOURNAL_AT + JOURNAL_ROOM,
  PATCH_ROOM = 32768,
  FLASH_SIZE = PATCH_AT + PATCH_ROOM
};

static int flash_read(FILE *flash, uint32_t at, uint8_t *to, uint32_t length) {
  return fseek(flash, (long)at, SEEK_SET) != 0 || fread(to, 1, length, flash) != length;
}

/* Bits only fall. */
static int flash_program(FILE *flash, uint32_t at, const uint8_t *from, uint32_t length) {
  uint8_t bytes[DFID_WRITE_BYTES];
  uint32_t i;
  if (length > sizeof bytes || flash_read(flash, at, bytes, length) != 0) return 1;
  for (i = 0; i < length; i++) bytes[i] = (uint8_t)(bytes[i] & from[i]);
  return fseek(flash, (long)at, SEEK_SET) != 0 || fwrite(bytes, 1, length, flash) != length || fflush(flash) != 0;
}

static int flash_erase(FILE *flash, uint32_t at, uint32_t length) {
  uint8_t bytes[BLOCK];
  memset(bytes, 0xFF, sizeof bytes);
  for (; length > 0; at += BLOCK, length -= BLOCK) {
    if (fseek(flash, (long)at, SEEK_SET) != 0 || fwrite(bytes, 1, BLOCK, flash) != BLOCK) return 1;
  }
  return fflush(flash) != 0;
}

static int32_t read_patch(void *flash, uint32_t at, uint8_t *to, uint32_t length) {
  return flash_read((FILE *)flash, PATCH_AT + at, to, length) != 0 ? -1 : (int32_t)length;
}
static int read_image(void *flash, uint32_t at, uint8_t *to, uint32_t n) { return flash_read((FILE *)flash, IMAGE_AT + at, to, n); }
static int write_image(void *flash, uint32_t at, const uint8_t *from, uint32_t n) { return flash_program((FILE *)flash, IMAGE_AT + at, from, n); }
static int erase_image(void *flash, uint32_t at) { return flash_erase((FILE *)flash, IMAGE_AT + at, BLOCK); }
static int read_backup(void *flash, uint32_t at, uint8_t *to, uint32_t n) { return flash_read((FILE *)flash, BACKUP_AT + at, to, n); }
static int write_backup(void *flash, uint32_t at, const uint8_t *from, uint32_t n) { return flash_program((FILE *)flash, BACKUP_AT + at, from, n); }
static int erase_backup(void *flash) { return flash_erase((FILE *)flash, BACKUP_AT, BACKUP_ROOM); }
static int read_journal(void *flash, uint32_t at, uint8_t *to, uint32_t n) { return flash_read((FILE *)flash, JOURNAL_AT + at, to, n); }
static int write_journal(void *flash, uint32_t at, const uint8_t *from, uint32_t n) { return flash_program((FILE *)flash, JOURNAL_AT + at, from, n); }

int main(int count, char **words) {
  static dfid_decoder decoder; /* some 16 KB: not on the stack */
  dfid_device device = {0};
  FILE *flash;
  int result;
  if (count != 3) {
    fprintf(stderr, "usage: example-nor FLASH OLD_SIZE\n");
    return 64;
  }
  flash = fopen(words[1], "r+b");
  if (flash == NULL) {
    fprintf(stderr, "the flash cannot be opened\n");
    return 66;
  }
  device.context = flash;
  device.patch_size = DFID_UNKNOWN; /* the header says it; behind the patch, flash is erased */
  device.old_size = (uint32_t)strtoul(words[2], NULL, 10);
  device.new_room = IMAGE_ROOM;
  device.write_unit = UNIT;
  device.erase_block = BLOCK;
  device.backup_room = BACKUP_ROOM;
  device.journal_room = JOURNAL_ROOM;
  device.read_patch = read_patch;
  device.read_old = read_image;
  device.read_new = read_image;
  device.write_new = write_image;
  device.erase = erase_image;
  device.read_backup = read_backup;
  device.write_backup = write_backup;
  device.erase_backup = erase_backup;
  device.read_journal = read_journal;
  device.write_journal = write_journal;
  dfid_begin(&decoder, &device);
  do result = dfid_poll(&decoder); while (result == DFID_MORE);
  if (result == DFID_DONE && flash_erase(flash, JOURNAL_AT, JOURNAL_ROOM) != 0) result = DFID_STORAGE;
  if (result != DFID_DONE) fprintf(stderr, "refused with code %d\n", result);
  fclose(flash);
  return result;
}
