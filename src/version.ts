import { readFileSync } from 'node:fs';

function readVersion(): string {
  const found: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  if (typeof found === 'object' && found !== null && 'version' in found && typeof found.version === 'string')
    return found.version;
  throw new Error('package.json names no version');
}

/** The version of this package, as its package.json has it. */
export const dfotaVersion = readVersion();
