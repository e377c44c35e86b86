/* Updates over packed parts on an emulated NOR flash, with the power cut at every write and erase, and once more.
 * Usage: repack OLD PATCH NEW UNIT BLOCK PLACE EVERY
 * UNIT and BLOCK are the flash's; BLOCK 0: writing needs no erasing, and nothing is cut. PLACE 1: the new image replaces the old one.
 * EVERY: the power is cut at each EVERYth operation; 0: at none.
 * Prints the code of the update, its operations and how many times the power was cut, and ends with 0 if each update ended as it should. */
#include "image-repack.h"

#include "flash-cells.h"

#include <stdio.h>

#define AREA (1u << 21)
#define JOURNAL 8192u

typedef struct cells {
  uint8_t bytes[AREA], used[AREA];
} cells;

static cells image, second, scratch_a, scratch_b, journal;
static uint8_t *old_image, *patch, *new_image;
static uint32_t old_size, patch_size, new_size, block;
static int in_place;
static dfir_word memory[400000];

static cells *place(void) { return in_place ? &image : &second; }

static int cells_read(const cells *c, uint32_t size, uint32_t at, uint8_t *to, uint32_t n) { return flash_read(c->bytes, size, at, to, n); }
static int cells_write(cells *c, uint32_t size, uint32_t at, const uint8_t *from, uint32_t n) {
  if (block == 0 && at <= size && n <= size - at) { /* no flash: any byte can be written again */
    memset(c->used + at, 0, n);
    memset(c->bytes + at, 0xFF, n);
  }
  return flash_write(c->bytes, c->used, size, at, from, n);
}
static int cells_erase(cells *c, uint32_t at) {
  if (at % block != 0 || at >= AREA) abort();
  return flash_erase(c->bytes + at, c->used + at, 0, block);
}

static int read_patch(void *c, uint32_t at, uint8_t *to, uint32_t n) { (void)c; return flash_read(patch, patch_size, at, to, n); }
static int read_old(void *c, uint32_t at, uint8_t *to, uint32_t n) { (void)c; return cells_read(&image, old_size, at, to, n); }
static int read_a(void *c, uint32_t at, uint8_t *to, uint32_t n) { (void)c; return cells_read(&scratch_a, AREA, at, to, n); }
static int read_b(void *c, uint32_t at, uint8_t *to, uint32_t n) { (void)c; return cells_read(&scratch_b, AREA, at, to, n); }
static int read_place(void *c, uint32_t at, uint8_t *to, uint32_t n) { (void)c; return cells_read(place(), AREA, at, to, n); }
static int read_journal(void *c, uint32_t at, uint8_t *to, uint32_t n) { (void)c; return cells_read(&journal, JOURNAL, at, to, n); }
static int write_a(void *c, uint32_t at, const uint8_t *from, uint32_t n) { (void)c; return cells_write(&scratch_a, AREA, at, from, n); }
static int write_b(void *c, uint32_t at, const uint8_t *from, uint32_t n) { (void)c; return cells_write(&scratch_b, AREA, at, from, n); }
static int write_place(void *c, uint32_t at, const uint8_t *from, uint32_t n) { (void)c; return cells_write(place(), AREA, at, from, n); }
static int write_journal(void *c, uint32_t at, const uint8_t *from, uint32_t n) { (void)c; return cells_write(&journal, JOURNAL, at, from, n); }
static int erase_a(void *c, uint32_t at) { (void)c; return cells_erase(&scratch_a, at); }
static int erase_b(void *c, uint32_t at) { (void)c; return cells_erase(&scratch_b, at); }
static int erase_place(void *c, uint32_t at) { (void)c; return cells_erase(place(), at); }

static dfir_device device;

static void prepare(uint32_t cut_after) {
  const dfir_area a = {AREA, read_a, write_a, block == 0 ? NULL : erase_a}, b = {AREA, read_b, write_b, block == 0 ? NULL : erase_b};
  const dfir_area p = {AREA, read_place, write_place, block == 0 ? NULL : erase_place};
  memset(&device, 0, sizeof device);
  device.patch_size = patch_size;
  device.old_size = old_size;
  device.write_unit = unit;
  device.erase_block = block;
  device.read_patch = read_patch;
  device.read_old = read_old;
  device.expanded_old = a;
  device.expanded_new = b;
  device.place = p;
  device.journal_room = block == 0 ? 0 : JOURNAL;
  device.read_journal = read_journal;
  device.write_journal = write_journal;
  device.memory = memory;
  device.memory_words = sizeof memory / sizeof memory[0];
  operations = 0;
  cut_at = cut_after;
  power = 1;
}

