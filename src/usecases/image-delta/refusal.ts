import { DeltaError, type DeltaFaultName } from '../../imagedelta/decoder/fault.js';
import { type Code, codeTexts } from '../../model/codes.js';
import { InputError } from '../../model/errors.js';

/** Faults that only a device finds are told by the nearest that a file can have. */
const codes: Readonly<Record<DeltaFaultName, Code>> = {
  'not-a-patch': 'delta-not-a-patch',
  version: 'delta-version',
  'header-cut': 'delta-header-cut',
  'header-damaged': 'delta-header-damaged',
  feature: 'delta-feature',
  value: 'delta-value',
  format: 'delta-format',
  signature: 'delta-signature',
  product: 'delta-product',
  counter: 'delta-counter',
  memory: 'delta-memory',
  flash: 'delta-plan',
  'patch-cut': 'delta-patch-cut',
  'patch-long': 'delta-patch-long',
  'old-size': 'delta-old-size',
  'old-image': 'delta-old-image',
  'segment-damaged': 'delta-segment-damaged',
  stream: 'delta-stream',
  'segment-wrong': 'delta-segment-wrong',
  'new-image': 'delta-new-image',
  storage: 'delta-plan',
  journal: 'delta-plan',
  codec: 'delta-codec',
  'old-part': 'delta-old-part',
  'expanded-old': 'delta-old-part',
  decisions: 'delta-decisions',
  inner: 'delta-inner',
};

/** Runs what reads a patch; what is wrong with it becomes an InputError at the file's place, with the device's code. */
export async function reading<T>(patch: string, old: string | undefined, read: () => T | Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof DeltaError)) throw error;
    const { fault, message, found, expected } = error;
    const code = codes[fault];
    const ofOld = fault === 'old-size' || fault === 'old-image';
    throw new InputError({
      code,
      place: { file: ofOld && old !== undefined ? old : patch },
      message: `${message} (a device reports ${error.code})`,
      found,
      expected,
      remedy: codeTexts[code].remedy,
    });
  }
}
