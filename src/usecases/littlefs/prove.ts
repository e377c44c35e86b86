import { readLittlefs } from '../../formats/littlefs/read.js';
import type { LittlefsNode } from '../../images/littlefs/make.js';
import { ProofError } from '../../model/errors.js';
import { displayName } from '../../model/path.js';

/** Reads an image back and compares it with what it was made from. Throws ProofError where they differ in anything. */
export function proveLittlefs(output: string, image: Uint8Array, nodes: readonly LittlefsNode[]): void {
  const fail = (found: string): never => {
    throw new ProofError({
      code: 'littlefs-proof',
      place: { file: output },
      message: 'the image that was made does not read as its folder',
      found,
    });
  };
  const read = readLittlefs(image);
  const [problem] = read.problems;
  if (problem !== undefined) fail(problem.message);
  const entries = new Map(read.entries.map((entry) => [entry.path, entry]));
  if (entries.size !== nodes.length) fail(`${entries.size} files and folders instead of ${nodes.length}`);
  for (const node of nodes) {
    if (entries.get(node.path)?.kind !== node.kind) fail(`no ${node.kind} ${displayName(node.path)}`);
    if (node.kind === 'file' && Buffer.compare(read.content(node.path), node.bytes) !== 0)
      fail(`another content of ${displayName(node.path)}`);
  }
}
