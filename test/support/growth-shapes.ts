/** Pairs of builds with lists that grow in one direction each: what a search over everything would show itself on. */
import { parseChmodList } from '../../src/input/lists/chmod-list.js';
import { parseMultifotaList } from '../../src/input/lists/multifota-list.js';
import { parsePathList } from '../../src/input/lists/path-list.js';
import type { Build } from '../../src/model/build.js';
import type { ListRules } from '../../src/model/list-rules.js';
import { type AbstractNode, abstractBuild } from './abstract-build.js';

/** Two builds and the lists. */
export interface Shape {
  readonly source: Build;
  readonly target: Build;
  readonly rules: ListRules;
}

type Nodes = Record<string, AbstractNode>;

interface Texts {
  readonly noota?: string | undefined;
  readonly fullota?: string | undefined;
  readonly chmod?: string | undefined;
  readonly multifota?: string | undefined;
}

function shape(source: Nodes, target: Nodes, lists: Texts = {}): Shape {
  const always: Nodes = { 'SYSTEM/bin/app': { file: 'app' }, 'BOOTABLE_IMAGES/boot.img': { file: 'boot' } };
  return {
    source: abstractBuild({ ...always, 'SYSTEM/build.prop': { file: 'v1' }, ...source }),
    target: abstractBuild({ ...always, 'SYSTEM/build.prop': { file: 'v2' }, ...target }),
    rules: {
      keep: parsePathList('noota', 'noota', lists.noota ?? '').rules,
      whole: parsePathList('fullota', 'fullota', lists.fullota ?? '').rules,
      permissions: parseChmodList('chmod', lists.chmod ?? '').rules,
      images: parseMultifotaList('multifota', lists.multifota ?? '').rules,
    },
  };
}

function each(n: number, node: (i: number) => readonly [string, AbstractNode]): Nodes {
  return Object.fromEntries(Array.from({ length: n }, (_, i) => node(i)));
}

function lines(n: number, line: (i: number) => string): string {
  return Array.from({ length: n }, (_, i) => `${line(i)}\n`).join('');
}

const file = (path: (i: number) => string, content: (i: number) => string) => (i: number) =>
  [path(i), { file: content(i) }] as const;

function deep(depth: number): string {
  return `SYSTEM/${Array.from({ length: depth }, () => 'd').join('/')}`;
}

