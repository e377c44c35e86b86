/** The volumes of an image: out of its volume table, or where that cannot be read out of its blocks. */
import type { ByteSource } from '../../model/byte-source.js';
import { InputError } from '../../model/errors.js';
import type { Finding } from '../../model/finding.js';
import type { Geometry } from './geometry.js';
import { firstInternalVolume, layoutVolume, parseVolumeTable, type VolumeRow } from './headers.js';
import { highest } from './highest.js';
import type { BlockMap, Mapped } from './scan.js';
import { warning } from './warning.js';

/** Reads the better copy of the volume table. Throws InputError where there is no volume. */
export async function readVolumeRows(
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
