/**
 * Looks inside a file of both builds, by what its bytes are. Pure and bounded: a broken file, one that unpacks to too
 * much or one that is too large gives a note, never an error.
 *
 * Limits: files to 256 MiB; text to 8 MiB; gzip to 64 MiB, kernels to 128 MiB, RAM disks to 128 MiB unpacked;
 * 100,000 members of a container; containers inside containers are compared by digest, but for what a compressed one holds.
 */

import { isBootImage } from '../../formats/boot/header.js';
import { compressionAt } from '../../formats/compression/kind.js';
import { isElf } from '../../formats/elf/image.js';
import { FormatError } from '../../formats/format-error.js';
import { isMarkedElf, isModemName } from '../../formats/modem/image.js';
import type { Inner } from '../../model/inner.js';
import { largestComparedBytes } from '../../model/limits/audit.js';
import { compareBootImages } from './boot.js';
import { compareCompressed, compareContainers, compareGzip } from './container.js';
import { compareElf } from './elf.js';
import { compareFlash, isFlashImage } from './flash.js';
import { compareKernelModules } from './kernel-module.js';
import type { Look } from './member.js';
import { compareModemImages } from './modem.js';
import { compareText } from './text/compare.js';
import { isText } from './text/lines.js';

/**
 * What differs inside a file of both builds, flash images too, which are read by position and so have to be waited for.
 * `name` is its path, for telling what its bytes alone do not. At least one side is given.
 */
export async function compareContents(
  name: string,
  before: Uint8Array | undefined,
  after: Uint8Array | undefined,
): Promise<Inner> {
  const tooLarge = Math.max(before?.length ?? 0, after?.length ?? 0) > largestComparedBytes;
  const look: Look = (inner, old, now) => compareTo(0, inner, old, now);
  return (tooLarge ? undefined : await compareFlash(before, after, look)) ?? compareFile(name, before, after);
}

/** The same for all but flash images: what needs no waiting. */
export function compareFile(name: string, before: Uint8Array | undefined, after: Uint8Array | undefined): Inner {
  return compareTo(2, name, before, after);
}

/** `depth` counts the containers that may still be opened: a compressed container is two of them. */
function compareTo(depth: number, name: string, before: Uint8Array | undefined, after: Uint8Array | undefined): Inner {
  const size = Math.max(before?.length ?? 0, after?.length ?? 0);
  if (size > largestComparedBytes)
    return {
      kind: 'binary',
      summary: 'large file',
      notes: [`not looked into: it is larger than ${largestComparedBytes} bytes`],
    };
  try {
    return choose(depth, name, before, after);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return { kind: 'binary', summary: 'unreadable', notes: [`it cannot be looked into: ${error.message}`] };
  }
}

type Test = (bytes: Uint8Array) => boolean;

function choose(depth: number, name: string, before: Uint8Array | undefined, after: Uint8Array | undefined): Inner {
  const sides = [before, after].filter((side) => side !== undefined);
  const all = (test: Test): boolean => sides.every(test);
  // members of a container are looked into, but not opened again
  const look: Look = (inner, old, now) => compareTo(0, inner, old, now);
  const deeper: Look = (inner, old, now) => compareTo(depth - 1, inner, old, now);
  if (all(isBootImage)) return compareBootImages(before, after, look);
  if ((isModemName(name) && !all(isText)) || all(isMarkedElf)) return compareModemImages(before, after);
  if (all(isElf)) return compareKernelModules(before, after) ?? compareElf(before, after);
  if (depth > 0) {
    const packed =
      compareGzip(name, before, after, deeper) ??
      compareCompressed(name, before, after, deeper) ??
      compareContainers(before, after, look);
    if (packed !== undefined) return packed;
  }
  if (all(isText)) return compareText(name, before, after);
  return { kind: 'binary', summary: binarySummary(sides) };
}

function binarySummary(sides: readonly Uint8Array[]): string {
  const last = sides.at(-1);
  if (last !== undefined && isFlashImage(last)) return 'flash image inside a container, not opened';
  const compression = last === undefined ? undefined : compressionAt(last);
  return compression === undefined ? 'binary data' : `${compression} data`;
}
