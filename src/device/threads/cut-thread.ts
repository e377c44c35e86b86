/** Entry of a worker thread: runs the package from the states that it is told, and tells which do not arrive. */
import { parentPort } from 'node:worker_threads';
import { openContentStore } from '../content.js';
import { judgeOf, standardOf } from '../judge.js';
import type { KnownContents } from '../known-contents.js';
import { makeModule } from '../module.js';
import { parseScript } from '../package.js';
import { type Tried, tryPoints } from '../power-cuts.js';
import { profileOf } from '../profile.js';
import { makeReuse } from '../reuse/reuse.js';
import { type Installation, startPackage } from '../run.js';
import type { BytesMessage, SweepMessage, SweepReply, Wanted } from './messages.js';

const port = parentPort;
if (port === null) throw new Error('cut-thread.js runs in a worker thread only');

const tell = (reply: SweepReply): void => port.postMessage(reply);

const waiting = new Map<number, (bytes: Uint8Array<ArrayBuffer> | undefined) => void>();
let asked = 0;

/** The bytes, from the thread that has the files open. */
function ask(wanted: Wanted): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const id = asked++;
  return new Promise((resolve) => {
    waiting.set(id, resolve);
    tell({ kind: 'read', id, wanted });
  });
}

async function must(wanted: Wanted): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await ask(wanted);
  if (bytes === undefined) throw new Error('bytes that are there were not given');
  return bytes;
}

async function sweep(message: SweepMessage): Promise<Tried> {
  const { build, expected, images, learnt, mostKept } = message;
  const profile = profileOf(message.profile);
  const module = makeModule(build, message.module);
  const known: KnownContents = { read: (content) => ask({ from: 'known', content }) };
  const store = openContentStore(
    { read: (path) => must({ from: 'build', path }) },
    { read: (entry) => must({ from: 'package', entry }) },
    { known, learnt, mostKept },
  );
  const script = parseScript(message.script, profile);
  const { entries, allowedPrograms, triedProperties, mostVisits } = message;
  const property = async (name: string): Promise<string | undefined> => {
    const bytes = await ask({ from: 'property', name });
    return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
  };
  const installation: Installation = {
    module,
    script,
    entries,
    store,
    profile,
    property,
    allowedPrograms,
    triedProperties,
    mostVisits,
    signal: undefined,
  };
  const standard = standardOf(module, script, { expected, images }, build.entries);
  const uncut = expected === undefined ? (await startPackage(installation, module.flash)).flash : undefined;
  const judge = judgeOf(standard, uncut, store, script);
  return tryPoints(installation, judge, message.points, {
    onTried: () => tell({ kind: 'tried' }),
    everySecondCut: message.everySecondCut,
    reuse: message.reuse ? makeReuse() : undefined,
  });
}

port.on('message', (message: SweepMessage | BytesMessage) => {
  if (message.kind === 'bytes') {
    waiting.get(message.id)?.(message.bytes);
    waiting.delete(message.id);
    return;
  }
  sweep(message).then(
    (tried) => tell({ kind: 'swept', tried }),
    (error: unknown) => tell({ kind: 'failed', error: error instanceof Error ? error : new Error(String(error)) }),
  );
});
