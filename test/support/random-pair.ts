import { Buffer } from 'node:buffer';
import { gzipSync } from 'node:zlib';
import { type Random, seededRandom } from './random.js';
import { bootImage, edited, someContent } from './random-content.js';
import {
  directory,
  type FileSpec,
  file,
  link,
  type NodeSpec,
  type Owner,
  type TargetFilesSpec,
  utf8,
} from './targetfiles.js';

/** Two builds and, for messages, which kinds of change they hold. */
export interface RandomPair {
  readonly source: TargetFilesSpec;
  readonly target: TargetFilesSpec;
  /** `kind path` for each change, in the order made. */
  readonly changes: readonly string[];
}

export interface RandomPairOptions {
  /** How often each kind of change is tried; 2 unless told, which makes about 150 nodes. */
  readonly rounds?: number;
  /** Also names with spaces, quotes, backslashes and bytes beyond ASCII; true unless told. */
  readonly oddNames?: boolean;
}

const folders = [
  'bin',
  'etc',
  'etc/webui',
  'usr/bin',
  'usr/lib/qt/plugins',
  'lib',
  'firmware/image',
  'firmware/image/modem_pr/so',
  'home/root',
  'opt/a/b/c/d/e/f/g/h/i/j/k',
];
const stems = ['app', 'libnet.so.', 'test.cfg', 'modem.b', 'init', 'Zone', 'x'];
const oddStems = [
  'with space ',
  ' leading',
  'quote"',
  "apostrophe'",
  'back\\slash',
  'star*[a]?',
  '#hash',
  '$dollar;',
  '-dash',
  '%s',
  utf8('höhe'),
  utf8('日本'),
  'bad\xff\xfe',
  'high\x80\xa0',
  'with 0 0 644',
];
const modes = [0o644, 0o755, 0o600, 0o640, 0o700];

/** Both trees while they grow. Each kind of change takes fresh paths, so kinds never meet by accident. */
interface Growing {
  readonly random: Random;
  readonly source: Record<string, NodeSpec>;
  readonly target: Record<string, NodeSpec>;
  fresh(): string;
  freshIn(folder: string): string;
}

const owner = (random: Random): Owner => ({
  mode: random.pick(modes),
  uid: random.chance(15) ? 1000 : 0,
  gid: random.chance(15) ? random.pick([3003, 1000]) : 0,
});

const content = (random: Random): Buffer => someContent(random, 1 + random.below(random.chance(15) ? 40_000 : 4_000));
const some = (random: Random): FileSpec => file(content(random), owner(random));
const withData = (before: FileSpec, data: Uint8Array): FileSpec => ({ ...before, data });
const change = (random: Random, before: FileSpec): FileSpec =>
  withData(before, edited(random, Buffer.from(before.data)));

