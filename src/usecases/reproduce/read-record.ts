/** Reads the record of a package strictly: what does not say how the package was made is told, with its field. */

import { readBounded } from '../../files/bounded-read.js';
import { utf8Text } from '../../formats/text/plain-text.js';
import { type Code, isCode } from '../../model/codes.js';
import { isSha256, type Sha256 } from '../../model/digest.js';
import { InputError } from '../../model/errors.js';
import { largestRecordBytes } from '../../model/limits/signing.js';
import {
  type PackageRecord,
  type RecordedConditions,
  recordFormat,
  recordVersion,
} from '../../model/package-record.js';
import { type Part, parseParts } from '../../model/parts.js';
import type { EngineName, GenerateOptions } from '../generate/generate.js';
import type { BuildName, Modes } from '../open-inputs.js';

/** What of a record is needed to make the package again. */
export interface ReadRecord {
  readonly tool: PackageRecord['tool'];
  readonly package: { readonly name: string; readonly size: number; readonly sha256: Sha256 };
  readonly source: { readonly name: BuildName; readonly sha256: Sha256 };
  readonly target: { readonly name: BuildName; readonly sha256: Sha256 };
  /** Undefined when verification was switched off. */
  readonly proof:
    | { readonly profile: string; readonly proved: boolean; readonly points: number; readonly tried: number }
    | undefined;
  readonly lists: { readonly folder: string | undefined; readonly files: PackageRecord['lists']['files'] };
  /** Undefined in records of earlier versions. */
  readonly conditions: RecordedConditions | undefined;
  readonly modes: Modes;
  readonly companion: string | undefined;
  readonly options: Pick<
    GenerateOptions,
    'parts' | 'bootUpdate' | 'dialect' | 'chmod' | 'permissions' | 'levers' | 'allow'
  > & {
    readonly effort: GenerateOptions['encoding']['effort'];
    readonly whole: boolean;
    readonly engine: EngineName;
  };
}

/** A value of the record, which knows where it stands. */
class Field {
  constructor(
    readonly file: string,
    readonly path: string,
    readonly value: unknown,
  ) {}

  at(name: string): Field {
    const { value } = this;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw this.fault('an object');
    const found: unknown = Reflect.get(value, name);
    return new Field(this.file, this.path === '' ? name : `${this.path}.${name}`, found);
  }

  text(): string {
    if (typeof this.value === 'string' && this.value !== '') return this.value;
    throw this.fault('a text');
  }

  textOrNull(): string | undefined {
    return this.value === null ? undefined : this.text();
  }

  count(most: number): number {
    if (Number.isSafeInteger(this.value) && Number(this.value) >= 0 && Number(this.value) <= most)
      return Number(this.value);
    throw this.fault(`a whole number up to ${most}`);
  }

  flag(): boolean {
    if (typeof this.value === 'boolean') return this.value;
    throw this.fault('true or false');
  }

  sha256(): Sha256 {
    const text = this.text();
    if (isSha256(text)) return text;
    throw this.fault('a SHA-256 in 64 hex digits');
  }

  one<const Choice extends string>(choices: readonly Choice[]): Choice {
    const found = choices.find((choice) => choice === this.value);
    if (found !== undefined) return found;
    throw this.fault(choices.map((choice) => `"${choice}"`).join(', '));
  }

  /** An object of texts, which may be empty. */
  texts(): Readonly<Record<string, string>> {
    const { value } = this;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw this.fault('an object');
    const names = Object.keys(value);
    return Object.fromEntries(
      names.map((name) => {
        const each = this.at(name);
        if (typeof each.value !== 'string') throw each.fault('a text');
        return [name, each.value];
      }),
    );
  }

  list(): readonly Field[] {
    const { value } = this;
    if (!Array.isArray(value)) throw this.fault('a list');
    return value.map((each: unknown, index) => new Field(this.file, `${this.path}[${index}]`, each));
  }

  fault(expected: string): InputError {
    const shown = this.value === undefined ? 'nothing' : JSON.stringify(this.value).slice(0, 100);
    return new InputError({
      code: 'record-value',
      place: { file: this.file, entry: this.path },
      message: 'the record of the package does not say how it was made',
      found: shown,
      expected,
      remedy: 'name the .json that dfota generate has written beside a package',
    });
  }
}

/** Reads the record. Throws InputError. */
export async function readRecord(file: string): Promise<ReadRecord> {
  const read = { limit: largestRecordBytes, code: 'record-value', what: 'the record of a package' } as const;
  return parseRecord(utf8Text(await readBounded(file, read)), file);
}

