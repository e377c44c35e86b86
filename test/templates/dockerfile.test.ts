/** Plays the steps of the Dockerfile in a scratch folder: no daemon is needed, and npm only takes note of what it is asked for. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { workFolder } from '../support/work-folder.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** The instructions of a Dockerfile, without comments; a line that ends in a backslash goes on. */
function instructionsOf(text: string): readonly (readonly [name: string, rest: string])[] {
  return text
    .replace(/\\\n/g, '')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name = '', rest = ''] = /^([A-Z]+) (.*)$/.exec(line) ?? assert.fail(`no instruction: ${line}`);
      return [name, rest] as const;
    });
}

test('integration: the steps of the Dockerfile run, and leave a program and a cache that every user may write to', () => {
  const place = workFolder('dockerfile');
  const [bin, image, noted] = [join(place, 'bin'), join(place, 'image'), join(place, 'noted')];
  mkdirSync(bin);
  mkdirSync(image);
  writeFileSync(join(bin, 'npm'), `#!/bin/sh\necho "npm $*" >> '${noted}'\n`);
  chmodSync(join(bin, 'npm'), 0o755);
  const instructions = instructionsOf(readFileSync(join(root, 'templates/ci/Dockerfile'), 'utf8'));
  const env: Record<string, string> = { PATH: [bin, process.env.PATH].join(delimiter) };
  const said = new Map<string, string>();
  for (const [name, rest] of instructions) {
    said.set(name, rest);
    if (name === 'ARG') env.VERSION = '1.2.3';
    else if (name === 'ENV') {
      const [key = '', value = ''] = rest.split('=');
      env[key] = value;
    } else if (name === 'RUN') {
      // The image's root is a folder here.
      const { status, stderr } = spawnSync('sh', ['-ec', rest.replaceAll(' /cache', ` ${image}/cache`)], {
        env,
        encoding: 'utf8',
      });
      assert.equal(status, 0, `${rest}: ${stderr}`);
    } else assert.ok(['FROM', 'WORKDIR', 'ENTRYPOINT'].includes(name), name);
  }
  const about = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  assert.match(readFileSync(noted, 'utf8'), new RegExp(`^npm install --global .*${about.name}@1\\.2\\.3$`, 'm'));
  const [program] = JSON.parse(said.get('ENTRYPOINT') ?? '[]');
  assert.ok(Object.hasOwn(about.bin, program));
  assert.equal(env.XDG_CACHE_HOME, '/cache');
  assert.equal(statSync(join(image, 'cache')).mode & 0o7777, 0o1777);
  const major = Number(/^node:(\d+)-slim$/.exec(said.get('FROM') ?? '')?.[1]);
  assert.ok(about.engines.node.includes(`>=${major}.`), `${about.engines.node} names Node ${major}`);
});
