/* Runs updates on flashes that it is given, and gives them back. Input, for each: u32 each of old size, patch size, write unit, block,
 * room of the backup area, room of the journal, room for the new image, faults (flash.h), operation at which the power fails (0: never)
 * and seed; then the old image, the patch and the flash. Output, for each: u32 result, u32 operations, u32 number of records, for each
 * u32 step and u32 CRC-32 of the image's area before it is written, and the flash. All little endian; the flash is the six fields of `flash`. */
#define AREA (1u << 15)
#define JOURNAL 4096u
#include "flash.h"

#define RECORDS 512u
static uint32_t trace[2 * RECORDS], records;

static void note(const uint8_t *record) {
  if (records == RECORDS) return;
  memcpy(&trace[2 * records], record, 4);
  trace[2 * records + 1] = crc_of(now.image, AREA);
  records++;
}

static uint8_t *load(uint32_t size) {
  uint8_t *bytes = (uint8_t *)malloc(size + 1);
  if (bytes == NULL || fread(bytes, 1, size, stdin) != size) abort();
  return bytes;
}

static void put(const void *bytes, size_t length) {
  if (fwrite(bytes, 1, length, stdout) != length) abort();
}

int main(void) {
  uint32_t words[10];
  on_record = note;
  while (fread(words, 1, sizeof words, stdin) == sizeof words) {
    uint32_t answer[2];
    old_size = words[0];
    patch_size = words[1];
    unit = words[2];
    block = words[3];
    backup = words[4];
    faults = words[7];
    random_state = words[9];
    old_image = load(old_size);
    patch = load(patch_size);
    if (fread(&now, 1, sizeof now, stdin) != sizeof now) abort();
    records = 0;
    prepare(words[8]);
    device.journal_room = words[5];
    device.new_room = words[6];
    answer[0] = (uint32_t)poll_all();
    answer[1] = operations;
    put(answer, sizeof answer);
    put(&records, sizeof records);
    put(trace, 8 * records);
    put(&now, sizeof now);
    free(old_image);
    free(patch);
  }
  return 0;
}
