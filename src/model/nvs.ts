/** An NVS partition (non-volatile storage of ESP modules), as people and programs are told of it. */

import type { Code } from './codes.js';

/** Version 2 parts large blobs over pages; version 1 cannot. */
export type NvsVersion = 1 | 2;

/** What a value is to the device. */
export type NvsType = 'u8' | 'i8' | 'u16' | 'i16' | 'u32' | 'i32' | 'u64' | 'i64' | 'string' | 'blob';

/** A key with its value. */
export interface NvsItem {
  readonly namespace: string;
  readonly key: string;
  readonly type: NvsType;
  /** Bytes of the value; of a string with its closing zero. */
  readonly size: number;
  /** A number of up to 32 bits, one of 64 bits as text, a string, or the bytes of a blob in hexadecimal. */
  readonly value: string | number;
}

/** An entry that is no longer valid but can still be read in the flash. */
export interface NvsGoneItem extends NvsItem {
  /** Overwritten: the key has another value now. Deleted: it has none. */
  readonly why: 'deleted' | 'overwritten';
  readonly page: number;
  readonly entry: number;
}

/** A page of 4096 bytes. */
export interface NvsPage {
  readonly index: number;
  readonly state: 'empty' | 'active' | 'full' | 'freeing' | 'damaged';
  readonly sequence: number | undefined;
  readonly version: NvsVersion | undefined;
  /** Entries by what the bitmap says of them. */
  readonly written: number;
  readonly erased: number;
  readonly free: number;
}

/** What is wrong with a partition, and where. */
export interface NvsProblem {
  readonly code: Code;
  readonly page: number;
  readonly entry?: number | undefined;
  readonly message: string;
}

/** All that is in a partition. */
export interface NvsDump {
  readonly file: string;
  readonly size: number;
  readonly namespaces: readonly string[];
  readonly items: readonly NvsItem[];
  readonly gone: readonly NvsGoneItem[];
  readonly pages: readonly NvsPage[];
  readonly problems: readonly NvsProblem[];
  /** Problems beyond those that are listed. */
  readonly moreProblems: number;
}

/** A key that has another value or type in the second partition. */
export interface NvsChange {
  readonly before: NvsItem;
  readonly after: NvsItem;
}

/** How two partitions differ in what the device reads of them. */
export interface NvsDiff {
  readonly added: readonly NvsItem[];
  readonly removed: readonly NvsItem[];
  readonly changed: readonly NvsChange[];
  readonly same: number;
  /** Problems of each partition: what could not be read may differ too. */
  readonly problems: readonly { readonly file: string; readonly count: number }[];
}

/** An image of a batch. */
export interface NvsMassImage {
  /** What its name ends in. */
  readonly id: string;
  /** In the folder of the batch. */
  readonly file: string;
  /** Of the table of values. */
  readonly line: number;
  readonly sha256: string;
}

/** A batch that was made: an image for each device. */
export interface NvsMass {
  readonly output: string;
  /** The file with the digest of every image. */
  readonly manifest: string;
  /** Bytes of each partition. */
  readonly size: number;
  readonly version: NvsVersion;
  readonly encrypted: boolean;
  readonly devices: number;
  /** Images that were there and right. */
  readonly kept: number;
  readonly made: number;
  /** Images that were there and not right: half of one, or one of other values. */
  readonly replaced: number;
  /** Of the manifest. */
  readonly sha256: string;
  readonly notes: readonly string[];
}

/** A partition that was made. */
export interface NvsMade {
  readonly output: string;
  /** Bytes of the image. */
  readonly size: number;
  readonly version: NvsVersion;
  readonly namespaces: number;
  readonly items: number;
  readonly usedPages: number;
  readonly encrypted: boolean;
  /** The file of the keys that were made for it. */
  readonly newKeys?: string | undefined;
  readonly sha256: string;
  /** What was read otherwise than the original generator reads it, and what to know of the image. */
  readonly notes: readonly string[];
}
