/* Updates, in place or into a second area, on an emulated NOR flash and cuts the power at every write and erase, then at a second and a third one.
 * Usage: cuts OLD PATCH NEW UNIT BLOCK BACKUP; BACKUP 0: two areas. Ends with 0 when each of these updates ended with the new image,
 * and what the device cannot do was refused.
 * The flash is that of flash.h. */
#include "flash.h"

static uint8_t *new_image;
static uint32_t new_size;

static int update(uint32_t cut_after) {
  prepare(cut_after);
  return poll_all();
}

/* Does the update end with `code`, and write nothing? */
static int refused(int code) {
  const int result = poll_all();
  if (result == code && operations == 0) return 1;
  printf("code %d after %u operations instead of code %d\n", result, (unsigned)operations, code);
  return 0;
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
