/** What the simulated device and its threads tell each other. Everything here is plain data. */
import type { Build, Content, Entry } from '../../model/build.js';
import type { BuildPath } from '../../model/path.js';
import type { Learnt, PatchReading } from '../content.js';
import type { ModuleOptions } from '../module.js';
import type { ChosenPoint, Tried } from '../power-cuts.js';
import type { ProfileName } from '../profile.js';
import type { PackageEntry } from '../runtime.js';

/** A patch to be applied. */
export interface ApplyMessage {
  readonly kind: 'apply';
  readonly patch: Uint8Array<ArrayBuffer>;
  readonly source: Uint8Array<ArrayBuffer>;
  readonly reading: PatchReading;
}

/** What it has made; without content the patch cannot be applied. */
export interface AppliedMessage {
  readonly kind: 'applied';
  readonly content: Content | undefined;
}

/** All that a thread needs to run the package, and the points at which it is to take the power away. */
export interface SweepMessage {
  readonly kind: 'sweep';
  readonly build: Build;
  readonly module: ModuleOptions;
  readonly entries: ReadonlyMap<string, PackageEntry>;
  /** The script's text. */
  readonly script: string;
  readonly profile: ProfileName;
  readonly allowedPrograms: ReadonlySet<string>;
  readonly triedProperties: ReadonlySet<number> | undefined;
  /** Whether every second cut is tried after one inside of a partition write, or those of the write alone. */
  readonly everySecondCut: boolean;
  /** Whether what is known of earlier starts is reused. */
  readonly reuse: boolean;
  readonly mostVisits: number;
  readonly mostKept: number;
  readonly learnt: Learnt;
  /** What the device is to hold; without it, what the package makes of it when the power stays. */
  readonly expected: ReadonlyMap<BuildPath, Entry> | undefined;
  readonly images: ReadonlyMap<BuildPath, string> | undefined;
  readonly points: readonly ChosenPoint[];
}

/** Where bytes lie that a thread asks for. */
export type Wanted =
  | { readonly from: 'build'; readonly path: BuildPath }
  | { readonly from: 'package'; readonly entry: string }
  | { readonly from: 'known'; readonly content: Content }
  /** The value of a property, as UTF-8. */
  | { readonly from: 'property'; readonly name: string };

/** A thread asks for bytes. */
export interface ReadMessage {
  readonly kind: 'read';
  readonly id: number;
  readonly wanted: Wanted;
}

/** The bytes that a thread has asked for; `undefined` where nobody knows them. */
export interface BytesMessage {
  readonly kind: 'bytes';
  readonly id: number;
  readonly bytes: Uint8Array<ArrayBuffer> | undefined;
}

/** What a thread tells of its points: one more was tried, or all were. */
export type SweepReply =
  | ReadMessage
  | { readonly kind: 'tried' }
  | { readonly kind: 'swept'; readonly tried: Tried }
  | { readonly kind: 'failed'; readonly error: Error };
