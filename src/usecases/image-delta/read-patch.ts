/** Reads both kinds of patches: those of images as they are, and those over packed parts. */
import { applyDelta } from '../../imagedelta/decoder/apply.js';
import { checkDeltaPatch } from '../../imagedelta/decoder/checks.js';
import { checkDevice, type DeltaDevice } from '../../imagedelta/decoder/device.js';
import { readDeltaHeader } from '../../imagedelta/decoder/header.js';
import { applyInPlace } from '../../imagedelta/decoder/one-flash.js';
import { applyOnScratch } from '../../imagedelta/decoder/repack/apply-on-scratch.js';
import { applyRepacked, checkRepackDevice, readRepackPatch } from '../../imagedelta/decoder/repack/apply-repacked.js';
import { isRepackPatch } from '../../imagedelta/decoder/repack/outer-header.js';
import type { ImageDeltaInfo } from '../../model/image-delta.js';
import { describeDelta, describeRepacked } from './describe.js';

/** A patch whose header was read. All of these throw a DeltaError. */
export interface OpenPatch {
  readonly info: ImageDeltaInfo;
  /** How many bytes progress is told of, and how many the content takes. */
  readonly steps: number;
  readonly payload: number;
  /** What a signature is over, and where it stands. */
  readonly signed: Uint8Array;
  readonly signatureAt: number;
  /** Whether it suits the device. */
  readonly check: (device: DeltaDevice) => void;
  /** Whether all of it is there and undamaged. */
  readonly checkWhole: () => void;
  /** The new image; where it is asked for as on a device: in one flash, with blocks, backup or scratch areas and a journal. */
  readonly apply: (old: Uint8Array, device: DeltaDevice, asOnDevice: boolean) => Uint8Array;
}

/** Opens a patch. Throws a DeltaError where its header cannot be read. */
export function openPatch(patch: Uint8Array): OpenPatch {
  return isRepackPatch(patch) ? openRepacked(patch) : openPlain(patch);
}

function openPlain(patch: Uint8Array): OpenPatch {
  const header = readDeltaHeader(patch);
  return {
    info: describeDelta(header),
    steps: header.newSize,
    payload: patch.length - header.length,
    signed: header.signed,
    signatureAt: header.length - header.signature.length,
    check: (device) => checkDevice(header, device),
    checkWhole: () => checkDeltaPatch(header, patch),
    apply: (old, device, asOnDevice) =>
      asOnDevice && header.inPlace ? applyInPlace(old, header, patch, device) : applyDelta(old, patch, device),
  };
}

function openRepacked(patch: Uint8Array): OpenPatch {
  const read = readRepackPatch(patch);
  const { outer, header, inner } = read;
  return {
    info: describeRepacked(read),
    steps: outer.expandedNewSize + outer.newSize,
    payload: inner.length - header.length,
    signed: outer.signed,
    signatureAt: outer.length - outer.signature.length,
    check: (device) => checkRepackDevice(read, device),
    checkWhole: () => {},
    apply: (old, device, asOnDevice) =>
      asOnDevice ? applyOnScratch(old, read, patch, device) : applyRepacked(old, patch, device),
  };
}
