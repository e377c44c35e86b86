import { readUbi, type UbiImage, type UbiVolume } from '../../formats/ubi/volumes.js';
import type { Inner, InnerFact } from '../../model/inner.js';
import { differing, fact } from './fields.js';

/** Compares two UBI images by their volumes' names, types and sizes. One side may be missing. */
export function compareUbi(before: Uint8Array | undefined, after: Uint8Array | undefined): Inner {
  const old = before === undefined ? undefined : readUbi(before);
  const now = after === undefined ? undefined : readUbi(after);
  const names = [...new Set([...(old?.volumes ?? []), ...(now?.volumes ?? [])].map((volume) => volume.name))];
  const plain = (label: string, pick: (image: UbiImage) => string): InnerFact =>
    fact(label, old && pick(old), now && pick(now));
  const volume = (image: UbiImage | undefined, name: string): string | undefined => {
    const found = image?.volumes.find((each) => each.name === name);
    return found && showVolume(found);
  };
  return {
    kind: 'ubi',
    summary: `UBI image, ${(now ?? old)?.volumes.length ?? 0} volumes`,
    facts: differing([
      plain('erase block', (image) => `${image.eraseBlock} bytes`),
      plain('erase blocks', (image) => String(image.blocks)),
      plain('image sequence', (image) => image.imageSequence),
      ...names.map((name) => fact(`volume ${name}`, volume(old, name), volume(now, name))),
    ]),
  };
}

function showVolume(volume: UbiVolume): string {
  const grows = volume.autoResize ? ', grows to the end' : '';
  return `${volume.type}, ${volume.reserved} blocks reserved, ${volume.present} present${grows}`;
}
