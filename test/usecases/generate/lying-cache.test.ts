/** Nothing that a cache gives is believed: whatever it holds, the package is the right one, and what was false is told and replaced. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { compressWhole } from '../../../src/encode/deflate/whole.js';
import type { EncodedFile } from '../../../src/encode/encode-file.js';
import { readEncoded, writeEncoded } from '../../../src/encode/pool/result-file.js';
import { isSha256, sha1Of } from '../../../src/model/digest.js';
import { entryFile, readEntry, writeEntry } from '../../../src/store/cache/entries.js';
import { serveCache } from '../../../src/store/cache/server.js';
import { withGenerated } from '../../support/generated.js';
import { noise } from '../../support/scenario.js';
import { file, type NodeSpec } from '../../support/targetfiles.js';
import { workFolder } from '../../support/work-folder.js';

const work = workFolder('lying-cache');

function nodes(last: string): Readonly<Record<string, NodeSpec>> {
  return {
    'SYSTEM/bin/app': file(`${noise('app', 9000)}${noise(last, 40)}`),
    'SYSTEM/bin/other': file(`${noise('other', 7000)}${noise(last, 60)}`),
    'SYSTEM/etc/new': file(noise(`new ${last}`, 800)),
  };
}

const specs = {
  source: { nodes: nodes('before'), revision: 'A01' },
  target: { nodes: nodes('after'), revision: 'A02' },
};

const generate = (name: string, cache: string | undefined, cacheReadOnly?: boolean) =>
  withGenerated(
    join(work, name),
    specs,
    { encoding: { effort: 'fast', jobs: 2, cache, cacheReadOnly }, verify: { level: 'quick', profile: 'strict' } },
    async ({ generated }) => generated,
  );

function keysIn(folder: string) {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => name.replace(/^.*[\\/]/, ''))
    .filter(isSha256)
    .sort();
}

/** Rewrites every result of a cache, with right digests around it. Says how many. */
async function lie(folder: string, change: (file: EncodedFile) => EncodedFile | undefined): Promise<number> {
  let changed = 0;
  for (const key of keysIn(folder)) {
    const stored = await readEntry(folder, key);
    const encoded = typeof stored === 'string' ? undefined : readEncoded(stored);
    const other = encoded && change(encoded);
    if (other === undefined) continue;
    await writeEntry(folder, key, writeEncoded(other));
    changed += 1;
  }
  return changed;
}

/** A patch that is right in itself, and makes something else. */
function otherPatch({ chosen, ...rest }: EncodedFile): EncodedFile | undefined {
  if (chosen.kind !== 'patch') return undefined;
  const bytes = chosen.bytes.slice();
  // The target's size in the header of BSDIFF40 stays: only what the patch says changes.
  bytes[bytes.length - 20] = (bytes[bytes.length - 20] ?? 0) ^ 4;
  return { ...rest, chosen: { ...chosen, bytes, sha1: sha1Of(bytes), packed: compressWhole(bytes, 'fast') } };
}

const lies: Readonly<Record<string, (file: EncodedFile) => EncodedFile | undefined>> = {
  'another patch, with its own digest': otherPatch,
  'packed bytes that are not those of the patch': ({ chosen, ...rest }) =>
    chosen.kind === 'patch'
      ? { ...rest, chosen: { ...chosen, packed: compressWhole(new Uint8Array(chosen.bytes.length).fill(7), 'fast') } }
      : undefined,
  'a whole file that is another': ({ chosen, ...rest }) =>
    chosen.kind === 'whole'
      ? { ...rest, chosen: { ...chosen, packed: compressWhole(new Uint8Array(chosen.packed.size).fill(7), 'fast') } }
      : undefined,
  'a wrong checksum': ({ chosen, ...rest }) => ({
    ...rest,
    chosen: { ...chosen, packed: { ...chosen.packed, crc32: (chosen.packed.crc32 ^ 1) >>> 0 } },
  }),
  'bytes behind the end': ({ chosen, ...rest }) =>
    chosen.packed.method === 'deflated'
      ? {
          ...rest,
          chosen: { ...chosen, packed: { ...chosen.packed, bytes: new Uint8Array([...chosen.packed.bytes, 1]) } },
        }
      : undefined,
  'a base that there is not': ({ chosen, ...rest }) =>
    chosen.kind === 'patch' ? { ...rest, chosen: { ...chosen, base: 99 } } : undefined,
  'tries with a base that there is not': ({ chosen, trials }) => ({
    chosen,
    trials: trials.map((trial) => ({ ...trial, base: 7 })),
  }),
};

test('end-to-end: whatever a cache lies, the package is byte for byte that of a run without, told once, and the cache is mended', async () => {
  const alone = await generate('alone', undefined);
  const cache = join(work, 'cache');
  await generate('cold', cache);
  const kept = new Map(keysIn(cache).map((key) => [key, readFileSync(entryFile(cache, key))]));
  for (const [what, change] of Object.entries(lies)) {
    assert.ok((await lie(cache, change)) > 0, what);
    const made = await generate('lied-to', cache);
    assert.equal(made.output.sha256, alone.output.sha256, what);
    const told = made.findings.filter(({ code }) => code.startsWith('cache-'));
    assert.deepEqual(
      told.map(({ severity, code }) => `${severity} ${code}`),
      ['warning cache-entry-wrong'],
      what,
    );
    for (const [key, bytes] of kept) assert.deepEqual(readFileSync(entryFile(cache, key)), bytes, what);
  }
  const warm = await generate('warm', cache);
  assert.deepEqual(
    warm.findings.filter(({ code }) => code.startsWith('cache-')),
    [],
  );
});

test('end-to-end: the same through a server, and with a read-only one the lie stays and does no harm', async () => {
  const alone = await generate('alone-2', undefined);
  const directory = join(work, 'served');
  const options = { directory, host: '127.0.0.1', port: 0, token: undefined, maxBytes: 2 ** 30, onRequest: () => {} };
  const server = await serveCache(options);
  const url = `http://127.0.0.1:${server.port}`;
  try {
    assert.equal((await generate('filled', url)).output.sha256, alone.output.sha256);
    assert.ok((await lie(directory, otherPatch)) > 0);
    for (const readOnly of [true, false]) {
      const made = await generate('from-server', url, readOnly);
      assert.equal(made.output.sha256, alone.output.sha256);
      const [told] = made.findings.filter(({ code }) => code.startsWith('cache-'));
      assert.equal(told?.code, 'cache-entry-wrong');
      assert.match(told.message, readOnly ? /stays there/ : /replaced/);
    }
    const mended = await generate('mended', url);
    assert.deepEqual(
      mended.findings.filter(({ code }) => code.startsWith('cache-')),
      [],
    );
  } finally {
    await server.close();
  }
});

test('integration: entries that are no results at all are misses', async () => {
  const cache = join(work, 'rubbish');
  const first = await generate('first', cache);
  for (const key of keysIn(cache))
    await writeEntry(cache, key, Buffer.from('{"chosen":{"kind":"whole"},"packed":{}}\n'));
  for (const key of keysIn(cache).slice(0, 1)) writeFileSync(entryFile(cache, key), 'rubbish');
  assert.equal((await generate('second', cache)).output.sha256, first.output.sha256);
});
