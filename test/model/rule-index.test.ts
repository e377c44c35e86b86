import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseChmodList } from '../../src/input/lists/chmod-list.js';
import { parsePathList } from '../../src/input/lists/path-list.js';
import { toBuildPath } from '../../src/model/path.js';
import { RuleIndex } from '../../src/model/rule-index.js';
import { SortedPaths } from '../../src/model/sorted-paths.js';

const part = fc.constantFrom('a', 'ab', 'b', 'lib', 'lib.so', 'x(1)', 'a+b');
const wild = fc.constantFrom('*', '**', 'a*', 'l?b', '{a,lib}', '[ab]', 'a\\*', 'a\\b', '{,a}b', 'lib.*', '*.so');
const path = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => toBuildPath(`SYSTEM/${parts.join('/')}`));
const line = fc
  .tuple(fc.boolean(), fc.array(fc.oneof(part, wild), { minLength: 1, maxLength: 4 }), fc.boolean())
  .map(([inSystem, parts, folder]) => `${inSystem ? 'SYSTEM/' : ''}${parts.join('/')}${folder ? '/' : ''}`);
const lists = fc.array(line, { maxLength: 12 });

test('property: the index finds what asking every line of a list finds', () => {
  fc.assert(
    fc.property(lists, fc.array(path, { minLength: 1, maxLength: 8 }), (lines, paths) => {
      const { rules } = parsePathList('noota', 'noota', lines.join('\n'));
      const rows = parseChmodList('chmod', lines.map((text) => `/${text.replace(/^SYSTEM\//, '')}`).join('\n')).rules;
      const [index, rowIndex] = [new RuleIndex(rules), new RuleIndex(rows)];
      for (const one of paths) {
        const matching = rules.filter((rule) => rule.matches(one));
        assert.deepEqual(index.all(one), matching);
        assert.equal(index.first(one), matching[0]);
        assert.deepEqual(
          rowIndex.all(one),
          rows.filter((rule) => rule.matches(one)),
        );
      }
      const sorted = new SortedPaths(paths);
      for (const rule of [...rules, ...rows])
        assert.deepEqual([...sorted.matching(rule)], sorted.all.filter(rule.matches));
    }),
    { numRuns: 2000 },
  );
});

test('unit: a rule of which no start is known is asked for every path', () => {
  const rule = { matches: (one: string) => one.endsWith('z') };
  assert.equal(new RuleIndex([rule]).first(toBuildPath('any/z')), rule);
  assert.equal(new RuleIndex([rule]).first(toBuildPath('any/y')), undefined);
});

test('unit: a path asks only the lines that begin as it does', () => {
  const asked = (n: number): number => {
    let count = 0;
    const name = (i: number): string => `SYSTEM/f${String(i).padStart(6, '0')}`;
    const rules = Array.from({ length: n }, (_, i) => ({
      start: name(i),
      matches: (one: string) => {
        count += 1;
        return one === name(i);
      },
    }));
    const index = new RuleIndex(rules);
    for (let i = 0; i < n; i += 1) assert.equal(index.first(toBuildPath(name(i))), rules[i]);
    return count;
  };
  assert(asked(2000) < 2.3 * asked(1000));
});
