/* Runs the decoder in memory on many pairs. Input: for each pair u32 length, old image, u32 length, patch, u32 write unit.
 * Output: for each u8 code, u32 number of write calls, and for code 0 u32 length and the new image. All little endian.
 * Each buffer is allocated with its own size, so that the address sanitizer sees a byte too far. */
#include "image-delta.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct memory {
  uint8_t *old, *patch, *made;
  uint32_t old_size, patch_size, room, written, writes, unit;
} memory;

static int copy_out(const uint8_t *bytes, uint32_t size, uint32_t at, uint8_t *to, uint32_t length) {
  if (length == 0) return 0;
  if (at > size || length > size - at) abort();
  memcpy(to, bytes + at, length);
  return 0;
}

static int read_old(void *context, uint32_t at, uint8_t *to, uint32_t length) {
  const memory *m = (const memory *)context;
  return copy_out(m->old, m->old_size, at, to, length);
}

static int read_patch(void *context, uint32_t at, uint8_t *to, uint32_t length) {
  const memory *m = (const memory *)context;
  return copy_out(m->patch, m->patch_size, at, to, length);
}

static int read_new(void *context, uint32_t at, uint8_t *to, uint32_t length) {
  const memory *m = (const memory *)context;
  return copy_out(m->made, m->room, at, to, length);
}

static int write_new(void *context, uint32_t at, const uint8_t *from, uint32_t length) {
  memory *m = (memory *)context;
  if (length == 0 || at % m->unit != 0 || length % m->unit != 0 || at > m->room || length > m->room - at) abort();
  memcpy(m->made + at, from, length);
  m->writes++;
  return 0;
}

static int number(uint32_t *to) {
  uint8_t b[4];
  if (fread(b, 1, 4, stdin) != 4) return 0;
  *to = (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
  return 1;
}

static void put_number(uint32_t v) {
  const uint8_t b[4] = {(uint8_t)v, (uint8_t)(v >> 8), (uint8_t)(v >> 16), (uint8_t)(v >> 24)};
  fwrite(b, 1, 4, stdout);
}

static uint8_t *bytes(uint32_t *length) {
  uint8_t *made;
  if (!number(length)) return NULL;
  made = (uint8_t *)malloc(*length > 0 ? *length : 1);
  if (made == NULL || fread(made, 1, *length, stdin) != *length) abort();
  return made;
}

int main(void) {
  static dfid_decoder decoder;
  memory m;
  memset(&m, 0, sizeof m);
  while ((m.old = bytes(&m.old_size)) != NULL) {
    dfid_device device;
    int result;
    m.patch = bytes(&m.patch_size);
    if (m.patch == NULL || !number(&m.unit)) abort();
    m.room = 1u << 18;
    m.writes = 0;
    m.made = (uint8_t *)malloc(m.room);
    if (m.made == NULL) abort();
    memset(m.made, 0xA5, m.room);
    memset(&device, 0, sizeof device);
    device.context = &m;
    device.old_size = m.old_size;
    device.patch_size = m.patch_size;
    device.new_room = m.room;
    device.write_unit = m.unit;
    device.read_old = read_old;
    device.read_patch = read_patch;
    device.read_new = read_new;
    device.write_new = write_new;
    dfid_begin(&decoder, &device);
    do result = dfid_poll(&decoder);
    while (result == DFID_MORE);
    putchar(result);
    put_number(m.writes);
    if (result == DFID_DONE) {
      put_number(dfid_new_size(&decoder));
      fwrite(m.made, 1, dfid_new_size(&decoder), stdout);
    }
    free(m.old);
    free(m.patch);
    free(m.made);
  }
  return 0;
}
