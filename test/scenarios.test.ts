/**
 * Every folder of test/scenarios with a `builds.ts` is a pair of builds that shows one thing. Its package is made, proved
 * at every power cut, proved again against the tree that the folder names (or the target), and what was planned and
 * written is held against `expected/`. `npm run goldens` writes `expected/` anew: review it with `git diff`.
 */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Decision } from '../src/model/decision.js';
import type { SettledOperation } from '../src/model/operation.js';
import { parseParts } from '../src/model/parts.js';
import { displayName, toBuildPath } from '../src/model/path.js';
import type { Verification } from '../src/model/verification.js';
import type { GenerateOptions } from '../src/usecases/generate/generate.js';
import { type ProfileName, verifyPackage } from '../src/usecases/verify/verify.js';
import { memoryBuild } from './support/device.js';
import { withGenerated } from './support/generated.js';
import { type PackageFile, readZip, scriptOf } from './support/package-zip.js';
import type { Nodes, Scenario } from './support/scenario.js';
import type { TargetFilesSpec } from './support/targetfiles.js';
import { workFolder } from './support/work-folder.js';

const compiled = fileURLToPath(new URL('scenarios/', import.meta.url));
const written = fileURLToPath(new URL('../../test/scenarios/', import.meta.url));
const work = workFolder('scenarios');
const updateGoldens = process.env.DFOTA_UPDATE_GOLDENS === '1';

const names = readdirSync(written)
  .filter((name) => existsSync(join(written, name, 'builds.ts')))
  .sort();

/** What an operation does, without what depends on the bytes of a patch. */
function showOperation(op: SettledOperation): string {
  switch (op.kind) {
    case 'patch-file':
      return op.base.path === op.path ? op.kind : `${op.kind} from ${displayName(op.base.path)} (${op.base.kind})`;
    case 'make-link':
      return `${op.kind} to ${displayName(op.destination)}`;
    case 'patch-partition':
    case 'write-partition':
      return `${op.kind} ${op.partition.type}:${op.partition.device}`;
    default:
      return op.kind;
  }
}

/** One line a path that is not the same in both builds and that a package could carry. */
function planText(decisions: Iterable<Decision<SettledOperation>>): string {
  let text = '';
  for (const { path, change, reason, decidedBy, operations } of decisions) {
    if (reason === 'not-carried' || (change === 'untouched' && operations.length === 0)) continue;
    const by = decidedBy === undefined ? '' : ` (${decidedBy.list}:${decidedBy.line})`;
    const does = operations.length === 0 ? 'nothing' : operations.map(showOperation).join(', ');
    text += `${displayName(path)} | ${change} | ${reason}${by} | ${does}\n`;
  }
  return text;
}

/** Name, mode and size of the entries; a patch's size is the encoder's business, the script's that of its own golden. */
function entriesText(files: readonly PackageFile[]): string {
  return files
    .map(({ name, mode, data }) => {
      const size = /^patch\/|^dfota\/patch\//.test(name) ? 'patch' : name.startsWith('META-INF/') ? '-' : data.length;
      return `${(mode & 0o7777).toString(8).padStart(4, '0')} ${String(size).padStart(7)} ${displayName(name)}\n`;
    })
    .join('');
}

/** Compares bytes with a golden, or writes it. */
function golden(name: string, file: string, actual: string): void {
  const path = join(written, name, 'expected', file);
  if (updateGoldens) {
    mkdirSync(join(written, name, 'expected'), { recursive: true });
    writeFileSync(path, Buffer.from(actual, 'latin1'));
  }
  assert.equal(actual, readFileSync(path, 'latin1'), `${name}/expected/${file}`);
}

async function load(name: string): Promise<Scenario> {
  const { builds }: { readonly builds: Scenario } = await import(join(compiled, name, 'builds.js'));
  return builds;
}

function specOf({ both, misc }: Scenario, nodes: Nodes | undefined): TargetFilesSpec {
  return { nodes: { ...both, ...nodes }, ...(misc === undefined ? {} : { misc }) };
}

function optionsOf({
  parts = 'a',
  options,
  profile = 'strict',
  losesToCuts = false,
}: Scenario): Partial<GenerateOptions> {
  const chosen = parseParts([parts]);
  assert(chosen !== undefined, `parts ${parts}`);
  return { parts: [...chosen], ...options, verify: { level: losesToCuts ? 'off' : 'full', profile } };
}

/** The devices that a script addresses, by the functions that it sets owners and modes with. */
const profilesOf: Readonly<Record<Verification['permissions'], readonly ProfileName[]>> = {
  none: ['strict'],
  set_perm: ['strict', 'android-4.1', 'android-4.4', 'linux-embedded'],
  set_metadata: ['strict', 'android-4.4', 'android-5.1', 'android-7.1'],
};

for (const name of names) {
  test(`end-to-end: ${name}`, async () => {
    const readme = readFileSync(join(written, name, 'README.md'), 'utf8');
    assert.match(readme, /^\S.{20,}\n$/, 'README.md says in one line what the scenario shows');
    const builds = await load(name);
    const lists = join(written, name, 'lists');
    const [source, target] = [specOf(builds, builds.before), specOf(builds, builds.after)];
    const specs = { source, target, ...(existsSync(lists) ? { lists } : {}) };
    await withGenerated(join(work, name), specs, optionsOf(builds), async (made) => {
      const { source, packagePath, generated } = made;
      const { plan, findings } = generated;
      const { profile = 'strict', losesToCuts = false } = builds;
      const verification =
        generated.verification ??
        (await verifyPackage({ source, target: made.target }, { packagePath, profile, powerCuts: 'all' }));
      const cuts = verification.powerCuts;
      assert(cuts !== undefined);
      assert.equal(verification.proved, !losesToCuts);
      if (losesToCuts) assert(cuts.failures.every(({ repeated, effect }) => repeated && /of a partition/.test(effect)));
      else assert.equal(cuts.failed, 0);
      assert.equal(verification.progressFault, undefined);

      const ends = memoryBuild(specOf(builds, builds.ends ?? builds.after));
      const images = new Map(Object.entries(builds.images ?? {}).map(([image, on]) => [toBuildPath(image), on]));
      for (const profile of profilesOf[verification.permissions]) {
        const again = await verifyPackage({ source, target: ends, images }, { packagePath, profile });
        assert.equal(again.status, 'succeeded', `${profile}: ${again.message}`);
        assert.deepEqual(again.differences, [], `${profile}: the device ends as the scenario says`);
      }

      const asked = [...scriptOf(readZip(readFileSync(packagePath))).matchAll(/apply_patch_space\((\d+)\)/g)];
      assert.equal(generated.needs.cacheAsked, Math.max(0, ...asked.map(([, bytes]) => Number(bytes))));

      const codes: readonly string[] = findings.map(({ code }) => code);
      for (const code of builds.findings ?? []) assert(codes.includes(code), `finding ${code} among ${codes.join()}`);

      const files = readZip(readFileSync(packagePath));
      const plain = Buffer.from(planText(plan.decisions.values()), 'utf8').toString('latin1');
      golden(name, 'plan.txt', plain);
      golden(name, 'updater-script', scriptOf(files).replace(/^# dfota .*$/m, '# dfota VERSION'));
      golden(name, 'entries.txt', entriesText(files));
    });
  });
}

test('unit: there is a scenario for every folder', () => {
  assert(names.length >= 40, `${names.length} scenarios`);
});
