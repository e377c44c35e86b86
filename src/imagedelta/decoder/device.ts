/** Whether a patch suits a device: docs/formats/image-delta.md, section 3, codes 8 to 12. */
import { DeltaError } from './fault.js';
import type { DeltaHeader } from './header-fields.js';

/** The flash of a device, in bytes. */
export interface DeltaFlash {
  /** The place for the new image. */
  readonly newRoom: number;
  /** What is written at once. */
  readonly writeUnit: number;
  /** What is erased at once; without it, any place may be written any number of times. */
  readonly eraseBlock?: number | undefined;
  /** The backup area of an update in place; without it, the new image has an area of its own. */
  readonly backupRoom?: number | undefined;
  /** The empty journal; without it, an update that was cut begins again. */
  readonly journalRoom?: number | undefined;
}

/** What the bits of a patch are for: covers, bytes that are sent as they are, and corrections in copies by what is corrected. */
export type DeltaContent = 'covers' | 'literals' | 'data' | 'branches' | 'pages' | 'pointers';

/** Receives what a piece of the packed bytes is for, and its bits. */
export type OnContent = (kind: DeltaContent, bits: number) => void;

/** What the device is, as far as a patch has to suit it. */
export interface DeltaDevice {
  /** The patch is refused unless this says that the signature signs the bytes. */
  readonly verify?: ((signed: Uint8Array, signature: Uint8Array) => boolean) | undefined;
  /** The patch is refused if it names another one. */
  readonly product?: string | undefined;
  /** The patch is refused if its counter is lower. */
  readonly counter?: number | undefined;
  /** Memory for the model, in bytes. */
  readonly memory?: number | undefined;
  readonly flash?: DeltaFlash | undefined;
  /** Told how many bytes of the new image are done. */
  readonly onProgress?: ((done: number) => void) | undefined;
  /** Told of each piece of the packed bytes what it holds, and how many bits it takes. */
  readonly onContent?: OnContent | undefined;
}

/** Throws a DeltaError with codes 8 to 12. */
export function checkDevice(header: DeltaHeader, { verify, product, counter, memory, flash }: DeltaDevice): void {
  if (verify !== undefined && (header.signature.length === 0 || !verify(header.signed, header.signature)))
    throw new DeltaError(
      'signature',
      'the patch is not signed by whom it should be',
      header.signature.length === 0 ? 'no signature' : 'a signature that does not verify',
    );
  if (product !== undefined && header.product !== '' && header.product !== product)
    throw new DeltaError('product', 'the patch is for another product', header.product, product);
  if (counter !== undefined && header.counter < counter)
    throw new DeltaError(
      'counter',
      'the patch is older than what is installed',
      `counter ${header.counter}`,
      `at least ${counter}`,
    );
  if (memory !== undefined && header.modelBytes > memory)
    throw new DeltaError('memory', 'the patch needs more memory', `${header.modelBytes} bytes`, `at most ${memory}`);
  if (flash !== undefined) checkFlash(header, flash);
}

function checkFlash(header: DeltaHeader, flash: DeltaFlash): void {
  const { newRoom, writeUnit, backupRoom, eraseBlock, journalRoom } = flash;
  const block = eraseBlock ?? writeUnit;
  const require = (holds: boolean, found: string, expected: string): void => {
    if (!holds) throw new DeltaError('flash', 'the flash of the device does not suit the patch', found, expected);
  };
  require(writeUnit >= 1 && writeUnit <= 32, `a write unit of ${writeUnit}`, '1 to 32 bytes');
  require(block % writeUnit === 0, `blocks of ${block} bytes`, `a multiple of the write unit, ${writeUnit}`);
  const needed = Math.ceil(header.newSize / block) * block;
  require(needed <= newRoom, `${newRoom} bytes for the new image`, `${needed}`);
  require(header.segments.length < 2 ||
    header.segmentSize % block === 0, `segments of ${header.segmentSize} bytes`, `a multiple of ${block}`);
  if (backupRoom !== undefined) {
    require(header.inPlace, 'a patch for two areas', 'one for an update in place');
    require(eraseBlock !== undefined, 'no erase block', 'one, for an update in place');
    require(header.flashBlock % block === 0, `blocks of ${block}`, `a divisor of ${header.flashBlock}`);
    require(header.writeUnit % writeUnit === 0, `a write unit of ${writeUnit}`, `a divisor of ${header.writeUnit}`);
    require(header.segmentSize <= backupRoom, `a backup area of ${backupRoom}`, `${header.segmentSize}`);
  }
  if (journalRoom === undefined && backupRoom === undefined) return;
  const record = Math.ceil(16 / writeUnit) * writeUnit;
  const journal = ((backupRoom === undefined ? 1 : 2) * header.segments.length + 1) * record;
  require((journalRoom ?? 0) >= journal, `a journal of ${journalRoom ?? 0} bytes`, `${journal}`);
}
