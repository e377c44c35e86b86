import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Entry, Ownership } from '../../src/model/build.js';
import { sha1Of } from '../../src/model/digest.js';
import type { ChmodRule } from '../../src/model/list-rules.js';
import { type BuildPath, compareBytes, isWithin, parentOf, toBuildPath } from '../../src/model/path.js';
import type { PermissionStatement } from '../../src/model/permission.js';
import { effectiveOwnership, planPermissions } from '../../src/plan/permissions.js';
import type { PermissionFamily } from '../../src/plan/permissions-reduce.js';

const content = { size: 0, sha1: sha1Of(new Uint8Array()) };

type Kind = 'd' | 'f' | 'l';
interface Meta {
  readonly selabel?: string;
  readonly capabilities?: bigint;
}

function entry(kind: Kind, name: string, uid = 0, gid = 0, mode = 0o755, meta: Meta = {}): Entry {
  const path = toBuildPath(name);
  const ownership: Ownership = { uid, gid, mode, origin: 'filesystem-config', ...meta };
  if (kind === 'l') return { kind: 'link', path, destination: 'x' };
  return kind === 'd' ? { kind: 'directory', path, ownership } : { kind: 'file', path, content, ownership };
}

function tree(...entries: readonly Entry[]): ReadonlyMap<BuildPath, Entry> {
  return new Map(entries.toSorted((a, b) => compareBytes(a.path, b.path)).map((one) => [one.path, one]));
}

/** Short form of a statement for the tables below. */
function show(statement: PermissionStatement): string {
  const { uid, gid, path } = statement;
  const octal = (mode: number) => `0${mode.toString(8)}`;
  const device = `/${path.toLowerCase()}`;
  const label = statement.selabel === undefined ? '' : ` ${statement.selabel}`;
  const mask = statement.capabilities === undefined ? '' : ` 0x${statement.capabilities.toString(16)}`;
  return statement.kind === 'set'
    ? `set_perm(${uid}, ${gid}, ${octal(statement.mode)}, "${device}");${mask}${label}`
    : `set_perm_recursive(${uid}, ${gid}, ${octal(statement.directoryMode)}, ${octal(statement.fileMode)}, "${device}");${mask}${label}`;
}

const everything = () => true;

function rule(
  form: ChmodRule['form'],
  name: string,
  uid: number,
  gid: number,
  fileMode: number,
  folderMode = 0o755,
): ChmodRule {
  const path = toBuildPath(name);
  return {
    at: { list: 'chmod', file: 'chmod.txt', line: 1 },
    text: name,
    form,
    path,
    matches: (other) => (form === 'exact' ? other === path : isWithin(other, path)),
    fileMode,
    folderMode,
    uid,
    gid,
  };
}

async function readVector(name: string): Promise<string> {
  return readFile(new URL(`../../../test/plan/vectors/${name}`, import.meta.url), 'latin1');
}

test('unit: the recorded tree gives the recorded statements', async () => {
  const lines = (await readVector('ancestor-perms.filesystem_config.txt')).trim().split('\n');
  const names = lines.map((line) => line.split(' ')[0] ?? '');
  const entries = lines.map((line) => {
    const [name = '', uid, gid, mode = ''] = line.split(' ');
    const kind = names.some((other) => other.startsWith(`${name}/`)) ? 'd' : 'f';
    return entry(kind, name.replace('system', 'SYSTEM'), Number(uid), Number(gid), Number.parseInt(mode, 8));
  });
  const script = (await readVector('ancestor-perms.updater-script')).split('\n');
  // The statement for build.prop belongs to the last phase: the recorded tree does not even hold that file.
  const recorded = script.filter((line) => line.startsWith('set_perm') && !line.includes('build.prop'));
  const { statements } = planPermissions({
    entries: tree(...entries),
    rules: [],
    covered: everything,
    family: 'set_perm',
  });
  assert.deepEqual(statements.map(show), recorded);
});

interface Case {
  readonly name: string;
  readonly entries: readonly Entry[];
  readonly rules?: readonly ChmodRule[];
  readonly keep?: readonly string[];
  readonly family?: PermissionFamily;
  readonly statements: readonly string[];
  readonly skipped?: readonly string[];
}

