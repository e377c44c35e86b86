/**
 * Plays the recipes for CI as a runner does: steps in order, each command in a real shell, in a folder where nothing else is. What
 * the recipes name of others' actions is not run, but what is handed to them must be there.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { makeSample } from '../../samples/make.js';
import { workFolder } from '../support/work-folder.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const recipe = (name: string): unknown => parse(readFileSync(join(root, 'templates/ci', name), 'utf8'));

type Values = Readonly<Record<string, unknown>>;

function isValues(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function field(value: unknown, name: string): unknown {
  return isValues(value) ? value[name] : undefined;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : assert.fail(`no list: ${JSON.stringify(value)}`);
}

/** A folder with the sample's builds and lists, and the programs that a runner has; npm and gh only take note. */
function runner(name: string): { readonly folder: string; readonly noted: string; readonly env: NodeJS.ProcessEnv } {
  const place = workFolder(`ci-${name}`);
  const [folder, bin, home, noted] = [
    join(place, 'work'),
    join(place, 'bin'),
    join(place, 'home'),
    join(place, 'noted'),
  ];
  for (const made of [folder, bin, home]) mkdirSync(made);
  makeSample(folder);
  symlinkSync(join(root, 'bin/dfota.js'), join(bin, 'dfota'));
  symlinkSync(process.execPath, join(bin, 'node'));
  for (const program of ['npm', 'gh']) {
    writeFileSync(join(bin, program), `#!/bin/sh\necho "${program} $*" >> '${noted}'\n`);
    chmodSync(join(bin, program), 0o755);
  }
  writeFileSync(noted, '');
  const { PATH } = process.env;
  return { folder, noted, env: { PATH: [bin, PATH].join(delimiter), HOME: home, LANG: 'C.UTF-8', CI: 'true' } };
}

/** The value of an expression of GitHub's: names, texts, `==`, `!=`, `&&`, `!cancelled()`. Fails for anything else. */
function evaluate(expression: string, names: Values): unknown {
  const term = (text: string): unknown => {
    const quoted = /^'(.*)'$/.exec(text)?.[1];
    if (quoted !== undefined) return quoted;
    if (text === '!cancelled()') return true;
    assert.match(text, /^[a-z_]+(\.[a-z_]+)+$/i, expression);
    return text.split('.').reduce(field, names) ?? '';
  };
  return expression.split('&&').every((part) => {
    const [left = '', sign, right = ''] = part.trim().split(/ (==|!=) /);
    if (sign === undefined) return term(left) === true;
    return (term(left) === term(right)) === (sign === '==');
  });
}

function filled(text: unknown, names: Values): string {
  return String(text).replace(/\$\{\{ (.*?) \}\}/g, (_, name: string) =>
    String(name.trim().split('.').reduce(field, names) ?? ''),
  );
}

function record(entries: readonly (readonly [string, string])[]): Record<string, string> {
  return Object.fromEntries(entries);
}

/** Runs the steps of the action; the outputs, the summary, and the exit code of the first step that failed. */
function playAction(place: ReturnType<typeof runner>, given: Readonly<Record<string, string>>) {
  const action = recipe('github/action.yml');
  const inputs: Record<string, string> = {};
  const github = { token: 'the-token', sha: 'abc', server_url: 'https://example.test', repository: 'o/r', run_id: '7' };
  for (const [name, about] of Object.entries(field(action, 'inputs') ?? {})) {
    const value = given[name] ?? field(about, 'default');
    assert.ok(value !== undefined, `${name} is required`);
    inputs[name] = filled(value, { github });
  }
  for (const name of Object.keys(given)) assert.ok(name in inputs, `there is no input ${name}`);
  const [output, summary] = [join(place.folder, '../output'), join(place.folder, '../summary')];
  const steps: Record<string, { readonly outputs: Readonly<Record<string, string>> }> = {};
  writeFileSync(summary, '');
  let code = 0;
  let said = '';
  for (const step of listOf(field(field(action, 'runs'), 'steps'))) {
    const names = { inputs, github, steps };
    const condition = /^\$\{\{ (.*) \}\}$/.exec(String(field(step, 'if') ?? ''))?.[1];
    if (condition !== undefined && evaluate(condition, names) !== true) continue;
    const run = field(step, 'run');
    if (run === undefined) continue;
    writeFileSync(output, '');
    const env = record(Object.entries(field(step, 'env') ?? {}).map(([name, value]) => [name, filled(value, names)]));
    const { status, stdout, stderr } = spawnSync(
      'bash',
      ['--noprofile', '--norc', '-eo', 'pipefail', '-c', String(run)],
      {
        cwd: place.folder,
        encoding: 'utf8',
        env: {
          ...place.env,
          ...env,
          GITHUB_OUTPUT: output,
          GITHUB_STEP_SUMMARY: summary,
          GITHUB_REPOSITORY: 'o/r',
          GITHUB_SHA: 'abc',
        },
      },
    );
    said += stdout + stderr;
    const id = field(step, 'id');
    const lines = readFileSync(output, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
    if (typeof id === 'string') {
      steps[id] = {
        outputs: record(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)])),
      };
    }
    if (status !== 0) {
      code = status ?? -1;
      break;
    }
  }
  const outputs = record(
    Object.entries(field(action, 'outputs') ?? {}).map(([name, about]) => [
      name,
      filled(field(about, 'value'), { steps }),
    ]),
  );
  return { code, said, outputs, summary: readFileSync(summary, 'utf8') };
}

const policy = 'schema: 1\nbudgets:\n  package: 10kB\n';

