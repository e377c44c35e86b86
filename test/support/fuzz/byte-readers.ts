/** The readers of bytes in memory, for the fuzz. */
import { applyPatch } from '../../../src/applypatch/apply.js';
import { PatchFormatError } from '../../../src/applypatch/fault.js';
import { summarisePatch } from '../../../src/applypatch/patch-summary.js';
import { compareContents } from '../../../src/audit/compare/compare-file.js';
import { readBootImage } from '../../../src/formats/boot/header.js';
import { readKernel } from '../../../src/formats/boot/kernel.js';
import { unpack } from '../../../src/formats/compression/unpack.js';
import { readCpio } from '../../../src/formats/container/cpio.js';
import { readTar } from '../../../src/formats/container/tar.js';
import { readZip } from '../../../src/formats/container/zip.js';
import { readFacts } from '../../../src/formats/elf/facts.js';
import { FormatError } from '../../../src/formats/format-error.js';
import { readModInfo } from '../../../src/formats/kernel-module/modinfo.js';
import { readLittlefs } from '../../../src/formats/littlefs/read.js';
import { readModemImage } from '../../../src/formats/modem/image.js';
import { versionStrings } from '../../../src/formats/modem/versions.js';
import { memorySource } from '../../../src/model/byte-source.js';
import { InputError } from '../../../src/model/errors.js';
import { readLayout } from '../../../src/signing/package-layout.js';
import { readers } from '../readers.js';
import { mendLittlefs, mendUbi, mendUbifs } from './checksums.js';
import type { FuzzReader } from './reader.js';
import {
  forgedPatch,
  kept,
  patchSource,
  smallBoot,
  smallLittlefs,
  smallMbn,
  smallModem,
  smallPatches,
  smallSquashfs,
  smallZips,
} from './samples.js';

/** More than any sample unpacks to, so that a bomb runs into it soon. Bytes. */
const unpackedLimit = 4 << 20;

function compressed(name: string): FuzzReader {
  return { read: (bytes) => unpack(bytes, unpackedLimit), throws: [FormatError], samples: () => [kept(name)] };
}

const patchLimits = { maxTargetSize: 4 << 20, maxExpandedSize: 4 << 20 } as const;

const patch: FuzzReader = {
  read: (bytes) => applyPatch(bytes, patchSource, patchLimits),
  throws: [PatchFormatError],
  samples: () => [],
};

/** Readers of bytes by name. */
export const byteReaders = {
  gzip: compressed('plain.gzip'),
  xz: compressed('plain.xz'),
  lzma: compressed('plain.lzma'),
  lz4: compressed('plain.lz4'),
  'lz4-legacy': compressed('plain.lz4-legacy'),
  lzo: compressed('plain.lzo'),
  zstd: compressed('plain.zst'),
  bzip2: compressed('plain.bz2'),
  tar: {
    read: (bytes) => readTar(bytes),
    throws: [FormatError],
    samples: () => [kept('posix.tar'), kept('gnu.tar')],
    words: ['ustar\x0000', 'ustar  \0', '././@LongLink', ' path=', '11 path=ab\n', '7777777', '\x80\0\0\0\0\0\0\0'],
  },
  cpio: {
    read: (bytes) => readCpio(bytes),
    throws: [FormatError],
    samples: () => [kept('tree.cpio')],
    words: ['070701', '070702', 'TRAILER!!!\0', 'FFFFFFFF', '00000000'],
  },
  'zip-member': {
    read: (bytes) => readZip(bytes),
    throws: [FormatError],
    samples: smallZips,
    words: ['PK\x01\x02', 'PK\x03\x04', 'PK\x05\x06', 'PK\x06\x06', 'PK\x06\x07'],
  },
  'package-layout': {
    read: (bytes) => readLayout(memorySource('input', bytes)),
    throws: [InputError],
    samples: smallZips,
    words: ['PK\x01\x02', 'PK\x03\x04', 'PK\x05\x06', 'PK\x06\x06', 'PK\x06\x07'],
  },
  elf: {
    read: (bytes) => readFacts(bytes),
    throws: [FormatError],
    samples: () => [kept('library.so'), kept('module.ko')],
  },
  'kernel-module': {
    read: (bytes) => readModInfo(bytes),
    throws: [FormatError],
    samples: () => [kept('module.ko')],
    words: ['vermagic=', '=', '\0'],
  },
  boot: {
    read: (bytes) => {
      for (const part of readBootImage(bytes).parts) if (part.name === 'kernel') readKernel(part.bytes);
    },
    throws: [FormatError],
    samples: () => [0, 1, 2, 3, 4].map(smallBoot),
    words: ['ANDROID!', 'Linux version ', '\x1f\x8b\x08', 'QCDT'],
  },
  modem: {
    read: (bytes) => {
      readModemImage(bytes);
      versionStrings(bytes);
    },
    throws: [FormatError],
    samples: () => [smallModem(), smallMbn()],
    words: ['QC_IMAGE_VERSION_STRING=', 'OEM_IMAGE_VERSION_STRING=', '\x30\x82\x01\x00'],
  },
  ubi: {
    read: readers.ubi,
    throws: [],
    samples: () => [kept('flash.ubi')],
    words: ['UBI#', 'UBI!', 'rootfs'],
    mend: mendUbi,
  },
  ubifs: {
    read: readers['ubifs-15360'],
    throws: [],
    samples: () => [kept('root.ubifs')],
    words: ['\x31\x18\x10\x06'],
    mend: mendUbifs,
  },
  littlefs: {
    read: (bytes) => {
      const { entries, content } = readLittlefs(bytes);
      for (const { path, kind } of entries) {
        try {
          if (kind === 'file') content(path);
        } catch (error) {
          if (!(error instanceof FormatError)) throw error;
        }
      }
    },
    throws: [FormatError],
    samples: smallLittlefs,
    words: ['littlefs', '\x11\x08\0\x01', '\x22\x08\0\x01', '\xff\xff\xff\xff'],
    mend: mendLittlefs,
  },
  squashfs: {
    read: readers.squashfs,
    throws: [],
    samples: smallSquashfs,
    words: ['hsqs', '\xff\xff\xff\xff\xff\xff\xff\xff', '\x01\0\xed\x01', '\x02\0\xa4\x01'],
  },
  bsdiff40: {
    ...patch,
    samples: () => smallPatches().slice(0, 1),
    words: ['BSDIFF40', 'BZh91AY&SY', '\x17\x72\x45\x38\x50\x90'],
    make: forgedPatch,
  },
  imgdiff2: { ...patch, samples: () => smallPatches().slice(1), words: ['IMGDIFF2', 'BSDIFF40', '\x02\0\0\0'] },
  'patch-summary': {
    read: (bytes) => summarisePatch(bytes),
    throws: [PatchFormatError],
    samples: smallPatches,
    words: ['IMGDIFF2', 'BSDIFF40'],
  },
  /** As an audit looks at a file, by its magic: it has words for everything, and throws nothing. */
  compare: {
    read: async (bytes) => {
      await compareContents('SYSTEM/a.mbn', bytes, bytes);
      await compareContents('SYSTEM/a', undefined, bytes);
    },
    throws: [],
    samples: () => [
      kept('posix.tar'),
      kept('library.so'),
      kept('plain.xz'),
      kept('tree.cpio'),
      smallBoot(2),
      smallModem(),
    ],
    words: ['hsqs', '\x85\x19', 'sqsh', 'UBI#', 'PK\x03\x04', '\x7fELF', 'ANDROID!', '-----BEGIN CERTIFICATE-----\n'],
  },
} as const satisfies Readonly<Record<string, FuzzReader>>;