const cases: readonly Case[] = [
  { name: 'nothing gives nothing', entries: [], statements: [] },
  {
    name: 'the small tree of the reference',
    entries: [
      entry('d', 'SYSTEM'),
      entry('d', 'SYSTEM/bin'),
      entry('f', 'SYSTEM/bin/app'),
      entry('l', 'SYSTEM/bin/ln'),
      entry('f', 'SYSTEM/build.prop', 0, 0, 0o644),
      entry('d', 'SYSTEM/etc'),
      entry('f', 'SYSTEM/etc/new.conf', 0, 0, 0o644),
      entry('d', 'SYSTEM/lib'),
    ],
    statements: [
      'set_perm_recursive(0, 0, 0755, 0644, "/system");',
      'set_perm_recursive(0, 0, 0755, 0755, "/system/bin");',
    ],
  },
  {
    name: 'outside of SYSTEM nothing has an owner',
    entries: [entry('d', 'BOOTABLE_IMAGES'), entry('f', 'BOOTABLE_IMAGES/boot.img')],
    statements: [],
  },
  {
    name: 'on a tie the largest owner',
    entries: [entry('d', 'SYSTEM', 0, 0), entry('f', 'SYSTEM/a', 5, 1, 0o600), entry('f', 'SYSTEM/b', 5, 2, 0o600)],
    statements: [
      'set_perm_recursive(5, 2, 0755, 0600, "/system");',
      'set_perm(0, 0, 0755, "/system");',
      'set_perm(5, 1, 0600, "/system/a");',
    ],
  },
  {
    name: 'no statement runs over a kept file',
    entries: [
      entry('d', 'SYSTEM'),
      entry('d', 'SYSTEM/a'),
      entry('f', 'SYSTEM/a/kept', 9, 9, 0o600),
      entry('f', 'SYSTEM/a/other'),
      entry('d', 'SYSTEM/b'),
      entry('f', 'SYSTEM/b/one', 0, 0, 0o644),
    ],
    keep: ['SYSTEM/a/kept'],
    statements: [
      'set_perm(0, 0, 0755, "/system");',
      'set_perm(0, 0, 0755, "/system/a");',
      'set_perm(0, 0, 0755, "/system/a/other");',
      'set_perm_recursive(0, 0, 0755, 0644, "/system/b");',
    ],
  },
  {
    name: 'a part alone: what is above it is left alone',
    entries: [
      entry('d', 'SYSTEM'),
      entry('f', 'SYSTEM/a'),
      entry('d', 'SYSTEM/firmware'),
      entry('f', 'SYSTEM/firmware/x'),
    ],
    keep: ['SYSTEM', 'SYSTEM/a'],
    statements: ['set_perm_recursive(0, 0, 0755, 0755, "/system/firmware");'],
  },
  {
    name: 'the rows of the note, the most specific last',
    entries: [
      entry('d', 'SYSTEM'),
      entry('d', 'SYSTEM/home'),
      entry('d', 'SYSTEM/home/test_folder'),
      entry('f', 'SYSTEM/home/test_folder/x'),
      entry('d', 'SYSTEM/usr'),
      entry('d', 'SYSTEM/usr/bin'),
      entry('f', 'SYSTEM/usr/bin/test_bin'),
      entry('f', 'SYSTEM/usr/bin/test_bin1'),
    ],
    rules: [
      rule('exact', 'SYSTEM/usr/bin/test_bin', 2, 2, 0o644),
      rule('exact', 'SYSTEM/usr/bin/test_bin1', 3, 1, 0o742),
      rule('exact', 'SYSTEM/usr/bin/test_bin2', 0, 0, 0o755),
      rule('folder', 'SYSTEM/home/test_folder', 1, 0, 0o755, 0o644),
      rule('folder', 'SYSTEM/usr/bin/test_bin', 1, 0, 0o755),
      rule('exact', 'SYSTEM/home', 1, 0, 0o755),
    ],
    statements: [
      'set_perm_recursive(0, 0, 0755, 0755, "/system");',
      'set_perm_recursive(1, 0, 0644, 0755, "/system/home/test_folder");',
      'set_perm(2, 2, 0644, "/system/usr/bin/test_bin");',
      'set_perm(3, 1, 0742, "/system/usr/bin/test_bin1");',
    ],
    skipped: ['SYSTEM/usr/bin/test_bin2 not-there', 'SYSTEM/usr/bin/test_bin not-a-folder', 'SYSTEM/home not-a-file'],
  },
  {
    name: 'a folder row over a kept file is taken apart, a row for the kept file does nothing',
    entries: [
      entry('d', 'SYSTEM'),
      entry('d', 'SYSTEM/d'),
      entry('f', 'SYSTEM/d/kept'),
      entry('f', 'SYSTEM/d/other'),
      entry('d', 'SYSTEM/d/sub'),
      entry('f', 'SYSTEM/d/sub/x'),
    ],
    keep: ['SYSTEM/d/kept'],
    rules: [rule('folder', 'SYSTEM/d', 1, 0, 0o600, 0o700), rule('exact', 'SYSTEM/d/kept', 1, 0, 0o600)],
    statements: [
      'set_perm(0, 0, 0755, "/system");',
      'set_perm(0, 0, 0755, "/system/d");',
      'set_perm(0, 0, 0755, "/system/d/other");',
      'set_perm_recursive(0, 0, 0755, 0755, "/system/d/sub");',
      'set_perm(1, 0, 0700, "/system/d");',
      'set_perm(1, 0, 0600, "/system/d/other");',
      'set_perm_recursive(1, 0, 0700, 0600, "/system/d/sub");',
    ],
    skipped: ['SYSTEM/d/kept not-covered'],
  },
  {
    name: 'labels and capabilities count for set_metadata',
    family: 'set_metadata',
    entries: [
      entry('d', 'SYSTEM', 0, 0, 0o755, { selabel: 'sys' }),
      entry('f', 'SYSTEM/a', 0, 0, 0o755, { selabel: 'sys' }),
      entry('f', 'SYSTEM/b', 0, 0, 0o755, { selabel: 'sys', capabilities: 0x400n }),
      entry('f', 'SYSTEM/c', 0, 0, 0o755, { selabel: 'other' }),
      entry('f', 'SYSTEM/d', 0, 0, 0o755),
    ],
    statements: [
      'set_perm_recursive(0, 0, 0755, 0755, "/system"); 0x0 sys',
      'set_perm(0, 0, 0755, "/system/b"); 0x400 sys',
      'set_perm(0, 0, 0755, "/system/c"); 0x0 other',
    ],
  },
  {
    name: 'and not for set_perm',
    entries: [entry('d', 'SYSTEM'), entry('f', 'SYSTEM/b', 0, 0, 0o755, { selabel: 'sys', capabilities: 0x400n })],
    statements: ['set_perm_recursive(0, 0, 0755, 0755, "/system");'],
  },
];

