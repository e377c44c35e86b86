import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { encodeBsdiff } from '../../src/encode/bsdiff/bsdiff.js';
import { openBuild } from '../../src/input/open-build.js';
import { sha256Of } from '../../src/model/digest.js';
import { noListRules } from '../../src/model/list-rules.js';
import type { Encoding, Payload } from '../../src/model/operation.js';
import { parseParts } from '../../src/model/parts.js';
import type { BuildPath } from '../../src/model/path.js';
import type { BootUpdate } from '../../src/model/plan.js';
import { deviceOrder } from '../../src/plan/order.js';
import { planDelta } from '../../src/plan/plan.js';
import { encodeOperations, settle } from '../../src/plan/settle.js';
import type { ScriptOptions } from '../../src/script/options.js';
import { printScript } from '../../src/script/printer.js';
import { writeScript } from '../../src/script/writer.js';
import { withIdentities } from '../support/identities.js';

const folder = fileURLToPath(new URL('../../../test/scenarios/ancestor-small/', import.meta.url));

function payloadOf(bytes: Uint8Array): Payload {
  return { id: sha256Of(bytes), size: bytes.length, packageBytes: bytes.length };
}

/** The small pair's script, with patches wherever the ancestor's 95 % rule allows one. */
async function scriptOfVectors(bootUpdate: BootUpdate, options: Omit<ScriptOptions, 'toolVersion'>): Promise<string> {
  const source = await openBuild(`${folder}ancestor-small.v1.zip`, { modes: 'build', role: 'source' });
  const target = await openBuild(`${folder}ancestor-small.v2.zip`, { modes: 'build', role: 'target' });
  try {
    const parts = parseParts(['a']);
    assert(parts !== undefined);
    const plan = planDelta({
      source: source.build,
      target: target.build,
      rules: noListRules,
      parts,
      bootUpdate,
      permissions: options.permissions,
      chmod: 'on-top',
      levers: { moves: false, copies: false, crossBases: false, basesPerFile: 1 },
      sketches: new Map(),
    });
    const encodings = new Map<BuildPath, Encoding>();
    for (const op of encodeOperations(plan)) {
      const to = await target.content.read(op.path);
      const has = op.kind === 'encode-partition' ? !op.whole : op.bases.length > 0;
      const patch = has ? encodeBsdiff(await source.content.read(op.path), to, { effort: 'fast' }) : undefined;
      const worth = patch !== undefined && patch.length <= 0.95 * to.length;
      encodings.set(op.path, {
        chosen: worth
          ? { kind: 'patch', base: op.path, format: 'BSDIFF40', payload: payloadOf(patch) }
          : { kind: 'whole', payload: payloadOf(to) },
        alternatives: [],
      });
    }
    const settled = withIdentities(settle(plan, encodings), (size) => payloadOf(Buffer.from(`identity ${size}`)));
    return printScript(writeScript(settled, deviceOrder(settled), { ...options, toolVersion: '0.0.0' }));
  } finally {
    await source.content.close();
    await target.content.close();
  }
}

/** Statements with white space folded, comments left out. */
function statementsOf(script: string): readonly string[] {
  return script
    .replace(/^#.*$/gm, '')
    .split(';\n')
    .map((statement) => statement.replace(/\s+/g, ' ').trim())
    .filter((statement) => statement !== '');
}

/** Takes the guards away that the ancestor does not have. */
function withoutGuards(statement: string): string {
  const inner = /^assert\((.*)\)$/.exec(statement)?.[1] ?? statement;
  if (inner.startsWith('mount(')) return inner.replace(' || is_mounted("/system")', '');
  return /^(apply_patch|package_extract_dir)\(/.test(inner) ? inner : statement;
}

describe('integration: the script of the small pair', () => {
  it('is the ancestor’s, statement by statement, but for what is named here', async () => {
    const ancestor = statementsOf(readFileSync(`${folder}ancestor-small.updater-script`, 'latin1')).filter(
      // Not to be emitted: see docs/formats/updater-script.md.
      (statement) => !statement.startsWith('retouch_binaries') && !statement.includes('ro.build.fingerprint'),
    );
    const ours = statementsOf(await scriptOfVectors('in-place', { dialect: 'assert', permissions: 'set_perm' }));
    const extractionChecks = ours.filter((statement) =>
      /^assert\(apply_patch_check\("[^"]*", "[0-9a-f]{40}"\)\)$/.test(statement),
    );
    assert.equal(extractionChecks.length, 2);
    // What a cut leaves in /cache is taken away at the very end; the ancestor lets it lie.
    assert.equal(ours.at(-2), 'delete("/cache/saved.file")');
    const comparable = ours
      .filter((statement) => !extractionChecks.includes(statement) && statement !== 'delete("/cache/saved.file")')
      .map(withoutGuards)
      // The partition check carries the two hashes as well.
      .map((statement) => statement.replace(/(apply_patch_check\("MTD:boot:[^"]*")(, "[0-9a-f]{40}"){2}/, '$1'))
      // The ancestor forgets that boot is copied to /cache too.
      .map((statement) => statement.replace('apply_patch_space(40000)', 'apply_patch_space(6000)'));
    // The ancestor takes modes from a table of its own, by which programs in /system/bin are 0755.
    assert.deepEqual(
      comparable,
      ancestor.filter((statement) => statement !== 'set_perm_recursive(0, 0, 0755, 0755, "/system/bin")'),
    );
  });

  it('guards every patch, so that a failed one cannot be passed over', async () => {
    for (const dialect of ['assert', 'abort'] as const) {
      const script = await scriptOfVectors('resumable', { dialect, permissions: 'set_perm' });
      for (const statement of statementsOf(script).filter((text) => /\bapply_patch\(/.test(text)))
        assert.match(statement, dialect === 'assert' ? /^assert\(/ : /\|\| abort\("/);
    }
  });

  it('writes a resumable partition through a staged file', async () => {
    const script = await scriptOfVectors('resumable', { dialect: 'assert', permissions: 'set_perm' });
    const boot = statementsOf(script).filter((statement) => statement.includes('boot.new'));
    assert.equal(boot.length, 6);
    assert.match(
      boot[1] ?? '',
      /^assert\(apply_patch_check\("MTD:boot:[^"]+", "[0-9a-f]+", "[0-9a-f]+"\) \|\| apply_patch_check\("\/cache\/recovery\/boot.new"/,
    );
    assert.match(boot[2] ?? '', /apply_patch_space\(322145\)/);
    assert.equal(boot[0], 'delete("/cache/recovery/boot.new.patch")');
    assert.equal(boot[5], 'delete("/cache/recovery/boot.new")');
  });

  it('names its tool within the first five lines', async () => {
    const script = await scriptOfVectors('whole', { dialect: 'abort', permissions: 'set_metadata' });
    assert.match(script.split('\n').slice(0, 5).join('\n'), /^# dfota 0\.0\.0$/m);
    assert.match(script, /write_raw_image\(package_extract_file\("boot.img"\), "boot"\)/);
    assert.match(
      script,
      /set_metadata_recursive\("\/system", "uid", 0, "gid", 0, "dmode", 0755, "fmode", 0644, "capabilities", 0x0\)/,
    );
  });
});
