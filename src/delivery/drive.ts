/** Drives a dialogue: does what it commands on a transport, and tells it what came of it. */
import { setTimeout } from 'node:timers/promises';
import type { Command, DeliveryEvent, Happened, Phase, Talk } from './dialogue.js';
import { type Heard, type LineSplitter, splitLines, takeReports } from './reports.js';
import type { ModuleShell } from './transports/shell.js';
import type { Connection, Transport } from './transports/transport.js';

/** What a dialogue is driven with. */
export interface Drive {
  readonly transport: Transport;
  /** The module's own shell, where there is a way to it. */
  readonly shell?: ModuleShell | undefined;
  /** Of the package; only a push asks for it. */
  readonly size?: number | undefined;
  /** How far the module has fetched a package that is served from here. */
  readonly fetched?: (() => number) | undefined;
  /** Bytes of the package. */
  readonly read: (from: number, to: number) => Promise<Uint8Array>;
  readonly onEvent: (event: DeliveryEvent) => void;
  readonly onPhase: (phase: Phase) => Promise<void>;
  /** Milliseconds that never go back. */
  readonly now: () => number;
  readonly openMilliseconds: number;
  readonly signal: AbortSignal;
}

/** Runs a dialogue to its end, and closes the port. Throws the signal's reason. */
export async function drive<T>(talk: Talk<T>, with_: Drive): Promise<T> {
  const { transport, signal, now } = with_;
  let connection: Connection | undefined;
  let splitter: LineSplitter = splitLines();
  const waiting: Heard[] = [];
  let fetched = 0;

  const listen = async (command: Command & { kind: 'listen' }): Promise<Happened> => {
    const end = now() + command.milliseconds;
    splitter.uploading = command.uploading === true;
    for (;;) {
      const heard = waiting.shift();
      if (heard !== undefined) return happened(heard, now());
      const bytesNow = with_.fetched?.() ?? fetched;
      if (bytesNow !== fetched) {
        fetched = bytesNow;
        return { kind: 'fetched', bytes: fetched, at: now() };
      }
      if (connection === undefined) return { kind: 'gone', at: now() };
      const left = Math.max(0, end - now());
      const bytes = await connection.read(Math.min(left, 100));
      signal.throwIfAborted();
      if (bytes === 'nothing' && left === 0) return { kind: 'nothing', at: now() };
      if (bytes === 'gone') {
        connection.close();
        connection = undefined;
      } else if (bytes !== 'nothing') waiting.push(...splitter.take(bytes));
    }
  };
  const obey = async (command: Command): Promise<Happened> => {
    switch (command.kind) {
      case 'open': {
        connection?.close();
        connection = await transport.open(with_.openMilliseconds, command.device);
        splitter = splitLines();
        waiting.length = 0;
        return { kind: connection === undefined ? 'gone' : 'opened', at: now() };
      }
      case 'close':
        connection?.close();
        connection = undefined;
        return { kind: 'done', at: now() };
      case 'send':
        with_.onEvent({ event: 'command', line: command.line });
        await connection?.write(Buffer.from(`${command.line}\r`, 'latin1'));
        return { kind: 'done', at: now() };
      case 'data':
        // Acknowledgements come at once: they must not be taken for the start of a line.
        splitter.uploading = true;
        await connection?.write(await with_.read(command.from, command.to));
        return { kind: 'done', at: now() };
      case 'listen':
        return await listen(command);
      case 'sleep':
        await setTimeout(command.milliseconds, undefined, { signal });
        return { kind: 'done', at: now() };
      case 'run': {
        const ran = (await with_.shell?.run(command.line, command.milliseconds)) ?? 'gone';
        if (ran === 'gone') return { kind: 'gone', at: now() };
        return ran === 'silence' ? { kind: 'nothing', at: now() } : { kind: 'ran', ...ran, at: now() };
      }
      case 'push': {
        if (with_.shell === undefined) return { kind: 'gone', at: now() };
        const why = await with_.shell.push(command.path, piecesOf(with_), command.milliseconds);
        return why === undefined ? { kind: 'done', at: now() } : { kind: 'failed', why, at: now() };
      }
      case 'tell':
        with_.onEvent(command.event);
        return { kind: 'done', at: now() };
      case 'note':
        await with_.onPhase(command.phase);
        return { kind: 'done', at: now() };
      default:
        return command satisfies never;
    }
  };
  try {
    let step = talk.next();
    while (step.done !== true) {
      signal.throwIfAborted();
      step = talk.next(await obey(step.value));
    }
    return step.value;
  } finally {
    connection?.close();
  }
}

/** Bytes of one piece of a push. */
const pieceBytes = 64 * 1024;

/** The package in pieces; each is told when the next one is asked for. */
async function* piecesOf({ size = 0, read, onEvent, signal }: Drive): AsyncIterable<Uint8Array> {
  for (let from = 0; from < size; from += pieceBytes) {
    signal.throwIfAborted();
    const to = Math.min(from + pieceBytes, size);
    yield await read(from, to);
    onEvent({ event: 'upload', doneBytes: to, totalBytes: size });
  }
}

function happened(heard: Heard, at: number): Happened {
  if (heard.kind === 'acks') return { ...heard, at };
  const { reports, rest } = takeReports(heard.text);
  return { kind: 'line', text: rest, reports, at };
}
