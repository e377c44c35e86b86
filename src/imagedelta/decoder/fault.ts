/**
 * What is wrong with a patch or with what it is applied to, by the codes of docs/formats/image-delta.md, section 3, and, from 23 on,
 * of docs/formats/image-repack.md, section 9.
 */

export const deltaFaults = {
  'not-a-patch': 1,
  version: 2,
  'header-cut': 3,
  'header-damaged': 4,
  feature: 5,
  value: 6,
  format: 7,
  signature: 8,
  product: 9,
  counter: 10,
  memory: 11,
  flash: 12,
  'patch-cut': 13,
  'patch-long': 14,
  'old-size': 15,
  'old-image': 16,
  'segment-damaged': 17,
  stream: 18,
  'segment-wrong': 19,
  'new-image': 20,
  storage: 21,
  journal: 22,
  codec: 23,
  'old-part': 24,
  'expanded-old': 25,
  decisions: 26,
  inner: 27,
} as const;

/** A name of a fault. */
export type DeltaFaultName = keyof typeof deltaFaults;

/** A patch was refused, or did not make what it promised. */
export class DeltaError extends Error {
  override readonly name = 'DeltaError';
  /** As a device reports it. */
  readonly code: number;
  readonly fault: DeltaFaultName;
  readonly found: string | undefined;
  readonly expected: string | undefined;
  constructor(fault: DeltaFaultName, message: string, found?: string, expected?: string) {
    super(message);
    this.code = deltaFaults[fault];
    this.fault = fault;
    this.found = found;
    this.expected = expected;
  }
}
