/** Listens to a module, whoever started what it does, and says nothing itself. */
import { type Talk, tell } from './dialogue.js';

/** Between two tries to open the port, in milliseconds. */
const retry = 500;

/** Tells all reports and lines, through every time that the port goes away; ends only where it cannot be opened at first. */
export function* watch(onLine: (line: string) => void): Talk<'no-port'> {
  let there = (yield { kind: 'open' }).kind === 'opened';
  if (!there) return 'no-port';
  for (;;) {
    if (!there) {
      there = (yield { kind: 'open' }).kind === 'opened';
      if (there) yield* tell({ event: 'port', state: 'back' });
      else yield { kind: 'sleep', milliseconds: retry };
      continue;
    }
    const heard = yield { kind: 'listen', milliseconds: 1000 };
    if (heard.kind === 'gone') {
      there = false;
      yield* tell({ event: 'port', state: 'gone' });
    }
    if (heard.kind !== 'line') continue;
    for (const { word, number } of heard.reports) {
      onLine(`+QIND: "FOTA","${word}"${number === undefined ? '' : `,${number}`}`);
      yield* tell({ event: 'report', word, number });
    }
    if (heard.text !== '') {
      onLine(heard.text);
      yield* tell({ event: 'note', message: heard.text });
    }
  }
}