static int poll_all(void) {
  static dfir_decoder decoder;
  int result;
  dfir_begin(&decoder, &device);
  do result = dfir_poll(&decoder);
  while (result == DFID_MORE);
  if (dfir_poll(&decoder) != result) abort();
  if (result == DFID_DONE && dfir_new_size(&decoder) != new_size) abort();
  return result;
}

static int update(uint32_t cut_after) {
  prepare(cut_after);
  return poll_all();
}

static void fresh(void) {
  cells *const all[] = {&image, &second, &scratch_a, &scratch_b, &journal};
  uint32_t i, k;
  for (i = 0; i < 5; i++) {
    memset(all[i]->bytes, i == 4 ? 0xFF : 0x55 + (int)i, AREA);
    memset(all[i]->used, i == 4 ? 0 : 1, AREA);
  }
  for (k = 0; k < JOURNAL; k++) journal.used[k] = 0;
  memcpy(image.bytes, old_image, old_size);
}

static int made(void) { return memcmp(place()->bytes, new_image, new_size) == 0; }

static uint8_t *load(const char *name, uint32_t *size) {
  FILE *file = fopen(name, "rb");
  uint8_t *bytes = (uint8_t *)malloc(AREA);
  if (file == NULL || bytes == NULL) exit(66);
  *size = (uint32_t)fread(bytes, 1, AREA, file);
  fclose(file);
  return bytes;
}

/* What the device cannot do is refused before anything is written. */
static int refusals(void) {
  uint32_t i;
  for (i = 0; i < 6; i++) {
    static const int codes[6] = {DFID_FLASH, DFID_FLASH, DFID_FLASH, DFID_OLD_SIZE, DFID_TOO_LITTLE_MEMORY, DFID_OLD_IMAGE};
    int result;
    fresh();
    prepare(0);
    if (i == 0) device.expanded_old.room = old_size / 2;
    if (i == 1) device.expanded_new.room = old_size / 2;
    if (i == 2) device.place.room = new_size - 1;
    if (i == 3) device.old_size = old_size + 1;
    if (i == 4) device.memory_words = 100;
    if (i == 5) image.bytes[old_size / 2] ^= 1;
    result = poll_all();
    if (result != codes[i] || operations != 0) {
      printf("refusal %u: code %d after %u operations instead of code %d\n", (unsigned)i, result, (unsigned)operations, codes[i]);
      return 0;
    }
  }
  return 1;
}

int main(int count, char **names) {
  uint32_t total, first, every, cuts = 0;
  int code;
  if (count != 8) return 64;
  old_image = load(names[1], &old_size);
  patch = load(names[2], &patch_size);
  new_image = load(names[3], &new_size);
  unit = (uint32_t)atoi(names[4]);
  block = (uint32_t)atoi(names[5]);
  in_place = atoi(names[6]);
  every = (uint32_t)atoi(names[7]);
  fresh();
  code = update(0);
  total = operations;
  printf("%d %u", code, (unsigned)total);
  if (code != DFID_DONE) return 1;
  if (!made()) return 2;
  if (!in_place && memcmp(image.bytes, old_image, old_size) != 0) return 3;
  if (block == 0) return 0;
  if (update(0) != DFID_DONE || operations != 0) return 4; /* an update that has ended writes nothing when it is asked for again */
  for (first = 1; every > 0 && first <= total; first += every) {
    fresh();
    if (update(first) != DFID_STORAGE) return 5;
    update(1 + some() % 200);
    code = update(0);
    cuts++;
    if (code != DFID_DONE || !made()) {
      printf(" cut at %u: code %d\n", (unsigned)first, code);
      return 6;
    }
  }
  if (every > 0 && !refusals()) return 7;
  printf(" %u\n", (unsigned)cuts);
  return 0;
}