test('unit: trees and their statements', () => {
  for (const { name, entries, rules = [], keep = [], family = 'set_perm', statements, skipped = [] } of cases) {
    const covered = (path: BuildPath) => !keep.includes(path);
    const plan = planPermissions({ entries: tree(...entries), rules, covered, family });
    assert.deepEqual(plan.statements.map(show), statements, name);
    assert.deepEqual(
      plan.skipped.map((one) => `${one.rule.text} ${one.reason}`),
      skipped,
      name,
    );
  }
});

/** What the device knows of a file or directory. */
interface State {
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
  readonly selabel: string | undefined;
  readonly capabilities: bigint;
}

/** Does to a tree what the device does; a statement that names a missing path or a link stops the update. */
function simulate(
  entries: ReadonlyMap<BuildPath, Entry>,
  before: State,
  statements: readonly PermissionStatement[],
): ReadonlyMap<BuildPath, State> {
  const states = new Map([...entries.values()].filter(({ kind }) => kind !== 'link').map(({ path }) => [path, before]));
  const change = (path: BuildPath, statement: PermissionStatement, mode: number) => {
    const was = states.get(path);
    assert.ok(was !== undefined, `the update stops at ${path}`);
    // A change of owner takes a file's capabilities away; what the statement says comes afterwards.
    const capabilities = entries.get(path)?.kind === 'file' ? (statement.capabilities ?? 0n) : 0n;
    const { uid, gid, selabel = was.selabel } = statement;
    states.set(path, { uid, gid, mode, selabel, capabilities });
  };
  for (const statement of statements) {
    if (statement.kind === 'set') {
      change(statement.path, statement, statement.mode);
      continue;
    }
    assert.equal(entries.get(statement.path)?.kind, 'directory');
    for (const { path, kind } of entries.values()) {
      if (kind === 'link' || !isWithin(path, statement.path)) continue;
      change(path, statement, kind === 'directory' ? statement.directoryMode : statement.fileMode);
    }
  }
  return states;
}

