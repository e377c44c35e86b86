/** What the operating system refuses, in words: the one table of its error codes, for reading, for writing, and in general. */
import type { Code } from '../model/codes.js';
import { type Fault, InputError, type Place } from '../model/errors.js';

/** A refusal in words. */
interface Words {
  /** Code of the fault. */
  readonly code: Code;
  readonly message: string;
  readonly remedy?: string | undefined;
}

interface SystemError {
  readonly code: Code;
  readonly message: string;
  readonly remedy: string;
  /** Where an input was read: other words than the general ones. */
  readonly reading?: Words | undefined;
  /** Where an output was written. */
  readonly writing?: Words | undefined;
}

const noFolder: Words = { code: 'output-folder', message: 'the folder of the output does not exist' };
const denied: Words = {
  code: 'output-denied',
  message: 'the output cannot be written here',
  remedy: "look at the owner and the mode of the output's folder, or write elsewhere",
};
const unreadable: Words = {
  code: 'input-unreadable',
  message: 'it may not be read',
  remedy: 'give yourself permission to read it',
};
const missing: Words = { code: 'input-missing', message: 'there is nothing at this path' };
const noSpace: Words = {
  code: 'disk-full',
  message: 'there is no space left for the output',
  remedy: 'make room, or write elsewhere; nothing was left under the final name',
};

const table: Readonly<Record<string, SystemError>> = {
  ENOENT: {
    code: 'system-enoent',
    message: 'no such file or folder',
    remedy: 'check the spelling of the path',
    reading: missing,
    writing: noFolder,
  },
  ENOTDIR: {
    code: 'system-enotdir',
    message: 'a part of the path is not a folder',
    remedy: 'check the path',
    reading: missing,
    writing: noFolder,
  },
  EISDIR: {
    code: 'system-eisdir',
    message: 'a folder stands where a file is needed',
    remedy: 'name a file',
    writing: { code: 'output-is-folder', message: 'the output is a folder', remedy: 'name a file in it' },
  },
  EACCES: {
    code: 'system-eacces',
    message: 'no permission',
    remedy: "look at the file's owner and mode",
    reading: unreadable,
    writing: denied,
  },
  EPERM: {
    code: 'system-eperm',
    message: 'not permitted',
    remedy: "look at the file's owner and mode",
    reading: unreadable,
    writing: denied,
  },
  EEXIST: { code: 'system-eexist', message: 'already exists', remedy: 'move it away, or name another path' },
  ENOTEMPTY: {
    code: 'system-enotempty',
    message: 'the folder is not empty',
    remedy: 'move it away, or name another path',
  },
  ENOSPC: {
    code: 'system-enospc',
    message: 'the disk is full',
    remedy: 'make room, or write elsewhere; nothing was left under the final name',
    writing: noSpace,
  },
  EDQUOT: {
    code: 'system-edquot',
    message: 'the disk quota is used up',
    remedy: 'make room; nothing was left under the final name',
    writing: noSpace,
  },
  EFBIG: {
    code: 'system-efbig',
    message: 'the file is too large for this file system',
    remedy: 'write elsewhere',
    writing: { ...noSpace, message: 'the output is too large for this file system', remedy: 'write elsewhere' },
  },
  EROFS: { code: 'system-erofs', message: 'the file system is read-only', remedy: 'write elsewhere', writing: denied },
  EIO: {
    code: 'system-eio',
    message: 'the disk reports a read or write error',
    remedy: 'check the disk and the kernel log',
  },
  EBUSY: { code: 'system-ebusy', message: 'another program uses it', remedy: 'close that program, and try again' },
  EXDEV: { code: 'system-exdev', message: 'it lies on another file system', remedy: 'name another path' },
  EMFILE: { code: 'system-emfile', message: 'too many open files', remedy: 'raise the limit: ulimit -n 4096' },
  ENFILE: {
    code: 'system-enfile',
    message: 'too many open files on this machine',
    remedy: 'close other programs, and try again',
  },
  ENOMEM: {
    code: 'system-enomem',
    message: 'there is not enough memory',
    remedy: 'close other programs, or raise the limit (ulimit -v)',
  },
  ELOOP: { code: 'system-eloop', message: 'symbolic links go in a circle', remedy: 'check the path' },
  ENAMETOOLONG: {
    code: 'system-enametoolong',
    message: 'the name is too long for this file system',
    remedy: 'use a shorter path',
  },
  EILSEQ: { code: 'system-eilseq', message: 'the file system does not take this name', remedy: 'use a name in UTF-8' },
  EINVAL: {
    code: 'system-einval',
    message: 'the file system does not take this name or this step',
    remedy: 'name another path',
  },
  ENXIO: {
    code: 'system-enxio',
    message: 'nobody is at the other end of this device or socket',
    remedy: 'name a file',
  },
  ENODEV: { code: 'system-enodev', message: 'there is no such device', remedy: 'name a file' },
  ESTALE: {
    code: 'system-estale',
    message: 'the network file system lost the file',
    remedy: 'mount it again, and try again',
  },
  EPIPE: { code: 'system-epipe', message: 'the reader of the output has gone', remedy: 'let it read to the end' },
};

