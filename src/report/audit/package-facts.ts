/** What a reader must know of the package as a whole: its digests, what its bytes are spent on, and what it needs. */
import type { Audit } from '../../model/audit.js';
import type { DeviceNeeds } from '../../model/needs.js';
import { displayName } from '../../model/path.js';
import { showSize } from '../quantities.js';
import { costWord } from './words.js';

/** Labels and values, in the order in which they are shown. */
export function packageFacts(audit: Audit): readonly (readonly [label: string, value: string])[] {
  const { package: pack, needs, totals } = audit;
  const facts: (readonly [string, string])[] = [];
  if (pack?.file !== undefined) facts.push(['file', displayName(pack.file)]);
  if (pack?.sha256 !== undefined) facts.push(['SHA-256', pack.sha256]);
  if (pack?.md5 !== undefined) facts.push(['MD5', pack.md5]);
  facts.push(...sizes(audit));
  if (needs !== undefined) facts.push(...needFacts(needs));
  if (audit.lists !== undefined) facts.push(['lists', displayName(audit.lists)]);
  facts.push(['proof', proofWords(audit)]);
  facts.push(['made by', audit.tool]);
  return totals.cost === 0 && pack === undefined ? facts.filter(([label]) => label !== 'payload') : facts;
}

/** What the package needs on the device. */
export function needFacts(needs: DeviceNeeds): readonly (readonly [label: string, value: string])[] {
  return [
    ['free on /system', showSize(Math.max(0, needs.systemPeak))],
    ['free on /cache', showSize(needs.cacheForRetry)],
    ['free on usrdata', showSize(needs.usrdata)],
    ['memory', showSize(needs.memory)],
  ];
}

/** An audit runs nothing: what is known of a proof is what was recorded when the package was made. */
export function proofWords({ package: pack }: Audit): string {
  const proof = pack?.proof;
  if (proof === undefined) return 'not proved here: run dfota verify, which runs the package on the simulated device';
  const { points, tried, failed } = proof.powerCuts;
  if (!proof.proved) return `recorded when it was made: not proved (${displayName(proof.profile)})`;
  const cuts = tried === 0 ? 'no power cuts tried' : `${tried} of ${points} power cuts tried, ${failed} failed`;
  return `recorded when it was made: proved (${displayName(proof.profile)}), ${proof.compared} paths compared with the target, ${cuts}`;
}

/** The parts of the package's size: they add up to it. */
function sizes(audit: Audit): readonly (readonly [string, string])[] {
  const { package: pack, totals } = audit;
  const payload: readonly [string, string] = [`payload, ${costWord(audit)}`, showSize(totals.cost)];
  if (pack?.bytes === undefined) {
    const { estimate } = audit;
    if (estimate === undefined) return [payload];
    return [
      payload,
      ['payload, if all files were sent whole', `at most ${showSize(estimate.atMost)}`],
      ['package', `about ${showSize(estimate.bytes)}, an estimate: nothing was encoded`],
    ];
  }
  const entries = pack.entries.reduce((sum, { bytes }) => sum + bytes, 0);
  return [
    payload,
    ['script, programs and metadata', showSize(Math.max(0, entries - totals.cost))],
    ['headers of the zip', showSize(Math.max(0, pack.bytes - entries))],
    ['package', `${showSize(pack.bytes)} (${pack.bytes} bytes)`],
  ];
}