const part = fc.constantFrom('a', 'a-', 'b', 'c', 'firmware', '\xff');
const pathOf = fc.array(part, { maxLength: 4 }).map((parts) => ['SYSTEM', ...parts].join('/'));
const owner = fc.record({
  uid: fc.constantFrom(0, 0, 0, 1000),
  gid: fc.constantFrom(0, 0, 5),
  mode: fc.constantFrom(0o755, 0o644, 0o755, 0o4755, 0o700),
  selabel: fc.constantFrom(undefined, 's', 's', 't'),
  capabilities: fc.constantFrom(undefined, 0n, 0n, 0x400n),
});

/** A tree in which every parent is a directory. */
const trees = fc
  .array(fc.tuple(pathOf, fc.constantFrom<Kind>('d', 'f', 'f', 'f', 'l'), owner), { maxLength: 40 })
  .map((rows) => {
    const map = new Map<BuildPath, Entry>();
    for (const [name, kind, { uid, gid, mode, selabel, capabilities }] of rows) {
      const meta = {
        ...(selabel === undefined ? {} : { selabel }),
        ...(capabilities === undefined ? {} : { capabilities }),
      };
      const path = toBuildPath(name);
      const above: BuildPath[] = [];
      for (let up = parentOf(path); up !== undefined; up = parentOf(up)) above.push(up);
      if (map.has(path) || above.some((up) => (map.get(up)?.kind ?? 'directory') !== 'directory')) continue;
      for (const up of above) if (!map.has(up)) map.set(up, entry('d', up, uid, gid, mode, meta));
      map.set(path, entry(name === 'SYSTEM' ? 'd' : kind, name, uid, gid, mode, meta));
    }
    return tree(...map.values());
  });

const rules = fc.array(
  fc
    .tuple(
      fc.constantFrom<ChmodRule['form']>('exact', 'folder', 'pattern'),
      pathOf,
      owner,
      fc.constantFrom(0o755, 0o711),
    )
    .map(([form, path, { uid, gid, mode }, folderMode]) => rule(form, path, uid, gid, mode, folderMode)),
  { maxLength: 5 },
);

test('unit: on any tree the statements give every covered path its owner and mode, and touch no other', () => {
  const before: State = { uid: 77, gid: 77, mode: 0o111, selabel: 'before', capabilities: 1n };
  fc.assert(
    fc.property(
      trees,
      rules,
      fc.array(pathOf, { maxLength: 3 }),
      fc.constantFrom<PermissionFamily>('set_perm', 'set_metadata'),
      fc.constantFrom('on-top' as const, 'merged' as const),
      (entries, listed, kept, family, chmod) => {
        const covered = (path: BuildPath) => !kept.some((one) => isWithin(path, one));
        const { statements } = planPermissions({ entries, rules: listed, covered, family, chmod });
        const after = simulate(entries, before, statements);
        const wanted = effectiveOwnership(entries, listed, covered);
        for (const { path, kind } of entries.values()) {
          const state = after.get(path);
          if (kind === 'link') {
            assert.equal(wanted.get(path), undefined);
            continue;
          }
          const ownership = wanted.get(path);
          assert.ok(state !== undefined && ownership !== undefined);
          if (!covered(path)) {
            assert.deepEqual(state, before);
            continue;
          }
          const { uid, gid, mode, selabel, capabilities } = ownership;
          assert.deepEqual([state.uid, state.gid, state.mode], [uid, gid, mode], path);
          if (family === 'set_perm') continue;
          if (selabel !== undefined) assert.equal(state.selabel, selabel, path);
          assert.equal(state.capabilities, kind === 'file' ? (capabilities ?? 0n) : 0n, path);
        }
      },
    ),
    { numRuns: 400 },
  );
});

test('unit: ten thousand entries take no second, also in one deep chain', () => {
  const flat = [entry('d', 'SYSTEM')];
  for (let folder = 0; folder < 500; folder += 1) {
    flat.push(entry('d', `SYSTEM/d${folder}`));
    for (let file = 0; file < 20; file += 1) flat.push(entry('f', `SYSTEM/d${folder}/f${file}`, file, folder, 0o644));
  }
  const deep = Array.from({ length: 3000 }, (_, index) =>
    entry('d', ['SYSTEM', ...Array<string>(index).fill('d')].join('/')),
  );
  for (const entries of [tree(...flat), tree(...deep)]) {
    const start = performance.now();
    const { statements } = planPermissions({ entries, rules: [], covered: everything, family: 'set_perm' });
    assert.ok(statements.length > 0);
    const elapsed = performance.now() - start;
    assert.ok(elapsed < 3000, `took ${elapsed} ms`);
  }
});
