import { showFault } from '../model/errors.js';
import type { Initiation } from '../model/initiation.js';

/** What was written, and what comes next. */
export function initiationText({ folder, product, source, target, files, kept, unreadable }: Initiation): string {
  return [
    `written into ${folder}: ${files.join(', ')}`,
    ...(kept.length === 0 ? [] : [`kept as they are: ${kept.join(', ')}`]),
    ...unreadable.flatMap(({ faults }) => faults.map((fault) => `left out: ${showFault(fault)}`)),
    `product ${product}: from ${source ?? 'a build that is to be named'} to ${target ?? 'a build that is to be named'}`,
    'next: dfota config shows what is in force, dfota check what would go wrong',
  ].join('\n');
}

/** The JSON document of `dfota init --json`. */
export function initiationJson({ source, target, ...rest }: Initiation): string {
  const document = { format: 'dfota-initiation', version: 1, ...rest, source: source ?? null, target: target ?? null };
  return JSON.stringify(document, null, 2);
}