/** Each kind of change between two builds, by name; returns the path that tells where. */
const kinds: Readonly<Record<string, (grow: Growing) => string>> = {
  same: ({ random, source, target, fresh }) => {
    const path = fresh();
    source[path] = target[path] = some(random);
    return path;
  },
  added: ({ random, target, fresh }) => {
    const path = fresh();
    target[path] = some(random);
    return path;
  },
  removed: ({ random, source, fresh }) => {
    const path = fresh();
    source[path] = some(random);
    return path;
  },
  changed: ({ random, source, target, fresh }) => {
    const path = fresh();
    const before = some(random);
    source[path] = before;
    target[path] = change(random, before);
    return path;
  },
  'changed, another mode too': ({ random, source, target, fresh }) => {
    const path = fresh();
    const before = some(random);
    source[path] = before;
    target[path] = { ...change(random, before), ...owner(random) };
    return path;
  },
  'changed altogether': ({ random, source, target, fresh }) => {
    const path = fresh();
    source[path] = file(random.bytes(1 + random.below(3000)));
    target[path] = file(random.bytes(1 + random.below(3000)));
    return path;
  },
  'changed, beside its temporary name': ({ random, source, target, fresh }) => {
    const path = fresh();
    const before = some(random);
    source[path] = before;
    target[path] = change(random, before);
    source[`${path}.patch`] = target[`${path}.patch`] = some(random);
    return path;
  },
  'changed, compressed': ({ random, source, target, fresh }) => {
    const path = `${fresh()}.gz`;
    const before = content(random);
    source[path] = file(gzipSync(before, { level: 9 }));
    target[path] = file(gzipSync(edited(random, before), { level: 9 }));
    return path;
  },
  moved: ({ random, source, target, fresh }) => {
    const path = fresh();
    source[path] = target[fresh()] = some(random);
    return path;
  },
  'moved and changed': ({ random, source, target, fresh }) => {
    const path = fresh();
    const before = some(random);
    source[path] = before;
    target[`${path}.1`] = change(random, before);
    return path;
  },
  'moved along a chain': ({ random, source, target, fresh }) => {
    const [first, second, third] = [fresh(), fresh(), fresh()];
    source[first] = target[second] = some(random);
    source[second] = target[third] = some(random);
    return first;
  },
  swapped: ({ random, source, target, fresh }) => {
    const [first, second] = [fresh(), fresh()];
    source[first] = target[second] = some(random);
    source[second] = target[first] = some(random);
    return first;
  },
  'directory renamed': ({ random, source, target, fresh }) => {
    const [before, after] = [fresh(), fresh()];
    for (let count = 1 + random.below(4); count > 0; count--) {
      const made = some(random);
      source[`${before}/sub/n${count}`] = made;
      target[`${after}/sub/n${count}`] = random.chance(40) ? change(random, made) : made;
    }
    source[`${before}/to`] = target[`${after}/to`] = link('sub/n1');
    return before;
  },
  copied: ({ random, source, target, fresh }) => {
    const path = fresh();
    source[path] = target[path] = target[fresh()] = some(random);
    return path;
  },
  'copied and changed': ({ random, source, target, fresh }) => {
    const path = fresh();
    const before = some(random);
    source[path] = target[path] = before;
    target[`${path}.2`] = change(random, before);
    return path;
  },
  'rewritten like others of the target': ({ random, source, target, fresh }) => {
    const path = fresh();
    const [own, common] = [content(random), someContent(random, 6_000 + random.below(10_000))];
    source[path] = file(own);
    target[path] = file(Buffer.concat([own, common]));
    for (let count = 1 + random.below(3); count > 0; count--) {
      const like = fresh();
      if (random.chance(70)) source[like] = some(random);
      target[like] = file(edited(random, common), owner(random));
    }
    return path;
  },
  'mode only': ({ random, source, target, fresh }) => {
    const path = fresh();
    const before = file(content(random), { mode: 0o644 });
    source[path] = before;
    target[path] = { ...before, mode: random.pick([0o755, 0o600, 0o4755]) };
    return path;
  },
  'owner only': ({ random, source, target, fresh }) => {
    const path = fresh();
    const before = some(random);
    source[path] = before;
    target[path] = { ...before, uid: (before.uid ?? 0) + 1, gid: 7 };
    return path;
  },
  'directory mode only': ({ random, source, target, fresh }) => {
    const path = fresh();
    source[path] = directory();
    target[path] = directory({ mode: 0o750, gid: 1000 });
    source[`${path}/inside`] = target[`${path}/inside`] = some(random);
    return path;
  },
  'set-uid, changed': ({ random, source, target, fresh }) => {
    const path = fresh();
    const before = file(content(random), { mode: random.pick([0o4755, 0o2755, 0o6711]), gid: random.pick([0, 2000]) });
    source[path] = before;
    target[path] = change(random, before);
    return path;
  },
  'file to link': ({ random, source, target, fresh }) => {
    const path = fresh();
    source[path] = target[`${path}.real`] = some(random);
    target[path] = link(`${path.slice(path.lastIndexOf('/') + 1)}.real`);
    return path;
  },
  'link to file': ({ random, source, target, fresh }) => {
    const path = fresh();
    source[path] = link(`${path.slice(path.lastIndexOf('/') + 1)}.real`);
    source[`${path}.real`] = target[`${path}.real`] = some(random);
    target[path] = some(random);
    return path;
  },
  'link retargeted': ({ random, source, target, fresh }) => {
    const path = fresh();
    source[path] = link(random.pick(['one', '../lib/one', '/usr/bin/x']));
    target[path] = link(random.pick(['two', 'with "quotes" and \\', utf8('höhe')]));
    return path;
  },
  'link added, removed, kept': ({ source, target, fresh, random }) => {
    const path = fresh();
    target[path] = link('dangling/new');
    source[fresh()] = link('dangling/old');
    const kept = fresh();
    source[kept] = target[kept] = link(random.pick(['/nowhere', '.']));
    return path;
  },
  'file to directory': ({ random, source, target, fresh }) => {
    const path = fresh();
    source[path] = some(random);
    target[`${path}/one`] = some(random);
    if (random.chance(50)) target[`${path}/two/three`] = withData(some(random), Buffer.from('x'));
    return path;
  },
  'directory to file': ({ random, source, target, fresh }) => {
    const path = fresh();
    source[`${path}/one`] = some(random);
    source[`${path}/two/three`] = link('../one');
    target[path] = some(random);
    return path;
  },
  'directory to link, its files moved': ({ random, source, target, fresh, freshIn }) => {
    const path = fresh();
    const merged = freshIn('usr');
    const depth = path.split('/').length - 2;
    for (let count = 1 + random.below(4); count > 0; count--) {
      const made = some(random);
      source[`${path}/n${count}`] = made;
      target[`${merged}/n${count}`] = random.chance(40) ? change(random, made) : made;
    }
    source[`${merged}/there`] = target[`${merged}/there`] = some(random);
    target[path] = link(`${'../'.repeat(depth)}${merged.slice('SYSTEM/'.length)}`);
    return path;
  },
  'link to directory': ({ random, source, target, fresh, freshIn }) => {
    const path = fresh();
    const real = freshIn('var');
    const depth = path.split('/').length - 2;
    source[path] = link(`${'../'.repeat(depth)}${real.slice('SYSTEM/'.length)}`);
    source[`${real}/one`] = target[`${real}/one`] = some(random);
    target[`${path}/one`] = some(random);
    target[`${path}/two`] = some(random);
    return path;
  },
  'empty in both': ({ source, target, fresh }) => {
    const path = fresh();
    source[path] = target[path] = file('');
    return path;
  },
  'becoming empty': ({ random, source, target, fresh }) => {
    const path = fresh();
    source[path] = some(random);
    target[path] = file('');
    return path;
  },
  'from empty': ({ random, source, target, fresh }) => {
    const path = fresh();
    source[path] = file('');
    target[path] = some(random);
    return path;
  },
  'empty added, removed': ({ source, target, fresh }) => {
    const path = fresh();
    target[path] = file('');
    source[fresh()] = file('');
    return path;
  },
  'empty directories': ({ source, target, fresh, random }) => {
    const path = fresh();
    target[`${path}/deep/empty`] = directory({ mode: random.pick([0o755, 0o700]) });
    source[fresh()] = directory();
    source[`${fresh()}/with/inner`] = directory();
    const kept = fresh();
    source[kept] = target[kept] = directory();
    return path;
  },
  'directory emptied, filled': ({ random, source, target, fresh }) => {
    const [emptied, filled] = [fresh(), fresh()];
    source[`${emptied}/one`] = some(random);
    target[emptied] = directory();
    source[filled] = directory();
    target[`${filled}/one`] = some(random);
    return emptied;
  },
};

