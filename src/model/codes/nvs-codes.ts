import type { CodeTexts } from './code-text.js';

/** What is wrong with an NVS partition or with the table that it is made from. */
export const nvsCodes = {
  'nvs-table': {
    meaning: 'the table of an NVS partition is not a CSV file in UTF-8, or too large',
    remedy: 'save it as CSV (UTF-8) with commas; quote values that contain commas, quotes or line ends',
  },
  'nvs-header': {
    meaning: 'the first row of the table does not name its columns',
    remedy: 'begin the table with the row key,type,encoding,value',
  },
  'nvs-row': {
    meaning: 'a row of the table has too few or too many columns',
    remedy: 'write key,type,encoding,value, and put quotes around a value that contains a comma',
  },
  'nvs-type': { meaning: 'the type of a row is not known', remedy: 'write namespace, data or file' },
  'nvs-encoding': {
    meaning: 'the encoding of a row is not known',
    remedy: 'write u8, i8, u16, i16, u32, i32, u64, i64, string, hex2bin, base64 or binary',
  },
  'nvs-key': {
    meaning: 'a key or the name of a namespace is empty or longer than 15 bytes',
    remedy: 'give it a name of 1 to 15 bytes',
  },
  'nvs-namespace': {
    meaning: 'a key stands before the first namespace, or there are too many namespaces',
    remedy: 'put a row of type namespace before the first key',
  },
  'nvs-twice': {
    meaning: 'a key is given twice in its namespace',
    remedy: 'delete one of the two rows',
  },
  'nvs-value': {
    meaning: 'a value is not what its encoding says',
    remedy: 'correct the value or its encoding',
  },
  'nvs-range': {
    meaning: 'a number does not fit its encoding, or a text or a blob is longer than the device takes',
    remedy: 'take a larger encoding, or a shorter value',
  },
  'nvs-file': {
    meaning: 'a file that the table names cannot be read',
    remedy: 'check the path: it is relative to the folder of the table',
  },
  'nvs-size': {
    meaning: 'the size of the partition is not possible',
    remedy: 'give a multiple of 4096 bytes, from 0x1000 on; a partition that the device writes to needs 0x3000 or more',
  },
  'nvs-too-small': {
    meaning: 'the table does not fit the partition',
    remedy: 'make the partition as large as the message says',
  },
  'nvs-proof': {
    meaning: 'the partition that was made does not read as its table',
    remedy: 'report it: it is a fault of this program',
  },
  'nvs-mass-config': {
    meaning: 'the configuration of a batch of NVS partitions is not what it must be',
    remedy: 'write rows name,namespace and key,type,encoding, with REPEAT or UNIQUE behind where it is meant',
  },
  'nvs-mass-column': {
    meaning: 'the columns of the values of a batch are not the keys of its configuration',
    remedy: 'give every key a column of its name, and no other column',
  },
  'nvs-mass-values': {
    meaning: 'a value of a batch is missing, or cannot name a file',
    remedy: 'write the value; two quotes for an empty one',
  },
  'nvs-mass-same': {
    meaning: 'two devices of a batch have a value that only one may have',
    remedy: 'correct one of the two rows',
  },
  'nvs-key-file': {
    meaning: 'a file is no keys of an NVS partition, or new keys would replace it',
    remedy: 'give the partition of keys (64 bytes and their check sum), or the 32 bytes of an HMAC key',
  },
  'nvs-key-wrong': {
    meaning: 'the keys are not those that the partition was encrypted with, or it is not encrypted',
    remedy: 'give the keys that it was encrypted with, or none',
  },
  'nvs-no-image': {
    meaning: 'the file is no NVS partition',
    remedy: 'give the image of an NVS partition, as dfota nvs make or the device has written it',
  },
  'nvs-image-cut': {
    meaning: 'the NVS partition ends within a page',
    remedy: 'read it from the device again: it is cut short',
  },
  'nvs-page': {
    meaning: 'the header of a page is damaged: the device drops the page',
    remedy: 'make the partition again, or read it from the device again',
  },
  'nvs-sequence': {
    meaning: 'two pages have the same sequence number',
    remedy: 'make the partition again',
  },
  'nvs-bitmap': {
    meaning: 'the bitmap of a page and its entries do not agree',
    remedy: 'make the partition again, or read it from the device again',
  },
  'nvs-entry': {
    meaning: 'an entry is damaged: its check sum, type, length or name is wrong',
    remedy:
      'make the partition again; where all entries are damaged, the partition may be encrypted: give its keys with --key-file',
  },
  'nvs-data': {
    meaning: 'the bytes of a string or a blob are damaged: their check sum differs',
    remedy: 'make the partition again, or read it from the device again',
  },
  'nvs-chunks': {
    meaning: 'a blob is not complete: chunks are missing, left over, or do not add up',
    remedy: 'make the partition again; a device that lost power while it wrote drops such a blob',
  },
  'nvs-duplicate': {
    meaning: 'a key is valid twice in its namespace: which value the device takes is not defined',
    remedy: 'make the partition again from a table with each key once',
  },
  'nvs-no-namespace': {
    meaning: 'an entry belongs to a namespace that has no name, so that no program can reach it',
    remedy: 'make the partition again',
  },
} as const satisfies CodeTexts;
