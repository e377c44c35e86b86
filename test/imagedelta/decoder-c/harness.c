/* Runs the decoder in memory on many pairs. Input: for each pair u32 length, old image, u32 length, patch, and u32 each: write unit,
 * room for the new image, counter, options (below), length of the product, and the product.
 * Output: for each u8 code, u32 number of write calls, and for code 0 u32 length and the new image. All little endian.
 * Each buffer is allocated with its own size, so that the address sanitizer sees a byte too far. */
#include "image-delta.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct memory {
  uint8_t *old, *patch, *made;
  uint32_t old_size, patch_size, room, writes, unit, options, header, random;
} memory;

enum {
  VERIFY_NEVER = 1,     /* every signature is wrong */
  VERIFY_ALWAYS = 2,    /* every signature is right */
  OLD_BROKEN = 4,       /* the old image cannot be read */
  WRITE_BROKEN = 8,     /* nothing can be written */
  SHORT_READS = 16,     /* the patch comes in pieces of any size, and often is not there yet */
  IN_PIECES = 32,       /* the patch is applied while it comes */
  WRITE_LOST = 64,      /* what is written does not arrive */
  SIZE_UNKNOWN = 128,   /* the device does not know how long the patch is */
  PATCH_BROKEN = 256    /* the patch cannot be read behind its header */
};

static uint32_t some(memory *m) {
  m->random ^= m->random << 13;
  m->random ^= m->random >> 17;
  m->random ^= m->random << 5;
  return m->random;
}

static int copy_out(const uint8_t *bytes, uint32_t size, uint32_t at, uint8_t *to, uint32_t length) {
  if (length == 0) return 0;
  if (at > size || length > size - at) abort();
  memcpy(to, bytes + at, length);
  return 0;
}

static int read_old(void *context, uint32_t at, uint8_t *to, uint32_t length) {
  const memory *m = (const memory *)context;
  return copy_out(m->old, m->old_size, at, to, length) != 0 || (m->options & OLD_BROKEN) != 0;
}

static int32_t read_patch(void *context, uint32_t at, uint8_t *to, uint32_t length) {
  memory *m = (memory *)context;
  if (length == 0) abort();
  if ((m->options & SIZE_UNKNOWN) != 0 && (at >= m->patch_size || length > m->patch_size - at)) return -1;
  if ((m->options & PATCH_BROKEN) != 0 && at >= m->header) return -1;
  if ((m->options & SHORT_READS) != 0) {
    if (some(m) % 2 == 0) return 0;
    length = 1 + some(m) % length;
  }
  copy_out(m->patch, m->patch_size, at, to, length);
  return (int32_t)length;
}

static int read_new(void *context, uint32_t at, uint8_t *to, uint32_t length) {
  const memory *m = (const memory *)context;
  return copy_out(m->made, m->room, at, to, length);
}

static int write_new(void *context, uint32_t at, const uint8_t *from, uint32_t length) {
  memory *m = (memory *)context;
  if (length == 0 || at % m->unit != 0 || length % m->unit != 0 || at > m->room || length > m->room - at) abort();
  if ((m->options & WRITE_LOST) == 0) memcpy(m->made + at, from, length);
  m->writes++;
  return (m->options & WRITE_BROKEN) != 0;
}

static int verify(void *context, uint32_t at, uint32_t length) {
  const memory *m = (const memory *)context;
  if (at + length != m->header) abort();
  return (m->options & VERIFY_ALWAYS) == 0;
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
    uint32_t counter, length;
    char *product;
    m.patch = bytes(&m.patch_size);
    if (m.patch == NULL || !number(&m.unit) || !number(&m.room) || !number(&counter) || !number(&m.options)) abort();
    product = (char *)bytes(&length);
    if (product == NULL) abort();
    product = (char *)realloc(product, length + 1);
    if (product == NULL) abort();
    product[length] = 0;
    m.random = 1;
    m.header = m.patch_size < 12 ? 0 : (uint32_t)m.patch[8] | (uint32_t)m.patch[9] << 8 | (uint32_t)m.patch[10] << 16 | (uint32_t)m.patch[11] << 24;
    m.writes = 0;
    m.made = (uint8_t *)malloc(m.room + 1);
    if (m.made == NULL) abort();
    memset(m.made, 0xA5, m.room);
    memset(&device, 0, sizeof device);
    device.context = &m;
    device.old_size = m.old_size;
    device.patch_size = (m.options & SIZE_UNKNOWN) != 0 ? DFID_UNKNOWN : m.patch_size;
    device.in_pieces = (m.options & IN_PIECES) != 0;
    device.counter = counter;
    device.product = length > 0 ? product : NULL;
    if ((m.options & (VERIFY_NEVER | VERIFY_ALWAYS)) != 0) device.verify = verify;
    device.new_room = m.room;
    device.write_unit = m.unit;
    device.read_old = read_old;
    device.read_patch = read_patch;
    device.read_new = read_new;
    device.write_new = write_new;
    dfid_begin(&decoder, &device);
    do result = dfid_poll(&decoder);
    while (result == DFID_MORE || result == DFID_WAIT);
    if (dfid_poll(&decoder) != result) abort();
    putchar(result);
    put_number(m.writes);
    if (result == DFID_DONE) {
      put_number(dfid_new_size(&decoder));
      fwrite(m.made, 1, dfid_new_size(&decoder), stdout);
    }
    free(m.old);
    free(m.patch);
    free(m.made);
    free(product);
  }
  return 0;
}