/** The names of the kinds of change that a pair may hold. */
export const changeKinds: readonly string[] = Object.keys(kinds);

/** A pair of builds with every kind of change, made from the seed alone. */
export function randomPair(seed: number, { rounds = 2, oddNames = true }: RandomPairOptions = {}): RandomPair {
  const random = seededRandom(seed);
  const source: Record<string, NodeSpec> = {};
  const target: Record<string, NodeSpec> = {};
  let count = 0;
  const freshIn = (folder: string): string => {
    count += 1;
    const stem = oddNames && random.chance(20) ? random.pick(oddStems) : random.pick(stems);
    return `SYSTEM/${folder}/${random.chance(20) ? `d${count}/` : ''}${stem}${count}`;
  };
  const growing: Growing = { random, source, target, freshIn, fresh: () => freshIn(random.pick(folders)) };
  const changes: string[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const [kind, make] of Object.entries(kinds))
      if (round === 0 || random.chance(60)) changes.push(`${kind} ${make(growing)}`);
  }

  const kernel = someContent(random, 20_000);
  source['BOOTABLE_IMAGES/boot.img'] = file(bootImage(seededRandom(seed), kernel));
  const sameKernel = random.chance(30);
  target['BOOTABLE_IMAGES/boot.img'] = file(
    bootImage(seededRandom(seed), sameKernel ? kernel : edited(random, kernel)),
  );
  if (!sameKernel) changes.push('boot image');
  for (const image of ['abl.elf', 'tz.mbn']) {
    const before = content(random);
    source[`MULTIFOTA/${image}`] = file(before);
    target[`MULTIFOTA/${image}`] = file(random.chance(50) ? edited(random, before) : before);
  }
  return {
    source: { nodes: source, revision: 'A01', packageTime: '2022-06-22,15:50' },
    target: { nodes: target, revision: random.chance(90) ? 'A02' : 'A01', packageTime: '2023-01-09,08:30' },
    changes,
  };
}
