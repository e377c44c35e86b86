import type { ByteSource } from '../../model/byte-source.js';
import type { Finding } from '../../model/finding.js';
import { detectGeometry, type Geometry } from './geometry.js';
import { firstInternalVolume } from './headers.js';
import { scanBlocks } from './scan.js';
import { type UbiVolume, volumeOf } from './volume.js';
import { readVolumeRows } from './volume-rows.js';
import { warning } from './warning.js';

export type { UbiVolume } from './volume.js';

/** An UBI image: how it is cut and what volumes it holds. */
export interface UbiImage {
  readonly geometry: Geometry;
  /** Physical erase blocks, the last one perhaps cut short. */
  readonly eraseBlocks: number;
  /** The number that all blocks of one image carry; 0 for none. */
  readonly imageSequence: number;
  readonly volumes: readonly UbiVolume[];
  /** Bad, missing and unusual things that were worked around. */
  readonly findings: readonly Finding[];
  close(): Promise<void>;
}

/**
 * Opens an UBI image, reading the headers of every erase block and the volume table, nothing else.
 *
 * Kept are, for each logical erase block, the block with the highest sequence number, or an older one when a newer
 * copy is not whole. Fastmap and other internal volumes are ignored: the scan tells all that they would.
 * Throws InputError when it is no UBI image at all. Closing the image closes the source.
 */
export async function readUbi(source: ByteSource): Promise<UbiImage> {
  const geometry = await detectGeometry(source);
  const { blocks, count, imageSequence, findings } = await scanBlocks(source, geometry);
  const rows = await readVolumeRows(source, geometry, blocks, findings);
  const volumes = rows.map((row) => volumeOf(source, geometry, row, blocks.get(row.id) ?? new Map(), findings));
  for (const id of blocks.keys()) {
    if (id < firstInternalVolume && !rows.some((row) => row.id === id)) {
      findings.push(
        warning(
          source,
          'ubi-volume-unknown',
          `blocks of volume ${id} are ignored: the volume table has no such volume`,
        ),
      );
    }
  }
  return { geometry, eraseBlocks: count, imageSequence, volumes, findings, close: () => source.close() };
}
