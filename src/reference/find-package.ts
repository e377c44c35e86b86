/** Finds the package bsdiff-node, which users add beside dfota when they want the classic encoder. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { InputError } from '../model/errors.js';

/** Where the package is. */
export interface ReferencePackage {
  /** The file that is loaded. */
  readonly entry: string;
  /** `bsdiff-node 2.5.0`. */
  readonly name: string;
}

/** What is told where the package is not there, or cannot be loaded. */
export function engineMissing(message: string, found?: string | undefined): InputError {
  return new InputError({
    code: 'engine-missing',
    message,
    found: found?.slice(0, 300),
    expected:
      'bsdiff-node 2.5.0, which npm compiles when it is installed: Python 3, make and a C++ compiler are needed',
    remedy: 'install it beside dfota: npm install bsdiff-node@2.5.0; or leave --engine out, which needs no compiler',
  });
}

/** The package as it is installed beside dfota. Throws InputError where it is not. */
export function findReferencePackage(): ReferencePackage {
  const beside = createRequire(import.meta.url);
  try {
    const described: unknown = JSON.parse(readFileSync(beside.resolve('bsdiff-node/package.json'), 'utf8'));
    const version: unknown =
      typeof described === 'object' && described !== null ? Reflect.get(described, 'version') : undefined;
    if (typeof version !== 'string') throw new Error('its package.json names no version');
    return { entry: beside.resolve('bsdiff-node'), name: `bsdiff-node ${version}` };
  } catch (error) {
    if (error instanceof Error && Reflect.get(error, 'code') === 'MODULE_NOT_FOUND') {
      throw engineMissing('for --engine the package bsdiff-node is needed, and it is not installed');
    }
    throw engineMissing(
      'the package bsdiff-node is installed, but damaged',
      error instanceof Error ? error.message : '',
    );
  }
}
