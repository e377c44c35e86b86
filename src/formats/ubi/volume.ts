/** A volume of an UBI image, and its content. */
import type { ByteSource } from '../../model/byte-source.js';
import { InputError } from '../../model/errors.js';
import type { Finding } from '../../model/finding.js';
import { displayName } from '../../model/path.js';
import { flashCrc } from './crc.js';
import type { Geometry } from './geometry.js';
import type { VolumeRow } from './headers.js';
import { highest } from './highest.js';
import type { Mapped } from './scan.js';
import { warning } from './warning.js';

/** A volume of an UBI image. Sizes are bytes. */
export interface UbiVolume {
  readonly id: number;
  readonly name: string;
  readonly kind: 'dynamic' | 'static';
  /** Blocks that the volume may use, mapped or not. */
  readonly reservedBlocks: number;
  /** It grows to the end of the flash when it is attached first. */
  readonly autoResize: boolean;
  /** Logical blocks that the image holds, ascending. */
  readonly mapped: readonly number[];
  /** Bytes of a block that the volume may use. */
  readonly blockSize: number;
  /** Bytes of the content of a static volume; of all reserved blocks for a dynamic one. */
  readonly size: number;
  /** One logical erase block, 0xFF where nothing is mapped; `undefined` when it is not mapped at all. */
  readBlock(lnum: number): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** The content in order, a block at a time; unmapped blocks of a dynamic volume come as 0xFF. Checks the CRCs of a static one. */
  blocks(): AsyncIterable<Uint8Array<ArrayBuffer>>;
}

/** The volume of a row and its blocks; what is wrong with it is added to the findings. */
export function volumeOf(
  source: ByteSource,
  geometry: Geometry,
  row: VolumeRow,
  mapped: ReadonlyMap<number, Mapped>,
  findings: Finding[],
): UbiVolume {
  const blockSize = geometry.logicalBlock - Math.min(row.dataPad, geometry.logicalBlock);
  const label = `volume ${displayName(row.name)}`;
  if (row.updating) {
    findings.push(
      warning(
        source,
        'ubi-volume-updating',
        `an update of ${label} was begun and not finished: its content may be mixed`,
      ),
    );
  }
  const staticBlocks = row.kind === 'static' ? (mapped.values().next().value?.header.usedBlocks ?? 0) : 0;
  if (row.kind === 'static' && mapped.size < staticBlocks) {
    findings.push({
      ...warning(
        source,
        'ubi-volume-incomplete',
        `${staticBlocks - mapped.size} of ${staticBlocks} blocks of the static ${label} are missing`,
      ),
      severity: 'error',
    });
  }
  let size = blockSize * row.reservedBlocks;
  if (row.kind === 'static') {
    size = 0;
    for (const { header } of mapped.values()) size += Math.min(header.dataSize, blockSize);
  }

  const readBlock = async (lnum: number): Promise<Uint8Array<ArrayBuffer> | undefined> => {
    const at = mapped.get(lnum);
    if (at === undefined) return undefined;
    const bytes = await source.read(at.position + geometry.dataOffset, blockSize);
    if (bytes.length === blockSize) return bytes;
    const whole = new Uint8Array(blockSize).fill(0xff);
    whole.set(bytes);
    return whole;
  };

  async function* blocks(): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    if (row.kind === 'dynamic') {
      // Past the last mapped block a dynamic volume is erased flash: not content.
      const last = highest(mapped.keys());
      if (last > 16 * mapped.size + 1024) {
        throw new InputError({
          code: 'ubi-volume-gaps',
          place: { file: source.name, entry: displayName(row.name) },
          message: `${label} is mostly holes: ${mapped.size} blocks are mapped, the last one is number ${last}`,
        });
      }
      for (let lnum = 0; lnum <= last; lnum += 1) {
        yield (await readBlock(lnum)) ?? new Uint8Array(blockSize).fill(0xff);
      }
      return;
    }
    for (let lnum = 0; lnum < staticBlocks; lnum += 1) {
      const at = mapped.get(lnum);
      const bytes = at && (await readBlock(lnum))?.slice(0, at.header.dataSize);
      if (at === undefined || bytes === undefined || flashCrc(bytes) !== at.header.dataCrc) {
        throw new InputError({
          code: bytes === undefined ? 'ubi-block-missing' : 'ubi-data-crc',
          place: { file: source.name, entry: displayName(row.name) },
          message: `block ${lnum} of the static ${label} ${bytes === undefined ? 'is missing' : 'does not have the CRC that its header states'}`,
          remedy: 'make the image again, or copy it again from where it came',
        });
      }
      yield bytes;
    }
  }

  return {
    id: row.id,
    name: row.name,
    kind: row.kind,
    reservedBlocks: row.reservedBlocks,
    autoResize: row.autoResize,
    mapped: [...mapped.keys()].filter((lnum) => lnum < row.reservedBlocks).sort((a, b) => a - b),
    blockSize,
    size,
    readBlock,
    blocks,
  };
}
