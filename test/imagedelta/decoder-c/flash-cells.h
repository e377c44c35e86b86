/* Cells of an emulated NOR flash: bits only fall, blocks are erased whole, a unit that was written refuses to be written again, torn
 * writes and erases leave rubbish. */
#ifndef FLASH_CELLS_H
#define FLASH_CELLS_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static uint32_t unit, operations, cut_at, random_state = 1;
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

#endif
