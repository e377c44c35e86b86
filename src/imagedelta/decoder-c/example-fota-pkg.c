/* Example: the patch comes in pieces (standard input) and is kept in a module's partition fota_pkg, while the decoder already works:
 * it checks the header, and waits for what is not there yet. The new image goes to a second area. Partition and areas are files here.
 * Usage: example-fota-pkg OLD FOTA_PKG NEW < PATCH; ends with the code of the format document.
 * cc -std=c99 -O2 example-fota-pkg.c image-delta.c -o example-fota-pkg
 * SPDX-License-Identifier: MIT */
#include "image-delta.h"

#include <stdio.h>

/* The size of the partition, and the part at its end that holds the journal. A patch for it: dfota image-delta --layout fp. */
enum { PARTITION = 1 << 20, JOURNAL_ROOM = 8192, PATCH_ROOM = PARTITION - JOURNAL_ROOM, PIECE = 100 };

typedef struct module {
  FILE *old, *partition, *made;
  uint32_t arrived; /* bytes of the patch that are in the partition */
} module;

static int read_at(FILE *file, uint32_t at, uint8_t *to, uint32_t length) {
  return fseek(file, (long)at, SEEK_SET) != 0 || fread(to, 1, length, file) != length;
}

static int write_at(FILE *file, uint32_t at, const uint8_t *from, uint32_t length) {
  return fseek(file, (long)at, SEEK_SET) != 0 || fwrite(from, 1, length, file) != length || fflush(file) != 0;
}

static int32_t read_patch(void *context, uint32_t at, uint8_t *to, uint32_t length) {
  module *const m = (module *)context;
  if (at >= m->arrived) return 0; /* not yet */
  if (length > m->arrived - at) length = m->arrived - at;
  return read_at(m->partition, at, to, length) != 0 ? -1 : (int32_t)length;
}

static int read_old(void *context, uint32_t at, uint8_t *to, uint32_t n) { return read_at(((module *)context)->old, at, to, n); }
static int read_new(void *context, uint32_t at, uint8_t *to, uint32_t n) { return read_at(((module *)context)->made, at, to, n); }
static int write_new(void *context, uint32_t at, const uint8_t *from, uint32_t n) { return write_at(((module *)context)->made, at, from, n); }
static int read_journal(void *context, uint32_t at, uint8_t *to, uint32_t n) {
  return read_at(((module *)context)->partition, PATCH_ROOM + at, to, n);
}
static int write_journal(void *context, uint32_t at, const uint8_t *from, uint32_t n) {
  return write_at(((module *)context)->partition, PATCH_ROOM + at, from, n);
}

/* Stores the next piece of the patch. 0: there is none, or no room for it. */
static int receive(module *m) {
  uint8_t piece[PIECE];
  const uint32_t length = (uint32_t)fread(piece, 1, sizeof piece, stdin);
  if (length == 0 || length > PATCH_ROOM - m->arrived || write_at(m->partition, m->arrived, piece, length) != 0) return 0;
  m->arrived += length;
  return 1;
}

int main(int count, char **names) {
  static dfid_decoder decoder; /* some 16 KB: not on the stack */
  dfid_device device = {0};
  module all = {0};
  int result;
  if (count != 4) {
    fprintf(stderr, "usage: example-fota-pkg OLD FOTA_PKG NEW < PATCH\n");
    return 64;
  }
  all.old = fopen(names[1], "rb");
  all.partition = fopen(names[2], "r+b");
  all.made = fopen(names[3], "r+b"); /* what an update that was cut has written is kept */
  if (all.made == NULL) all.made = fopen(names[3], "w+b");
  if (all.old == NULL || all.partition == NULL || all.made == NULL) {
    fprintf(stderr, "a file cannot be opened\n");
    return 66;
  }
  device.context = &all;
  device.patch_size = DFID_UNKNOWN;
  device.old_size = fseek(all.old, 0, SEEK_END) == 0 ? (uint32_t)ftell(all.old) : 0;
  device.new_room = 0x7FFFFFFF;
  device.write_unit = 1;
  device.journal_room = JOURNAL_ROOM;
  device.read_patch = read_patch;
  device.read_old = read_old;
  device.read_new = read_new;
  device.write_new = write_new;
  device.read_journal = read_journal;
  device.write_journal = write_journal;
  dfid_begin(&decoder, &device);
  do {
    result = dfid_poll(&decoder);
    if (result == DFID_WAIT && !receive(&all)) result = DFID_PATCH_CUT;
  } while (result == DFID_MORE || result == DFID_WAIT);
  if (result != DFID_DONE) fprintf(stderr, "refused with code %d\n", result);
  if (fclose(all.made) != 0 && result == DFID_DONE) result = DFID_STORAGE;
  fclose(all.partition);
  fclose(all.old);
  return result;
}