/** The shapes by name, each made of about so many paths or lines. */
export const growthShapes: Readonly<Record<string, (n: number) => Shape>> = {
  'a noota folder with many files': (n) =>
    shape(
      each(
        n,
        file(
          (i) => `SYSTEM/kept/f${i}`,
          (i) => `a${i}`,
        ),
      ),
      each(
        n,
        file(
          (i) => `SYSTEM/kept/f${i}`,
          (i) => `b${i}`,
        ),
      ),
      { noota: 'SYSTEM/kept/\n' },
    ),
  'many noota lines': (n) =>
    shape(
      each(
        n,
        file(
          (i) => `SYSTEM/kept/f${i}`,
          (i) => `a${i}`,
        ),
      ),
      each(
        n,
        file(
          (i) => `SYSTEM/kept/f${i}`,
          (i) => `b${i}`,
        ),
      ),
      { noota: lines(n, (i) => `SYSTEM/kept/f${i}`) },
    ),
  'many fullota lines and patterns': (n) =>
    shape(
      each(
        n,
        file(
          (i) => `SYSTEM/w/f${i}`,
          (i) => `a${i}`,
        ),
      ),
      each(
        n,
        file(
          (i) => `SYSTEM/w/f${i}`,
          (i) => `b${i}`,
        ),
      ),
      { fullota: lines(n, (i) => (i % 2 === 0 ? `SYSTEM/w/f${i}` : `SYSTEM/w/f${i}*`)) },
    ),
  'files in both lists': (n) =>
    shape(
      each(
        n,
        file(
          (i) => `SYSTEM/w/f${i}`,
          (i) => `a${i}`,
        ),
      ),
      each(
        n,
        file(
          (i) => `SYSTEM/w/f${i}`,
          (i) => `b${i}`,
        ),
      ),
      { noota: lines(n, (i) => `SYSTEM/w/f${i}`), fullota: lines(n, (i) => `SYSTEM/w/f${i}/`) },
    ),
  'many lines that match nothing': (n) =>
    shape(
      each(
        n,
        file(
          (i) => `SYSTEM/lib/name${i}.so`,
          () => 'x',
        ),
      ),
      each(
        n,
        file(
          (i) => `SYSTEM/lib/name${i}.so`,
          () => 'x',
        ),
      ),
      {
        noota: lines(n, (i) => `SYSTEM/lib/nmae${i}.so`),
        fullota: lines(n, (i) => `lib/none${i}*.so`),
      },
    ),
  'many files deleted': (n) =>
    shape(
      each(
        n,
        file(
          (i) => `SYSTEM/gone${i % 7}/f${i}`,
          (i) => `a${i}`,
        ),
      ),
      {},
    ),
  'many directories deleted': (n) =>
    shape(
      each(
        n,
        file(
          (i) => `SYSTEM/gone${i}/f`,
          (i) => `a${i}`,
        ),
      ),
      {},
    ),
  'many directories become files': (n) =>
    shape(
      each(
        n,
        file(
          (i) => `SYSTEM/x/k${i}/f`,
          (i) => `a${i}`,
        ),
      ),
      each(
        n,
        file(
          (i) => `SYSTEM/x/k${i}`,
          (i) => `b${i}`,
        ),
      ),
    ),
  'many files moved, their directories gone': (n) =>
    shape(
      each(
        n,
        file(
          (i) => `SYSTEM/old${i}/f${i}`,
          (i) => `a${i}`,
        ),
      ),
      each(
        n,
        file(
          (i) => `SYSTEM/new${i}/f${i}`,
          (i) => `a${i}`,
        ),
      ),
    ),
  'many equal files moved': (n) =>
    shape(
      each(
        n,
        file(
          (i) => `SYSTEM/old/p${i}/__init__.py`,
          () => 'same',
        ),
      ),
      each(
        n,
        file(
          (i) => `SYSTEM/new/p${i}/__init__.py`,
          () => 'same',
        ),
      ),
    ),
  'many files of one name': (n) =>
    shape(
      each(
        n,
        file(
          (i) => `SYSTEM/share/old${i}/copyright`,
          (i) => `a${i}`,
        ),
      ),
      each(
        n,
        file(
          (i) => `SYSTEM/share/new${i}/copyright`,
          (i) => `b${i}`,
        ),
      ),
    ),
  'many files changed': (n) =>
    shape(
      each(
        n,
        file(
          (i) => `SYSTEM/lib/f${i}`,
          (i) => `a${i}`,
        ),
      ),
      each(
        n,
        file(
          (i) => `SYSTEM/lib/f${i}`,
          (i) => `b${i}`,
        ),
      ),
    ),
  'many new files and directories': (n) =>
    shape(
      {},
      each(
        n,
        file(
          (i) => `SYSTEM/new/d${i}/f`,
          (i) => `b${i}`,
        ),
      ),
    ),
  'many links': (n) =>
    shape(
      each(n, (i) => [`SYSTEM/links/l${i}`, { link: `t${i}` }]),
      each(n, (i) => [`SYSTEM/links/l${i}`, { link: `u${i % 3 === 0 ? i : 0}` }]),
    ),
  'many permission changes': (n) =>
    shape(
      each(n, (i) => [`SYSTEM/p/d${i % 50}/f${i}`, { file: 'x', mode: 0o644 }]),
      each(n, (i) => [`SYSTEM/p/d${i % 50}/f${i}`, { file: 'x', mode: 0o600 + (i % 64) }]),
    ),
  'many chmod rows': (n) =>
    shape(
      each(n, (i) => [`SYSTEM/p/d${i}/f`, { file: 'x', mode: 0o644 }]),
      each(n, (i) => [`SYSTEM/p/d${i}/f`, { file: 'x', mode: 0o600 }]),
      {
        chmod: lines(n, (i) =>
          i % 3 === 0 ? `/p/d${i}/ 755 0 0 755` : i % 3 === 1 ? `/p/d${i}/f 700` : `/p/d${i}/* 711`,
        ),
      },
    ),
  'many images': (n) =>
    shape(
      each(
        n,
        file(
          (i) => `MULTIFOTA/i${i}.mbn`,
          (i) => `a${i}`,
        ),
      ),
      each(
        n,
        file(
          (i) => `MULTIFOTA/i${i}.mbn`,
          (i) => `b${i}`,
        ),
      ),
      { multifota: lines(n, (i) => `MULTIFOTA/i${i}.mbn part${i % 5}`) },
    ),
  'many images missing': (n) =>
    shape(
      {},
      each(
        n,
        file(
          (i) => `MULTIFOTA/i${i}.mbn`,
          (i) => `b${i}`,
        ),
      ),
      {
        multifota: lines(n, (i) => `MULTIFOTA/j${i}.mbn part${i}`),
      },
    ),
  'files at depth 200': (n) =>
    shape(
      each(
        n,
        file(
          (i) => `${deep(200)}/f${i}`,
          (i) => `a${i}`,
        ),
      ),
      each(
        n,
        file(
          (i) => `${deep(200)}/f${i}`,
          (i) => `b${i}`,
        ),
      ),
    ),
  'files deleted at depth 200': (n) =>
    shape(
      each(
        n,
        file(
          (i) => `${deep(200)}/f${i}`,
          (i) => `a${i}`,
        ),
      ),
      {},
    ),
};
