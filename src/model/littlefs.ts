/** LittleFS images (version 1, as QuecPython mounts them), as people and programs are told of them. */

import type { Code } from './codes.js';

/** What is wrong with an image, and where. */
export interface LittlefsProblem {
  /** An error: content is lost, or the device would lose it. A warning: the device mends it by itself. */
  readonly severity: 'error' | 'warning';
  readonly code: Code;
  /** One unit a byte. */
  readonly path?: string | undefined;
  readonly block?: number | undefined;
  readonly message: string;
}

/** What a check of an image found. */
export interface LittlefsCheck {
  readonly file: string;
  /** Bytes of the file. */
  readonly size: number;
  readonly blockSize: number;
  readonly blockCount: number;
  /** `1.1`. */
  readonly diskVersion: string;
  readonly files: number;
  readonly directories: number;
  /** Bytes of all files. */
  readonly bytes: number;
  readonly usedBlocks: number;
  readonly freeBlocks: number;
  readonly problems: readonly LittlefsProblem[];
  /** Problems beyond those that are listed. */
  readonly moreProblems: number;
}

/** An image that was made. */
export interface LittlefsMade {
  readonly output: string;
  /** Bytes of the image. */
  readonly size: number;
  readonly blockSize: number;
  readonly files: number;
  readonly directories: number;
  /** Bytes of all files. */
  readonly bytes: number;
  readonly usedBlocks: number;
  readonly freeBlocks: number;
  readonly sha256: string;
  /** What is to be known of the image. */
  readonly notes: readonly string[];
}
