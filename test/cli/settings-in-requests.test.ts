/** A setting that a command takes is no word that nobody reads: it makes another request, or the list below says who reads it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { auditRequest } from '../../src/cli/commands/audit.js';
import { checkRequest } from '../../src/cli/commands/check.js';
import { generateRequest } from '../../src/cli/commands/generate.js';
import { prepareRequest } from '../../src/cli/commands/prepare.js';
import { releaseRequest } from '../../src/cli/commands/release.js';
import { verifyRequest } from '../../src/cli/commands/verify.js';
import { type ConfiguredCommand, configuredCommands, type Setting } from '../../src/model/configuration/setting.js';
import { type SettingName, settingNames, settingOf } from '../../src/model/configuration/settings.js';

const pair = { source: 'v1.zip', target: 'v2.zip', parts: 'a', modes: 'build' };
const making = {
  effort: 'normal',
  verify: 'quick',
  profile: 'strict',
  bootUpdate: 'resumable',
  scriptDialect: 'assert',
};

/** The function that makes a command's request of words, and words that are enough for it. */
const requests: Readonly<Record<ConfiguredCommand, { readonly make: object; readonly words: object }>> = {
  generate: { make: generateRequest, words: { ...pair, ...making, target: undefined, to: 'v2.zip', noCache: true } },
  check: { make: checkRequest, words: pair },
  verify: { make: verifyRequest, words: { ...pair, package: 'update.zip', profile: 'strict', powerCuts: 'none' } },
  audit: { make: auditRequest, words: { ...pair, noCache: true, exact: true } },
  release: { make: releaseRequest, words: { ...pair, ...making, output: 'out', noCache: true } },
  prepare: { make: prepareRequest, words: { source: 'v1.zip', output: 'v2.zip', boot: 'boot.img' } },
};

/** What the command itself reads, beside the request. */
const readApart: Readonly<Partial<Record<SettingName, string>>> = {
  starterLists: 'chosenLists makes a folder of lists of it',
  format: 'the report, when the audit is there',
  only: 'the report, when the audit is there',
  under: 'the report, when the audit is there',
  passphraseEnv: 'the port that gives the passphrase',
};

/** `verify` checks signatures by a request of its own. */
const ofSignatures: readonly SettingName[] = ['certificate', 'publicKey', 'signature'];

/** What must be said with a setting, or in its place. */
const besides: Readonly<Partial<Record<SettingName, object>>> = {
  cache: { noCache: undefined },
  cacheReadOnly: { noCache: undefined, cache: 'cache' },
  noCache: { cache: undefined },
  builderId: { provenance: 'p.json' },
  fromArchive: { source: undefined, to: undefined, target: 'v2.zip', sourceVersion: ['A01'] },
  sourceVersion: { source: undefined, to: undefined, target: 'v2.zip', fromArchive: 'releases' },
  from: { to: undefined },
  key: { scheme: 'le' },
  certificate: { scheme: 'le', key: 'key.pem' },
  publicKey: { scheme: 'le', key: 'key.pem' },
  signerCommand: { scheme: 'le' },
  signerTimeout: { scheme: 'le', key: 'key.pem' },
};

/** Two values of a form, in the words of the command line. */
function valuesOf(name: SettingName, setting: Setting): readonly [unknown, unknown] {
  switch (setting.kind) {
    case 'flag':
      return [undefined, true];
    case 'size':
      return ['4K', '8K'];
    case 'count':
      return [String(setting.least), String(setting.least + 1)];
    case 'choice':
      return setting.words.length > 1 ? [setting.words[0], setting.words.at(-1)] : [undefined, setting.words[0]];
    case 'parts':
      return ['a', 'm'];
    case 'texts':
      if (name === 'allow') return [['boot-image-gone'], ['modes-lost']];
      return name === 'property' ? [['a=1'], ['a=2']] : [['one'], ['two']];
    case 'builds':
      return [['one.zip'], ['two.zip']];
    default:
      return name === 'powerCuts' ? ['all', '3'] : ['one', 'two'];
  }
}

for (const command of configuredCommands) {
  test(`unit: each setting of ${command} makes another request`, () => {
    const { make, words } = requests[command];
    if (typeof make !== 'function') assert.fail();
    const requested = (name: SettingName, value: unknown): string => {
      const request: unknown = Reflect.apply(make, undefined, [{ ...words, ...besides[name], [name]: value }]);
      return JSON.stringify(request);
    };
    const names = settingNames.filter((name) => settingOf(name).commands.includes(command));
    const unread = names.filter((name) => {
      // `generate` takes its target as a word of another name.
      if (
        readApart[name] !== undefined ||
        (command === 'verify' && ofSignatures.includes(name)) ||
        (command === 'generate' && name === 'target')
      )
        return false;
      const [one, other] = valuesOf(name, settingOf(name));
      return requested(name, one) === requested(name, other);
    });
    assert.deepEqual(unread, []);
  });
}
