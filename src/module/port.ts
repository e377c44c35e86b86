/** What the module sends on its port, with the faults of the field that touch it. */
import { setTimeout } from 'node:timers/promises';
import type { Faults } from './faults.js';

/** The sending side of one connection. */
export interface Port {
  /** Lines as an answer to a command. */
  readonly answer: (...lines: readonly string[]) => Promise<void>;
  /** Bytes as they are. */
  readonly raw: (bytes: Uint8Array | string) => Promise<void>;
  /** A line that nobody asked for. */
  readonly report: (line: string) => Promise<void>;
}

/** Where the bytes go. */
export interface Wire {
  readonly write: (bytes: Uint8Array) => void;
  /** Takes the port away as a pulled cable does. */
  readonly drop: () => void;
}

/** The faults of one life of the module: what happens once has happened for all its connections. */
export interface FaultMemory {
  sentBytes: number;
  vanished: boolean;
  reports: number;
}

/** Between the halves of what is cut, in milliseconds. */
const gap = 4;

/** A port on a wire. */
export function openPort(wire: Wire, faults: Faults, memory: FaultMemory): Port {
  const send = (bytes: Uint8Array): void => {
    const ends = memory.vanished ? undefined : faults.number('vanishing-port');
    if (ends !== undefined && memory.sentBytes + bytes.length >= ends) {
      memory.vanished = true;
      wire.write(bytes.subarray(0, Math.max(0, ends - memory.sentBytes)));
      wire.drop();
      return;
    }
    memory.sentBytes += bytes.length;
    wire.write(bytes);
  };
  const raw = async (bytes: Uint8Array | string): Promise<void> => {
    if (faults.has('silent-port')) return;
    send(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  };
  const inPieces = async (text: string, size: number): Promise<void> => {
    for (let at = 0; at < text.length; at += size) {
      await raw(text.slice(at, at + size));
      if (at + size < text.length) await setTimeout(gap);
    }
  };
  const report = async (line: string): Promise<void> => {
    const text = `\r\n${line}\r\n`;
    if (faults.has('split-reports')) return await inPieces(text, Math.ceil(text.length / 2));
    memory.reports += 1;
    const cut = faults.has('cut-reports') && memory.reports % 2 === 0;
    await raw(cut ? text.slice(0, text.length / 2) : text);
    if (cut) await raw('\r\n');
    if (faults.has('doubled-reports')) await raw(text);
  };
  return {
    raw,
    report,
    answer: async (...lines) => {
      if (faults.has('chatter')) await raw('\r\n+CREG: 1\r\n\r\nRING\r\n');
      const text = lines.map((line) => `\r\n${line}\r\n`).join('');
      if (faults.has('split-answers')) await inPieces(text, 3);
      else await raw(text);
      if (faults.has('chatter')) await raw('\r\n+CSQ: 20,99\r\n');
    },
  };
}
