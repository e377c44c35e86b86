/** Likely causes and what to look at, for each kind of event that stops an update. */
import type { Explanation, LogEventKind, LogOutcome } from '../model/explanation.js';
import { fotaCode, statusWords } from './codes.js';

/** Likely causes, and what to look at or do. */
export type Advice = Pick<Explanation, 'causes' | 'look'>;

const advice: Readonly<Partial<Record<LogEventKind, Advice>>> = {
  'patch-failed': {
    causes: [
      'the file was damaged between the check and the patch',
      'the patch in the package is damaged',
      'there was not enough memory or space',
    ],
    look: [
      'unzip -tq update.zip',
      'dfota verify update.zip --source v1.zip --target v2.zip',
      'df /system and free on the module',
    ],
  },
  'mount-failed': {
    causes: [
      'the partition table of the source’s recovery.fstab is not the one of the module',
      'the system partition is damaged',
    ],
    look: [
      'RECOVERY/recovery.fstab of the source against /etc/recovery.fstab in the recovery',
      'dmesg for ubi and ubifs errors',
    ],
  },
  'write-failed': {
    causes: [
      'the file system is full or read-only',
      'a directory on the way does not exist, or a file stands where a directory must be',
    ],
    look: ['df /system on the module', 'the path on the module: ls -ld of it and of the directories above'],
  },
  'partition-failed': {
    causes: ['the partition does not exist under this name', 'the image is larger than the partition', 'bad blocks'],
    look: [
      'cat /proc/mtd on the module',
      'quectel_multifota_filelist.txt for the names of the partitions',
      'dmesg for nand and mtd errors',
    ],
  },
  'permission-failed': {
    causes: [
      'the file is not there: a patch or an extraction before it failed without being noticed',
      'the update-binary does not know set_metadata',
    ],
    look: ['the lines of the log before this one', 'dfota generate --permissions set_perm'],
  },
  'link-failed': {
    causes: ['a directory stands where the link must be'],
    look: [
      'ls -ld of the path on the module',
      'a package of dfota removes such directories first: make it again with dfota',
    ],
  },
  'entry-missing': {
    causes: ['the package was changed after it was made'],
    look: ['dfota inspect update.zip', 'make the package again'],
  },
  'io-error': {
    causes: ['the flash is worn or its file system damaged', 'the file system is mounted read-only'],
    look: ['dmesg for nand, ubi and ubifs errors', 'flash the module completely'],
  },
  signature: {
    causes: ['this recovery wants signed packages, and the package is not signed or by another key'],
    look: ['whether the recovery was built to verify signatures'],
  },
  'wrong-build': {
    causes: [
      'the package was made from another build than the one that runs on the device',
      'the device was updated or flashed since, or is another model',
    ],
    look: [
      'the build on the device: AT+QGMR, and /etc/quectel-project-version; dfota inspect update.zip shows what the package starts from',
      'make the package again with the build that runs on the device as source',
    ],
  },
  'package-unreadable': {
    causes: [
      'the package is not where the recovery looks for it, or was deleted, moved or cut off',
      'a list of blocks (block.map) is used, and the file was written anew after the list was made',
      'the package was damaged or is no zip',
    ],
    look: [
      'the path in the line «Update location», and ls -l of it on the module',
      'md5sum of the package on the module and of the file that was made; unzip -tq update.zip',
      'copy the package to the module again and start the update again',
    ],
  },
  'no-copy': {
    causes: ['the file was changed, and no earlier run of this package left a copy of it in /cache'],
    look: ['the lines of the log before this one: they name the file'],
  },
  'command-refused': {
    causes: statusWords.ERROR?.causes ?? [],
    look: statusWords.ERROR?.look ?? [],
  },
};

/** A partition that is not as the package expects it. */
const partitionAdvice: Advice = {
  causes: [
    'another image is in the partition than in the source build: flashed alone, or of another build',
    'an earlier update wrote this partition and was then replaced by another package',
    'the partition was read with faults: bad blocks, worn flash',
  ],
  look: [
    'the build on the module: AT+QGMR, and /etc/quectel-project-version',
    'on the module: cat /proc/mtd, then the SHA-1 of as many bytes of the partition as the statement names, against the hashes behind them',
    'make the package again with the build that runs on the module, or with --boot-update whole, which does not look at the old image',
    'dmesg for nand and ecc errors',
  ],
};

/** The advice for a kind of event; for `content-mismatch` that of its code. */
export function adviceFor(kind: LogEventKind, about?: string): Advice | undefined {
  if (kind === 'content-mismatch') return about !== undefined && isPartition(about) ? partitionAdvice : fotaCode('510');
  if (kind === 'no-space') return fotaCode('511');
  if (kind === 'program-failed') return fotaCode('502');
  return advice[kind];
}

/** Whether a name is that of a partition: `MTD:boot`, `boot`, a block device. */
function isPartition(name: string): boolean {
  return /^(?:MTD|EMMC):|^\w+$|^\/dev\//.test(name);
}

/** What is said of a log without a failure. */
export function plainExplanation(outcome: LogOutcome): Explanation {
  switch (outcome) {
    case 'succeeded':
      return {
        subject: 'log',
        meaning: 'the update succeeded',
        causes: [],
        look: ['compare /etc/quectel-project-version on the module with the target build'],
      };
    case 'no-update':
      return {
        subject: 'log',
        meaning: 'nothing in this text is of an update',
        causes: ['it is another log, or one of a recovery that writes other words'],
        look: [
          '/cache/recovery/last_log or /tmp/recovery.log of the recovery; on the module /usrdata/cache/recovery/last_log',
        ],
      };
    default:
      return {
        subject: 'log',
        meaning: 'the log ends without a result: the update was cut off, or the log was',
        causes: [
          'power cut or restart during the update: the package starts again by itself',
          'the log was copied too early',
        ],
        look: ['whether the module starts the update again', 'a newer last_log'],
      };
  }
}
