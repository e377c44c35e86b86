/** What a module's shell tells before anything is sent: version, free space, the files that the package checks, and its AT ports. */
import { type Limits, type Talk, tell } from './dialogue.js';
import type { SeenModule, SeenPackage } from './predict.js';
import {
  digestsIn,
  digestsLine,
  freeIn,
  groupsOf,
  holdersLine,
  portsIn,
  quoted,
  type SeenPort,
  versionFileIn,
  versionLine,
} from './shell-words.js';

/** Where the version file of the family is, as a recovery sees it. */
export const usualVersionFile = '/system/etc/quectel-project-version';

/** Why the shell does not answer. */
const noShell = "the module's shell does not answer over ADB";

/** Version, product, free space of usrdata and /system, and the SHA-1 of each file that the package checks; a text says why not. */
export function* lookOverShell(file: SeenPackage, limits: Limits): Talk<SeenModule | string> {
  const versionFile = file.versionFile?.path ?? usualVersionFile;
  const said = yield* run(versionLine(versionFile), limits.answer);
  if (said === undefined) return noShell;
  const found = versionFileIn(said);
  if (found === undefined) return `there is no ${versionFile.replace(/^\/system/, '')} on the module`;
  const usrdata = yield* run(`df -Pk ${quoted('/usrdata')}`, limits.answer);
  const system = yield* run(`df -Pk ${quoted(found.root === '' ? '/' : found.root)}`, limits.answer);
  const paths = [...(file.versionFile === undefined ? [] : [versionFile]), ...file.checks.map(({ path }) => path)];
  const files = new Map<string, string>();
  for (const group of groupsOf(paths)) {
    const text = yield* run(digestsLine(found.root, group), limits.digests);
    const digests = digestsIn(text ?? '', group.length);
    if (digests === undefined)
      return 'the module does not tell the SHA-1 of its files: sha1sum does not answer as expected';
    for (const [index, path] of group.entries()) {
      const digest = digests[index];
      if (digest !== undefined) files.set(path, digest);
    }
  }
  return {
    version: found.version,
    product: found.product,
    usrdataFree: freeIn(usrdata ?? ''),
    systemFree: freeIn(system ?? ''),
    files,
  };
}

/** The first of the ports that is there and that nobody holds; otherwise why none is. */
export function* freePort(ports: readonly string[], limits: Limits): Talk<SeenPort | string> {
  const text = yield* run(holdersLine(ports), limits.answer);
  if (text === undefined) return noShell;
  const seen = portsIn(text);
  if (!seen.tells)
    yield* tell({ event: 'note', message: 'the module has no fuser: it cannot be seen who holds its AT port' });
  const free = seen.ports.find(({ heldBy }) => heldBy.length === 0);
  if (free !== undefined) return free;
  if (seen.ports.length === 0) return `the module has none of the AT ports ${ports.join(', ')}`;
  const held = seen.ports.map(({ path, heldBy }) => `${path} is held by process ${heldBy.join(' and ')}`);
  return `every AT port of the module is in use: ${held.join('; ')}`;
}

/** What a line of the shell writes; `undefined` where it does not come to its end. */
export function* run(line: string, milliseconds: number): Talk<string | undefined> {
  const ran = yield { kind: 'run', line, milliseconds };
  return ran.kind === 'ran' ? ran.text : undefined;
}
