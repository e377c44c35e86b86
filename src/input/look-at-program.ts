/** What the first bytes of a program say: what it is, of which machine, and what starts it. */
import { readElf } from '../formats/elf/image.js';
import { machineName } from '../formats/elf/names.js';
import { fileKind, headLength } from '../formats/file-kind.js';
import { FormatError } from '../formats/format-error.js';
import type { Look } from '../model/look.js';
import { fromBytes } from '../model/path.js';

/** What a reader says is wrong; other errors are faults of ours. */
export function attempt(read: () => string | undefined): string | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof FormatError) return error.message;
    throw error;
  }
}

/** A look at a program; `undefined` where what tells it does not lie in the first bytes, which are all that is given of `size`. */
export function lookAtProgram(head: Uint8Array, size: number = head.length): Look | undefined {
  const kind = fileKind(head.subarray(0, headLength), size);
  const plain: Look = { kind, size };
  if (kind !== 'elf') return kind === 'script' ? { ...plain, interpreter: scriptInterpreter(head) } : plain;
  const look = lookAtElf(head, size);
  return look && { ...plain, ...look };
}

/** The same of an ELF file. */
export function lookAtElf(head: Uint8Array, size: number = head.length): Partial<Look> | undefined {
  let look: Partial<Look> = {};
  let isTold = true;
  const fault = attempt(() => {
    const image = readElf(head);
    const { segments, type } = image;
    const end = Math.max(0, ...segments.map((each) => (each.type === 1 ? each.offset + each.fileSize : 0)));
    const named = segments.find((each) => each.type === 3);
    const order = image.littleEndian ? '' : ', big-endian';
    look = { machine: `${machineName(image.machine)}${order}`, relocatable: type === 1 };
    if (head.length < size && segments.length === 0) isTold = false;
    if (end > size) return `it is cut off: ${size} of at least ${end} bytes`;
    if (named === undefined) return undefined;
    const nameEnd = named.offset + Math.min(named.fileSize, 4096);
    if (nameEnd > head.length && head.length < size) isTold = false;
    else look = { ...look, interpreter: image.view.text(named.offset, Math.min(named.fileSize, 4096)) };
    return undefined;
  });
  return isTold ? { ...look, fault } : undefined;
}

/** The word after `#!`, as the kernel takes it: up to a blank or the end of the line, a carriage return included. */
function scriptInterpreter(bytes: Uint8Array): string | undefined {
  return /^#![ \t]*([^ \t\n\0]+)/.exec(fromBytes(bytes.subarray(0, 256)))?.[1];
}
