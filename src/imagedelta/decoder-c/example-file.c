/* Example: the new image out of two files. Usage: example-file OLD PATCH NEW; ends with the code of the format document.
 * cc -std=c99 -O2 example-file.c image-delta.c -o example-file
 * SPDX-License-Identifier: MIT */
#include "image-delta.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct files {
  FILE *old, *patch, *made;
} files;

static int read_at(FILE *file, uint32_t at, uint8_t *to, uint32_t length) {
  return fseek(file, (long)at, SEEK_SET) != 0 || fread(to, 1, length, file) != length;
}

static int read_old(void *context, uint32_t at, uint8_t *to, uint32_t length) {
  return read_at(((files *)context)->old, at, to, length);
}

static int32_t read_patch(void *context, uint32_t at, uint8_t *to, uint32_t length) {
  return read_at(((files *)context)->patch, at, to, length) != 0 ? -1 : (int32_t)length;
}

static int read_new(void *context, uint32_t at, uint8_t *to, uint32_t length) {
  return read_at(((files *)context)->made, at, to, length);
}

static int write_new(void *context, uint32_t at, const uint8_t *from, uint32_t length) {
  FILE *const file = ((files *)context)->made;
  return fseek(file, (long)at, SEEK_SET) != 0 || fwrite(from, 1, length, file) != length;
}

static uint32_t size_of(FILE *file) {
  return fseek(file, 0, SEEK_END) == 0 ? (uint32_t)ftell(file) : 0;
}

int main(int count, char **names) {
  static dfid_decoder decoder; /* some 16 KB: not on the stack */
  dfid_device device = {0};
  files all;
  int result;
  if (count != 4) {
    fprintf(stderr, "usage: example-file OLD PATCH NEW\n");
    return 64;
  }
  all.old = fopen(names[1], "rb");
  all.patch = fopen(names[2], "rb");
  all.made = fopen(names[3], "w+b");
  if (all.old == NULL || all.patch == NULL || all.made == NULL) {
    fprintf(stderr, "a file cannot be opened\n");
    return 66;
  }
  device.context = &all;
  device.old_size = size_of(all.old);
  device.patch_size = size_of(all.patch);
  device.new_room = 0x7FFFFFFF;
  device.write_unit = 1;
  device.read_old = read_old;
  device.read_patch = read_patch;
  device.read_new = read_new;
  device.write_new = write_new;
  dfid_begin(&decoder, &device);
  do result = dfid_poll(&decoder); while (result == DFID_MORE);
  if (fclose(all.made) != 0 && result == DFID_DONE) result = DFID_STORAGE;
  if (result != DFID_DONE) {
    remove(names[3]);
    fprintf(stderr, "refused with code %d\n", result);
  }
  fclose(all.old);
  fclose(all.patch);
  return result;
}
