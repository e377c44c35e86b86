import type { ByteSource } from '../../model/byte-source.js';
import type { Code } from '../../model/codes.js';
import { InputError } from '../../model/errors.js';
import type { Finding } from '../../model/finding.js';
import { displayName } from '../../model/path.js';
import { flashCrc, isErased } from './crc.js';
import { detectGeometry, type Geometry } from './geometry.js';
import {
  type EraseCounterHeader,
  firstInternalVolume,
  headerSize,
  layoutVolume,
  parseEraseCounter,
  parseVolumeHeader,
  parseVolumeTable,
  type VolumeHeader,
  type VolumeRow,
} from './headers.js';

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

interface Mapped {
  readonly position: number;
  readonly header: VolumeHeader;
}

type BlockMap = Map<number, Map<number, Mapped>>;

interface Scan {
  readonly blocks: BlockMap;
  readonly count: number;
  readonly imageSequence: number;
  readonly findings: Finding[];
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
  const rows = await readTable(source, geometry, blocks, findings);
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

function warning(source: ByteSource, code: Code, message: string, remedy?: string): Finding {
  return { severity: 'warning', code, place: { file: source.name }, message, remedy };
}

async function scanBlocks(source: ByteSource, geometry: Geometry): Promise<Scan> {
  const blocks: BlockMap = new Map();
  const findings: Finding[] = [];
  const damaged = new Set<number>();
  const foreign: number[] = [];
  let imageSequence = 0;
  const count = Math.ceil(source.size / geometry.eraseBlock);
  for (let index = 0; index < count; index += 1) {
    const position = index * geometry.eraseBlock;
    const head = await source.read(position, geometry.vidOffset + headerSize);
    const counter = parseEraseCounter(head.subarray(0, headerSize));
    const header = parseVolumeHeader(head.subarray(geometry.vidOffset, geometry.vidOffset + headerSize));
    if (typeof counter !== 'string' && !agrees(counter, geometry)) damaged.add(index);
    else if (typeof counter !== 'string' && counter.imageSequence !== 0) {
      if (imageSequence === 0) imageSequence = counter.imageSequence;
      if (counter.imageSequence !== imageSequence) {
        foreign.push(index);
        continue;
      }
    } else if (typeof counter === 'string' && counter !== 'erased') damaged.add(index);
    if (typeof header === 'string') {
      // A block with an erase counter alone is free; one without anything is bad, or padding at the end.
      if (header !== 'erased') damaged.add(index);
      continue;
    }
    await keepNewest(source, geometry, blocks, { position, header }, findings);
  }
  const rest = source.size % geometry.eraseBlock;
  if (rest !== 0) findings.push(await describeRest(source, rest));
  if (damaged.size > 0) {
    findings.push(
      warning(
        source,
        'ubi-damaged-blocks',
        `${damaged.size} of ${count} erase blocks have a damaged header and are read as far as they can be: ${listed([...damaged])}`,
        'make the image again, or copy it again from where it came',
      ),
    );
  }
  if (foreign.length > 0) {
    findings.push(
      warning(
        source,
        'ubi-foreign-blocks',
        `${foreign.length} erase blocks carry another image sequence number and are ignored: ${listed(foreign)}`,
        'the file seems to hold (parts of) two images: make it again',
      ),
    );
  }
  return { blocks, count, imageSequence, findings };
}

function agrees(counter: EraseCounterHeader, geometry: Geometry): boolean {
  return counter.vidOffset === geometry.vidOffset && counter.dataOffset === geometry.dataOffset;
}

function listed(indexes: readonly number[]): string {
  const shown = indexes.slice(0, 8).join(', ');
  return indexes.length > 8 ? `${shown}, …` : shown;
}

async function describeRest(source: ByteSource, rest: number): Promise<Finding> {
  const tail = await source.read(source.size - rest, rest);
  if (isErased(tail))
    return {
      ...warning(source, 'ubi-padding', `${rest} bytes of padding at the end are ignored`),
      severity: 'information',
    };
  return warning(
    source,
    'ubi-cut-short',
    `the image ends in the middle of an erase block: ${rest} bytes of it are there`,
    'copy the image again; what is missing reads as erased flash',
  );
}

async function keepNewest(
  source: ByteSource,
  geometry: Geometry,
  blocks: BlockMap,
  found: Mapped,
  findings: Finding[],
): Promise<void> {
  const { volume, lnum } = found.header;
  if (volume >= firstInternalVolume && volume !== layoutVolume) return;
  const ofVolume = blocks.get(volume) ?? new Map<number, Mapped>();
  blocks.set(volume, ofVolume);
  const other = ofVolume.get(lnum);
  if (other === undefined) {
    ofVolume.set(lnum, found);
    return;
  }
  const [newer, older] = found.header.sequence > other.header.sequence ? [found, other] : ([other, found] as const);
  const whole = !newer.header.copy || (await copyIsWhole(source, geometry, newer));
  ofVolume.set(lnum, whole ? newer : older);
  if (!whole) {
    findings.push(
      warning(
        source,
        'ubi-copy-unfinished',
        `block ${lnum} of volume ${volume} had been copied but not completely: the older one is used`,
      ),
    );
  }
}

async function copyIsWhole(source: ByteSource, geometry: Geometry, { position, header }: Mapped): Promise<boolean> {
  if (header.dataSize > geometry.logicalBlock) return false;
  const data = await source.read(position + geometry.dataOffset, header.dataSize);
  return data.length === header.dataSize && flashCrc(data) === header.dataCrc;
}

async function readTable(
  source: ByteSource,
  geometry: Geometry,
  blocks: BlockMap,
  findings: Finding[],
): Promise<readonly VolumeRow[]> {
  const copies = blocks.get(layoutVolume) ?? new Map<number, Mapped>();
  let best: ReturnType<typeof parseVolumeTable> | undefined;
  for (const lnum of [0, 1]) {
    const mapped = copies.get(lnum);
    if (mapped === undefined) continue;
    const table = parseVolumeTable(await source.read(mapped.position + geometry.dataOffset, geometry.logicalBlock));
    if (best === undefined || table.damaged < best.damaged) {
      if (best !== undefined)
        findings.push(tableFinding(source, 'the first copy of the volume table is damaged: the second is used'));
      best = table;
    }
  }
  if (best === undefined || best.rows.length === 0) {
    const rows = rowsFromBlocks(blocks);
    if (rows.length === 0) {
      throw new InputError({
        code: 'ubi-no-volumes',
        place: { file: source.name },
        message: 'the UBI image holds no volume',
        found: best === undefined ? 'no volume table and no mapped block' : 'an empty volume table',
      });
    }
    findings.push(
      tableFinding(
        source,
        'the volume table cannot be read: volumes are taken from the erase blocks, without their names',
      ),
    );
    return rows;
  }
  if (best.damaged > 0)
    findings.push(tableFinding(source, `${best.damaged} rows of the volume table are damaged and left out`));
  return best.rows;
}

function tableFinding(source: ByteSource, message: string): Finding {
  return warning(source, 'ubi-volume-table', message, 'make the image again, or copy it again from where it came');
}

function highest(numbers: Iterable<number>): number {
  let most = -1;
  for (const number of numbers) if (number > most) most = number;
  return most;
}

function rowsFromBlocks(blocks: BlockMap): readonly VolumeRow[] {
  const rows: VolumeRow[] = [];
  for (const [id, ofVolume] of [...blocks].sort(([a], [b]) => a - b)) {
    const first = ofVolume.values().next().value;
    if (id >= firstInternalVolume || first === undefined) continue;
    const reservedBlocks = highest(ofVolume.keys()) + 1;
    const { kind, dataPad } = first.header;
    rows.push({
      id,
      name: `volume-${id}`,
      kind,
      reservedBlocks,
      alignment: 1,
      dataPad,
      updating: false,
      autoResize: false,
    });
  }
  return rows;
}

function volumeOf(
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
