import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { without } from './tools.js';

/** Why tests over real images cannot run here, or `false`: mtd-utils (mkfs.ubifs, ubinize) make the images. */
export const withoutMtdUtils: string | false = without('mkfs.ubifs', 'ubinize');

/** A flash chip as the tools must be told of it. Bytes. */
export interface Flash {
  readonly page: number;
  readonly subPage?: number;
  readonly eraseBlock: number;
}

/** Where the data of an erase block begins: after a page (or sub-page) each for the two headers, at a page. */
function dataOffset({ page, subPage }: Flash): number {
  return subPage === undefined ? 2 * page : Math.ceil((2 * subPage) / page) * page;
}

/** Bytes of a logical erase block. */
export function logicalBlock(flash: Flash): number {
  return flash.eraseBlock - dataOffset(flash);
}

export interface UbifsOptions {
  readonly compressor?: 'none' | 'lzo' | 'zlib' | 'zstd';
  readonly deviceTable?: string;
  readonly more?: readonly string[];
}

/** Makes an UBIFS of a folder and returns its bytes. */
export function makeUbifs(work: string, folder: string, flash: Flash, options: UbifsOptions = {}): Buffer {
  const output = join(work, 'image.ubifs');
  const table = join(work, 'device-table');
  const extra = [...(options.more ?? [])];
  if (options.deviceTable !== undefined) {
    writeFileSync(table, options.deviceTable);
    extra.push('-D', table);
  }
  const sizes = ['-m', String(flash.page), '-e', String(logicalBlock(flash)), '-c', '2000'];
  const compressor = ['-x', options.compressor ?? 'lzo'];
  execFileSync('mkfs.ubifs', ['-y', '-r', folder, ...sizes, ...compressor, ...extra, '-o', output], { stdio: 'pipe' });
  return readFileSync(output);
}

export interface VolumeSpec {
  readonly name: string;
  readonly content: Uint8Array;
  readonly kind?: 'dynamic' | 'static';
}

/** Makes an UBI image of some volumes and returns its bytes. */
export function makeUbi(work: string, volumes: readonly VolumeSpec[], flash: Flash): Buffer {
  const sections = volumes.map(({ name, content, kind }, id) => {
    const image = join(work, `volume-${id}`);
    writeFileSync(image, content);
    const blocks = Math.ceil(content.length / logicalBlock(flash)) + 2;
    return [
      `[v${id}]`,
      'mode=ubi',
      `image=${image}`,
      `vol_id=${id}`,
      `vol_type=${kind ?? 'dynamic'}`,
      `vol_name=${name}`,
      `vol_size=${blocks * logicalBlock(flash)}`,
      '',
    ].join('\n');
  });
  const ini = join(work, 'ubinize.ini');
  const output = join(work, 'image.ubi');
  writeFileSync(ini, sections.join('\n'));
  const sub = flash.subPage === undefined ? [] : ['-s', String(flash.subPage)];
  const sizes = ['-p', String(flash.eraseBlock), '-m', String(flash.page), ...sub, '-Q', '1'];
  execFileSync('ubinize', ['-o', output, ...sizes, ini], { stdio: 'pipe' });
  return readFileSync(output);
}
