import { openSquashfs } from '../../formats/squashfs/file-system.js';
import { readUbi } from '../../formats/ubi/image.js';
import { volumeSource } from '../../formats/ubi/volume-source.js';
import type { SquashfsNode } from '../../images/squashfs/make.js';
import { type ByteSource, memorySource } from '../../model/byte-source.js';
import { ProofError } from '../../model/errors.js';
import { readWhole } from '../../model/input-tree.js';
import { displayName } from '../../model/path.js';

/** Reads an image back and compares it with what it was made from. Throws ProofError where they differ in anything. */
export async function proveSquashfs(
  output: string,
  image: Uint8Array,
  volume: string | undefined,
  nodes: readonly SquashfsNode[],
): Promise<void> {
  const fail = (found: string): never => {
    throw new ProofError({
      code: 'squashfs-proof',
      place: { file: output },
      message: 'the image that was made does not read as its folder',
      found,
    });
  };
  const tree = await openSquashfs(await sourceOf(output, image, volume));
  const [finding] = tree.findings;
  if (finding !== undefined) fail(finding.message);
  const entries = new Map(tree.entries.map((entry) => [entry.path, entry]));
  if (entries.size !== nodes.length) fail(`${entries.size} entries instead of ${nodes.length}`);
  for (const node of nodes) {
    const entry = entries.get(node.path);
    if (entry?.kind !== node.kind) fail(`no ${node.kind} ${displayName(node.path)}`);
    if (node.kind === 'link' ? entry?.destination !== node.destination : entry?.mode !== node.mode)
      fail(`another link or mode of ${displayName(node.path)}`);
    if (node.kind === 'file' && Buffer.compare(await readWhole(tree, node.path), node.bytes) !== 0)
      fail(`another content of ${displayName(node.path)}`);
  }
}

async function sourceOf(name: string, image: Uint8Array, volume: string | undefined): Promise<ByteSource> {
  const source = memorySource(name, image);
  if (volume === undefined) return source;
  const found = (await readUbi(source)).volumes.find((one) => one.name === volume);
  return found === undefined ? memorySource(name, new Uint8Array()) : volumeSource(name, found);
}