/** The code of an operating system's refusal (`ENOENT`), or `undefined` for any other error. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && 'syscall' in error
    ? error.code
    : undefined;
}

/** Turns the operating system's refusal to read something into an InputError; passes everything else through. */
export function asInputError(error: unknown, file: string, entry?: string): unknown {
  const code = systemCode(error);
  if (code === undefined || !(error instanceof Error)) return error;
  const place: Place = entry === undefined ? { file } : { file, entry };
  const known = table[code];
  const words: Words = known?.reading ?? {
    code: 'input-unreadable',
    message: known === undefined ? 'it cannot be read' : `it cannot be read: ${known.message}`,
    remedy: known?.remedy,
  };
  const found = words === missing ? {} : { found: error.message };
  return new InputError({ ...words, place, ...found }, { cause: error });
}

/** Turns the operating system's refusal to write an output into an InputError; passes everything else through. */
export function asOutputError(error: unknown, output: string): unknown {
  const code = systemCode(error);
  if (code === undefined || !(error instanceof Error)) return error;
  const known = table[code];
  const words: Words = known?.writing ?? {
    code: 'output-unwritable',
    message: known === undefined ? 'the output cannot be written' : `the output cannot be written: ${known.message}`,
    remedy: known?.remedy,
  };
  return new InputError({ ...words, place: { file: output }, found: error.message }, { cause: error });
}

/** Codes and words with which Node and V8 tell that memory is refused: to a thread, to a buffer, to WebAssembly. */
const memoryCodes: ReadonlySet<string> = new Set([
  'ERR_WORKER_OUT_OF_MEMORY',
  'ERR_WORKER_INIT_FAILED',
  'ERR_MEMORY_ALLOCATION_FAILED',
]);
const memoryWords = /could not allocate memory|allocation failed|out of memory/i;

/** Node 20 and 22 reserve some 10 GB of addresses for each memory unless told; later ones do without where they cannot. */
const webAssemblyRemedy =
  'set NODE_OPTIONS=--disable-wasm-trap-handler, or use Node 24 or later, where addresses are limited (ulimit -v 8000000 is enough then); else close other programs, or use fewer threads where there is --jobs';

/** The refusal of memory that an error is, or comes from: a thread's error is told by another. */
function memoryRefusal(error: unknown): Error | undefined {
  let cause = error;
  for (let depth = 0; depth < 4 && cause instanceof Error; depth += 1) {
    if (wantsMemory(cause)) return cause;
    cause = cause.cause;
  }
  return undefined;
}

function wantsMemory(error: Error): boolean {
  if ('code' in error && typeof error.code === 'string' && memoryCodes.has(error.code)) return true;
  return error instanceof RangeError && memoryWords.test(error.message);
}

/** A refusal that nobody turned into an InputError, in general words; `undefined` for what is no refusal of the system. */
export function systemFault(error: unknown): Fault | undefined {
  const refused = memoryRefusal(error);
  if (refused !== undefined) {
    return {
      code: 'system-enomem',
      message: 'there is not enough memory',
      found: refused.message,
      remedy: refused.message.startsWith('WebAssembly')
        ? webAssemblyRemedy
        : 'raise the limit (ulimit -v, of a container), close other programs, or use fewer threads where there is --jobs',
    };
  }
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined;
  const known: Words | undefined =
    table[error.code] ?? ('syscall' in error ? { code: 'system-error', message: 'the system refuses it' } : undefined);
  if (known === undefined) return undefined;
  const path = 'path' in error && typeof error.path === 'string' ? error.path : undefined;
  return {
    code: known.code,
    message: known.message,
    remedy: known.remedy,
    place: path === undefined ? undefined : { file: path },
    found: path === undefined || known.code === 'system-error' ? error.message : undefined,
  };
}
