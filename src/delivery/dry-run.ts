/** Which commands a delivery sends when everything goes well. */

import type { DeliveryPlan } from './deliver.js';
import type { Command, Happened, Talk } from './dialogue.js';
import { willingShell } from './willing-shell.js';

/** The lines that would be sent, and `<N bytes>` for the package, to a module that takes it. */
export function commandsOf(
  talk: Talk<unknown>,
  plan: Pick<DeliveryPlan, 'package' | 'xor16' | 'md5'>,
): readonly string[] {
  const { package: file, xor16, md5 } = plan;
  const shell = willingShell(file, md5);
  const sent: string[] = [];
  const pending: Happened[] = [];
  let running = file.versionFrom ?? 'XX000';
  let bytes = 0;
  const line = (text: string): void => void pending.push({ kind: 'line', text, reports: [], at: 0 });
  const answer = (command: string): void => {
    if (command.startsWith('AT+QFUPL')) {
      line('CONNECT');
      return;
    }
    if (command === 'AT+QGMR') line(running);
    if (command.startsWith('AT+QFOTADL')) {
      running = file.versionTo ?? 'XX111';
      pending.push({ kind: 'line', text: '', reports: [{ word: 'END', number: 0 }], at: 0 });
    }
    line('OK');
  };
  const come = (command: Command): Happened => {
    switch (command.kind) {
      case 'open':
        return { kind: 'opened', at: 0 };
      case 'send':
        sent.push(command.line);
        answer(command.line);
        return { kind: 'done', at: 0 };
      case 'data':
        if (bytes === 0) sent.push(`<${file.size} bytes>`);
        bytes = command.to;
        if (command.to - command.from === 1024) pending.push({ kind: 'acks', count: 1, at: 0 });
        if (bytes === file.size) {
          line(`+QFUPL: ${file.size},${xor16.toString(16)}`);
          line('OK');
        }
        return { kind: 'done', at: 0 };
      case 'run':
        sent.push(`adb shell ${command.line}`);
        return { kind: 'ran', status: 0, text: shell(command.line), at: 0 };
      case 'push':
        sent.push(`adb push PACKAGE ${command.path}`);
        return { kind: 'done', at: 0 };
      case 'listen':
        // With nothing to say before the next command, what is old is read away.
        return command.milliseconds === 0
          ? { kind: 'nothing', at: 0 }
          : (pending.shift() ?? { kind: 'nothing', at: 0 });
      default:
        return { kind: 'done', at: 0 };
    }
  };
  for (let step = talk.next(); step.done !== true; ) step = talk.next(come(step.value));
  return sent;
}
