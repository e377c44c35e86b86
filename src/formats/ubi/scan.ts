/** Reads the headers of all erase blocks: which block of flash holds which block of which volume. */
import type { ByteSource } from '../../model/byte-source.js';
import type { Finding } from '../../model/finding.js';
import { flashCrc, isErased } from './crc.js';
import type { Geometry } from './geometry.js';
import {
  type EraseCounterHeader,
  firstInternalVolume,
  headerSize,
  layoutVolume,
  parseEraseCounter,
  parseVolumeHeader,
  type VolumeHeader,
} from './headers.js';
import { warning } from './warning.js';

/** An erase block that holds a block of a volume: where it begins in the file, and its header. */
export interface Mapped {
  readonly position: number;
  readonly header: VolumeHeader;
}

/** By volume, then by logical block. */
export type BlockMap = Map<number, Map<number, Mapped>>;

/** What the headers say. */
export interface Scan {
  readonly blocks: BlockMap;
  readonly count: number;
  readonly imageSequence: number;
  readonly findings: Finding[];
}

/** Scans the image. What is damaged or of another image is left out and told. */
export async function scanBlocks(source: ByteSource, geometry: Geometry): Promise<Scan> {
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
