/** What a module says on its AT port, however it is glued, doubled or cut. */

/** `+QIND: "FOTA",…`: its word and the number behind it. */
export interface Report {
  readonly word: string;
  readonly number: number | undefined;
}

const pattern = /\+?QIND:\s*"FOTA","([A-Z]+)"(?:,(\d{1,5}))?/g;

/** The whole reports of a line, and what is left of it without them. Halves stay in the rest. */
export function takeReports(line: string): { readonly reports: readonly Report[]; readonly rest: string } {
  const reports = [...line.matchAll(pattern)].map(([, word = '', number]) => ({
    word,
    number: number === undefined ? undefined : Number(number),
  }));
  return { reports, rest: line.replaceAll(pattern, '').trim() };
}

/** How an answer ends: `undefined` for a line that ends none. */
export function finalResult(line: string): 'ok' | 'error' | undefined {
  if (line === 'OK') return 'ok';
  return /^(?:ERROR|\+CM[ES] ERROR\b.*|COMMAND NOT SUPPORT)$/.test(line) ? 'error' : undefined;
}

/** The version in the answer to AT+QGMR or AT+GMR, whatever else was said in between. */
export function versionIn(lines: readonly string[]): string | undefined {
  for (const line of lines) {
    const found = /^(?:\+Q?GMR:\s*)?"?([A-Z]{2}\d{3}[A-Za-z0-9._-]{3,120})"?$/.exec(line.trim())?.[1];
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Splits what a port delivers into lines, CONNECT and acknowledgements. */
export interface LineSplitter {
  /** The lines that these bytes complete, and in an upload the acknowledgements. */
  readonly take: (bytes: Uint8Array) => readonly Heard[];
  /** Whether single letters A at the start of a line are acknowledgements. */
  uploading: boolean;
}

/** A line, or a number of acknowledgements. */
export type Heard =
  | { readonly kind: 'line'; readonly text: string }
  | { readonly kind: 'acks'; readonly count: number };

/** Characters of a line that are kept: no line of a module that matters is as long. */
const kept = 4096;

/** A splitter that has heard nothing yet. */
export function splitLines(): LineSplitter {
  let line = '';
  const splitter: LineSplitter = {
    uploading: false,
    take: (bytes) => {
      const heard: Heard[] = [];
      let acks = 0;
      for (const byte of bytes) {
        const char = String.fromCharCode(byte);
        if (char === '\r' || char === '\n') {
          if (line.trim() !== '') heard.push({ kind: 'line', text: line.trim() });
          line = '';
        } else if (splitter.uploading && line === '' && char === 'A') acks += 1;
        else if (line.length < kept) line += char;
      }
      return acks === 0 ? heard : [{ kind: 'acks', count: acks }, ...heard];
    },
  };
  return splitter;
}