test('end-to-end: the action for GitHub keeps the first release, and makes the delta of the second', () => {
  const place = runner('github');
  const first = playAction(place, { target: 'v1/targetfiles.zip' });
  assert.equal(first.code, 0, first.said);
  assert.match(first.summary, /first release/);
  assert.equal(first.outputs.package, '');

  const second = playAction(place, { target: 'v2/targetfiles.zip', comment: 'true' });
  assert.equal(second.code, 0, second.said);
  for (const name of ['package', 'audit', 'sarif', 'junit']) {
    assert.ok(existsSync(join(place.folder, second.outputs[name] || 'missing')), name);
  }
  for (const name of ['update.zip.json', 'provenance.json', 'notes.md', 'md5.txt', 'audit.html']) {
    assert.ok(existsSync(join(place.folder, 'delta', name)), name);
  }
  assert.match(second.summary, /^### Firmware audit/m);
  assert.match(
    readFileSync(join(place.folder, 'delta/provenance.json'), 'utf8'),
    /https:\/\/example\.test\/o\/r\/actions\/runs\/7/,
  );
  assert.match(
    readFileSync(place.noted, 'utf8'),
    /^npm install --global .*dfota@latest\n(npm.*\n)*gh api repos\/o\/r\/commits\/abc\/comments --field body=@/m,
  );
});

test('end-to-end: a budget that is not kept fails the job, shows the audit, and keeps the release out of the archive', () => {
  const place = runner('budget');
  writeFileSync(join(place.folder, 'policy.yaml'), policy);
  playAction(place, { target: 'v1/targetfiles.zip' });
  for (let attempt = 0; attempt < 2; attempt += 1) {
    const output = `delta-${attempt}`;
    const { code, summary, outputs, said } = playAction(place, {
      target: 'v2/targetfiles.zip',
      policy: 'policy.yaml',
      output,
    });
    assert.equal(code, 1, said);
    assert.match(summary, /budget/i);
    assert.equal(outputs.sarif, `${output}/audit.sarif`);
  }
  const broken = playAction(place, { target: 'policy.yaml', output: 'none' });
  assert.equal(broken.code, 3, broken.said);
  assert.equal(broken.outputs.package, '');
});

test('unit: what the example workflow gives to the action and takes from it is there', () => {
  const action = recipe('github/action.yml');
  const steps = listOf(field(field(field(recipe('github/workflow.yml'), 'jobs'), 'delta'), 'steps'));
  const own = steps.find((step) => String(field(step, 'uses')).startsWith('./.github/actions/dfota'));
  for (const name of Object.keys(field(own, 'with') ?? {})) assert.ok(field(field(action, 'inputs'), name), name);
  const text = readFileSync(join(root, 'templates/ci/github/workflow.yml'), 'utf8');
  const used = [...text.matchAll(/steps\.delta\.outputs\.(\w+)/g)].map(([, name = '']) => name);
  assert.ok(used.length > 1);
  for (const name of used) assert.ok(field(field(action, 'outputs'), name), name);
});

test('end-to-end: the template for GitLab keeps the first release, makes the delta of the second, and comments', async () => {
  const comments: string[] = [];
  const server = createServer((request, response) => {
    request.setEncoding('utf8');
    let body = '';
    request.on('data', (text: string) => {
      body += text;
    });
    request.on('end', () => {
      comments.push(`${request.method} ${request.url} ${request.headers['private-token']} ${body}`);
      response.writeHead(201).end();
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') assert.fail();
  const job = field(recipe('gitlab.yml'), '.dfota');
  const place = runner('gitlab');
  const play = async (
    variables: Readonly<Record<string, string>>,
  ): Promise<{ readonly code: number | null; readonly said: string }> => {
    const declared = record(
      Object.entries(field(job, 'variables') ?? {}).map(([name, value]) => [
        name,
        String(value).replace('$CI_PROJECT_DIR', place.folder),
      ]),
    );
    for (const name of Object.keys(variables)) assert.ok(name in declared || /^(CI|DELTA_COMMENT)_/.test(name), name);
    const script = ['set -eo pipefail', ...listOf(field(job, 'script')).map(String)].join('\n');
    // Not spawnSync: the server must answer.
    const { spawn } = await import('node:child_process');
    const child = spawn('sh', ['-c', script.replace('set -eo pipefail', 'set -e')], {
      cwd: place.folder,
      env: {
        ...place.env,
        ...declared,
        CI_JOB_URL: 'https://example.test/job/1',
        CI_COMMIT_SHA: 'abc',
        CI_PROJECT_ID: '5',
        ...variables,
      },
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        said += text;
      });
    const code = await new Promise<number | null>((ended) => child.on('close', ended));
    return { code, said };
  };
  try {
    const api = `http://127.0.0.1:${address.port}/api/v4`;
    const first = await play({ DELTA_TARGET: 'v1/targetfiles.zip' });
    assert.equal(first.code, 0, first.said);
    const second = await play({
      DELTA_TARGET: 'v2/targetfiles.zip',
      CI_API_V4_URL: api,
      DELTA_COMMENT_TOKEN: 'secret',
    });
    assert.equal(second.code, 0, second.said);
    assert.match(second.said, /^### Firmware audit/m);
    assert.ok(!second.said.includes('secret'));
    assert.equal(comments.length, 1);
    assert.match(
      comments[0] ?? '',
      /^POST \/api\/v4\/projects\/5\/repository\/commits\/abc\/comments secret \{"note":"### Firmware audit/,
    );
    for (const path of ['delta/update.zip', 'delta/audit.xml', '.cache/dfota', 'releases/archive.json']) {
      assert.ok(existsSync(join(place.folder, path)), path);
    }
  } finally {
    server.close();
  }
});
