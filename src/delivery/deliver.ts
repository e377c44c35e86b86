/** The whole delivery as a dialogue: look, send, compare, trigger, follow. */
import { ask, greet, readVersion } from './ask.js';
import { type End, type Limits, type Phase, type Talk, tell } from './dialogue.js';
import { follow } from './follow.js';
import { freePort, lookOverShell } from './look-over-shell.js';
import { type Prediction, predict, type SeenModule, type SeenPackage } from './predict.js';
import { lies, push } from './push.js';
import type { Report } from './reports.js';
import { upload } from './upload.js';

/** What is to be delivered, and how. */
export interface DeliveryPlan {
  readonly package: SeenPackage;
  readonly xor16: number;
  /** Of the package, compared after a push. */
  readonly md5: string;
  /** The file's name on the module. */
  readonly name: string;
  /** What AT+QFOTADL is given: the path of that file, or an address. */
  readonly address: string;
  readonly via: 'at' | 'adb' | 'https';
  /** The module's own AT ports, of which the first that nobody holds is taken; `undefined` where the port is outside. */
  readonly devices?: readonly string[] | undefined;
  readonly limits: Limits;
  /** Goes on whatever is predicted. */
  readonly force: boolean;
  /** What a journal says of a delivery that was stopped. */
  readonly resumed?: { readonly phase: Phase; readonly versionBefore: string | undefined } | undefined;
}

/** Times that a port is asked before it counts as silent. */
const greetings = 4;

/** Brings a package to a module. Its end is the delivery's; success is the new version, read back. */
export function* deliver(plan: DeliveryPlan): Talk<End> {
  const { limits, resumed } = plan;
  const nothingSent = 'nothing was sent';
  if (resumed?.phase === 'triggered') {
    const device = plan.devices?.[0];
    if ((yield { kind: 'open', device }).kind !== 'opened') return refused(`the port cannot be opened: ${nothingSent}`);
    yield* tell({ event: 'note', message: 'the update was triggered before: it is followed to its end' });
    return yield* followed(plan, device, resumed.versionBefore);
  }
  const inside = plan.via === 'adb' ? yield* lookOverShell(plan.package, limits) : undefined;
  if (typeof inside === 'string') return refused(`${inside}: ${nothingSent}`);
  const free = plan.devices === undefined ? undefined : yield* freePort(plan.devices, limits);
  if (typeof free === 'string') return refused(`${free}: ${nothingSent}`);
  const opened = yield { kind: 'open', device: free?.path };
  if (opened.kind !== 'opened') return refused(`the port cannot be opened: ${nothingSent}`);
  const said = yield* lookAt(limits);
  if (typeof said === 'string') return refused(`${said}: ${nothingSent}`);
  const seen: SeenModule = { ...said, systemFree: inside?.systemFree, files: inside?.files };
  const versionBefore = seen.version;
  if (seen.version === undefined) return refused(`the module does not say which version it runs: ${nothingSent}`);
  yield* tell({ event: 'module', version: seen.version, product: seen.product });
  const { versionTo, versionFrom } = plan.package;
  if (seen.version === versionTo && versionFrom !== versionTo) {
    const message = `the module runs ${seen.version} already: ${nothingSent}`;
    return { end: 'delivered', message, versionBefore, versionAfter: seen.version };
  }
  const predictions = predict(plan.package, seen);
  const against = predictions.filter(({ certain }) => certain);
  for (const { message } of predictions) yield* tell({ event: 'note', message });
  const [first] = against;
  if (first !== undefined && !plan.force) return refusedFor(first, against.length, versionBefore);
  if (first !== undefined) yield* tell({ event: 'note', message: 'going on in spite of it, as --force says' });
  yield { kind: 'note', phase: 'started' };
  if (plan.via !== 'https') {
    const failed = yield* bring(plan);
    if (failed !== undefined) return { end: 'transfer-failed', message: failed, versionBefore };
  }
  // Written first: whoever resumes must not trigger an update twice.
  yield { kind: 'note', phase: 'triggered' };
  const trigger = `AT+QFOTADL="${plan.address}"`;
  const { result, last, reports } = yield* ask(trigger, limits);
  if (result === 'error') {
    yield { kind: 'note', phase: 'uploaded' };
    return { end: 'module-failed', message: `the module does not start the update: ${last}`, versionBefore };
  }
  if (result !== 'ok')
    yield* tell({ event: 'note', message: 'the module did not say OK to the trigger: it may have begun' });
  return yield* followed(plan, free?.path, versionBefore, reports);
}

function* followed(
  plan: DeliveryPlan,
  device: string | undefined,
  versionBefore: string | undefined,
  reports: readonly Report[] = [],
): Talk<End> {
  const { limits, package: file, via } = plan;
  const end = yield* follow({
    limits,
    device,
    versionBefore,
    versionWanted: file.versionTo,
    downloads: via === 'https',
    reports,
  });
  if (end.end !== 'unknown') yield { kind: 'note', phase: 'ended' };
  return end;
}

/** Version, product and free space; a text says why they cannot be read. */
export function* lookAt(limits: Limits): Talk<SeenModule | string> {
  const greeted = yield* greet(limits, greetings);
  if (greeted === 'gone') return 'the port went away, or another program holds it';
  if (greeted === 'silence') return 'nothing answers to AT: it is no AT port, or another program holds it';
  let version: string | undefined;
  for (let tries = 0; tries < 3 && version === undefined; tries += 1) version = yield* readVersion(limits);
  const about = yield* ask('ATI', limits);
  if (about.result === 'gone') return 'the port went away';
  const product = about.lines.find((line) => /^[A-Z]{2}\d{3}[A-Z0-9_-]*$/.test(line));
  const space = yield* ask('AT+QFLDS="UFS"', limits);
  if (space.result === 'gone') return 'the port went away';
  const free = space.lines.map((line) => /^\+QFLDS:\s*(\d+),\d+$/.exec(line)?.[1]).find((text) => text !== undefined);
  return { version, product, usrdataFree: free === undefined ? undefined : Number(free) };
}

/** Sends the package, unless it is there whole from a delivery that was stopped. Gives why it failed. */
function* bring(plan: DeliveryPlan): Talk<string | undefined> {
  const { limits, name, xor16, resumed, md5, address } = plan;
  const { size } = plan.package;
  if (plan.via === 'adb') {
    const file = { path: address, size, md5 };
    const there = resumed?.phase === 'uploaded' && (yield* lies(file, limits)) === undefined;
    if (there) yield* tell({ event: 'note', message: 'the package lies on the module already, and has its MD5' });
    const failed = there ? undefined : yield* push(file, limits);
    if (failed === undefined) yield { kind: 'note', phase: 'uploaded' };
    return failed;
  }
  if (resumed?.phase === 'uploaded') {
    const { lines } = yield* ask(`AT+QFLST="${name}"`, limits);
    if (lines.some((line) => line.endsWith(`:${name}",${size}`))) {
      yield* tell({ event: 'note', message: 'the package lies on the module already: it was compared before' });
      return undefined;
    }
  }
  const failed = yield* upload({ name, size, xor16 }, limits);
  if (failed === undefined) yield { kind: 'note', phase: 'uploaded' };
  return failed;
}

function refused(message: string): End {
  return { end: 'refused', message };
}

function refusedFor({ message, code }: Prediction, count: number, versionBefore: string | undefined): End {
  const more = count > 1 ? ` (and ${count - 1} more reasons)` : '';
  const told = `the module would refuse it: ${message}${more}; nothing was sent`;
  return { end: 'refused', message: told, code, codeWord: code === undefined ? undefined : 'END', versionBefore };
}
