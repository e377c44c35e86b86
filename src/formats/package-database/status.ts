/** Records of installed packages: `status` of opkg and dpkg, and the files of dpkg's `status.d`. */
import { displayName } from '../../model/path.js';
import { FormatError } from '../format-error.js';
import { parseStanzas, type Stanza } from './stanzas.js';

/** What a record says of a package that is there. */
export interface PackageRecord {
  readonly name: string;
  readonly version: string;
  readonly architecture: string | undefined;
  readonly license: string | undefined;
  readonly maintainer: string | undefined;
  readonly summary: string | undefined;
}

const names = /^[A-Za-z0-9][A-Za-z0-9+._-]*$/;
const versions = /^[!-~]+$/;

/** States of a package of which no file is there. */
const gone = new Set(['not-installed', 'config-files']);

/** The packages of a text that are there: unpacked ones too, which a first start of the device finishes. Throws FormatError. */
export function parseStatus(bytes: Uint8Array): readonly PackageRecord[] {
  return parseStanzas(bytes)
    .filter(isThere)
    .map((stanza) => recordOf(stanza));
}

/** A record without its state is one of a package that is there: `status.d` has no others. */
function isThere({ fields }: Stanza): boolean {
  const state = fields.get('status')?.trim().split(/\s+/).at(-1);
  return state === undefined || !gone.has(state);
}

function recordOf({ line, fields }: Stanza): PackageRecord {
  const fieldOf = (name: string, form: RegExp): string | undefined => {
    const value = fields.get(name);
    if (value === undefined || form.test(value)) return value;
    throw new FormatError(`line ${line}: the record's ${name} is not valid: ${displayName(value.slice(0, 60))}`);
  };
  const name = fieldOf('package', names);
  if (name === undefined) throw new FormatError(`line ${line}: the record names no package`);
  const version = fieldOf('version', versions);
  if (version === undefined) throw new FormatError(`line ${line}: the record of ${name} has no version`);
  return { name, version, architecture: fieldOf('architecture', names), ...aboutOf(fields) };
}

/** What a record says about the package, for people. opkg has the license in a `.control` beside the record. */
export function aboutOf(fields: Stanza['fields']): Pick<PackageRecord, 'license' | 'maintainer' | 'summary'> {
  const oneLine = (name: string): string | undefined => {
    const [first = ''] = (fields.get(name) ?? '').split('\n');
    return first.trim() === '' ? undefined : first.trim();
  };
  return {
    license: oneLine('license') ?? oneLine('licence'),
    maintainer: oneLine('maintainer'),
    summary: oneLine('description'),
  };
}
