import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';

/** A fresh folder for the files of one test file, removed when its tests are done. */
export function workFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `dfota-${name}-`));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