/** Reads the text of a record. Throws InputError. */
export function parseRecord(text: string, file: string): ReadRecord {
  const record = new Field(file, '', parse(text, file));
  record.at('format').one([recordFormat]);
  const version = record.at('version');
  if (version.value !== recordVersion) throw version.fault(String(recordVersion));
  const [pack, options, lists] = [record.at('package'), record.at('options'), record.at('lists')];
  return {
    tool: { dfota: record.at('tool').at('dfota').text(), engine: record.at('tool').at('engine').text() },
    package: {
      name: pack.at('name').text(),
      size: pack.at('size').count(Number.MAX_SAFE_INTEGER),
      sha256: pack.at('sha256').sha256(),
    },
    source: { name: buildName(record.at('source').at('name')), sha256: record.at('source').at('sha256').sha256() },
    target: { name: buildName(record.at('target').at('name')), sha256: record.at('target').at('sha256').sha256() },
    proof: proofOf(record.at('proof')),
    lists: {
      folder: lists.at('folder').textOrNull(),
      files: lists
        .at('files')
        .list()
        .map((each) => ({ name: each.at('name').text(), sha256: each.at('sha256').sha256() })),
    },
    conditions: conditionsOf(record.at('conditions')),
    modes: options.at('modes').one(['build', 'note']),
    companion: options.at('companion').textOrNull(),
    options: {
      parts: partsOf(options.at('parts')),
      bootUpdate: options.at('bootUpdate').one(['resumable', 'in-place', 'whole']),
      dialect: options.at('dialect').one(['assert', 'abort']),
      chmod: options.at('chmod').one(['on-top', 'merged']),
      permissions:
        options.at('permissions').value === null
          ? undefined
          : options.at('permissions').one(['set_perm', 'set_metadata']),
      levers: {
        moves: options.at('moves').flag(),
        copies: options.at('copies').flag(),
        crossBases: options.at('crossBases').flag(),
        basesPerFile: options.at('basesPerFile').count(64),
      },
      allow: options.at('allow').list().map(codeOf),
      effort: options.at('effort').one(['fast', 'normal', 'best']),
      engine: options.at('engine').value === undefined ? 'dfota' : options.at('engine').one(['dfota', 'bsdiff-node']),
      whole: options.at('whole').value === undefined ? false : options.at('whole').flag(),
    },
  };
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Field(file, '', text.slice(0, 60)).fault('JSON');
  }
}

function buildName(field: Field): BuildName {
  if (typeof field.value === 'string') return field.text();
  return { archive: field.at('archive').text(), version: field.at('version').text() };
}

function proofOf(field: Field): ReadRecord['proof'] {
  if (field.value === null) return undefined;
  const cuts = field.at('powerCuts');
  const count = (name: string): number => (cuts.value === undefined ? 0 : cuts.at(name).count(Number.MAX_SAFE_INTEGER));
  return {
    profile: field.at('profile').text(),
    proved: field.at('proved').flag(),
    points: count('points'),
    tried: count('tried'),
  };
}

function conditionsOf(field: Field): RecordedConditions | undefined {
  if (field.value === undefined) return undefined;
  const [limits, verify] = [field.at('limits'), field.at('verify')];
  const bytes = (at: Field): number | null => (at.value === null ? null : at.count(Number.MAX_SAFE_INTEGER));
  return {
    limits: {
      cacheSize: bytes(limits.at('cacheSize')),
      systemFree: bytes(limits.at('systemFree')),
      usrdataFree: bytes(limits.at('usrdataFree')),
      deviceMemory: bytes(limits.at('deviceMemory')),
    },
    verify: {
      level: verify.at('level').one(['full', 'quick', 'off']),
      profile: verify.at('profile').text(),
      eraseBlock: bytes(verify.at('eraseBlock')),
      properties: verify.at('properties').texts(),
      allowedPrograms: verify
        .at('allowedPrograms')
        .list()
        .map((each) => each.text()),
    },
  };
}

function codeOf(field: Field): Code {
  const { value } = field;
  if (typeof value === 'string' && isCode(value)) return value;
  throw field.fault('the code of a finding');
}

function partsOf(field: Field): readonly Part[] {
  const parts = parseParts([field.text()]);
  if (parts === undefined) throw field.fault('letters of a, l, m, o');
  return [...parts];
}
