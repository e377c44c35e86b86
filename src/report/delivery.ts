/** What is said of a delivery. */
import type { Delivery, DeliveryEnd } from '../model/delivery.js';

/** Exit codes of the ends; the list of all is the command line's. */
export type DeliveryExit = 0 | 4 | 5 | 6 | 7;

const exits: Readonly<Record<DeliveryEnd, DeliveryExit>> = {
  delivered: 0,
  refused: 4,
  'transfer-failed': 5,
  'module-failed': 6,
  unknown: 7,
};

const words: Readonly<Record<DeliveryEnd, string>> = {
  delivered: 'DELIVERED',
  refused: 'REFUSED',
  'transfer-failed': 'NOT TRANSFERRED',
  'module-failed': 'FAILED ON THE MODULE',
  unknown: 'UNKNOWN',
};

/** The end as lines for people. */
export function deliveryText(delivery: Delivery): { readonly text: string; readonly exitCode: DeliveryExit } {
  const { end, message, explanation, journal } = delivery;
  const lines = [`${words[end]}: ${message}`];
  if (explanation !== undefined) {
    lines.push(`${explanation.subject}: ${explanation.meaning}`);
    for (const cause of explanation.causes) lines.push(`  cause: ${cause}`);
    for (const look of explanation.look) lines.push(`  look:  ${look}`);
  }
  if (journal !== undefined && end !== 'delivered')
    lines.push(`to go on: the same command with --resume (journal ${journal})`);
  return { text: `${lines.join('\n')}\n`, exitCode: exits[end] };
}

/** The end as the last line of the events. */
export function deliveryJson(delivery: Delivery): { readonly text: string; readonly exitCode: DeliveryExit } {
  const exitCode = exits[delivery.end];
  return { text: `${JSON.stringify({ event: 'end', ...delivery, exitCode })}\n`, exitCode };
}
