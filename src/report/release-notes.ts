/** The notes that go with a package: what it is, what it needs, how it is installed. */
import type { PackageRecord } from '../model/package-record.js';
import type { Signed } from '../model/signature.js';
import { countFindings } from './findings.js';
import { showSize } from './quantities.js';

/** The final package: signed, where it was. */
export interface ReleasedPackage {
  readonly size: number;
  readonly md5: string;
  readonly sha256: string;
}

/** The notes in markdown. */
export function releaseNotes(record: PackageRecord, final: ReleasedPackage, signed: Signed | undefined): string {
  const { source, target, needs, proof, options, findings, tool } = record;
  const [from, to] = [source.revision ?? 'no version', target.revision ?? 'no version'];
  const proved =
    proof === null
      ? 'not proved: verification was switched off'
      : `proved on the simulated device (${proof.profile}), ${proof.compared} paths compared${proof.powerCuts === undefined ? '' : `, ${proof.powerCuts.tried} of ${proof.powerCuts.points} power cuts`}`;
  const lines = [
    `# ${from} to ${to}`,
    '',
    '| | |',
    '|---|---|',
    `| from | \`${from}\` |`,
    `| to | \`${to}\` |`,
    `| parts | ${options.parts} |`,
    `| size | ${showSize(final.size)} (${final.size} bytes) |`,
    `| MD5 | \`${final.md5}\` |`,
    `| SHA-256 | \`${final.sha256}\` |`,
    `| signature | ${signed === undefined ? 'none' : `${signed.scheme}, key \`${signed.key}\``} |`,
    `| proof | ${proved} |`,
    `| findings | ${countFindings(findings)} |`,
    `| made by | dfota ${tool.dfota} |`,
    '',
    '## What the module needs',
    '',
    `- the firmware \`${from}\`: any other is refused with 505`,
    `- ${showSize(Math.max(needs.systemPeak, 0))} more on /system, ${showSize(needs.usrdata)} free in usrdata, ${showSize(needs.cacheForRetry)} in /cache to survive every power cut`,
    `- ${showSize(needs.memory)} of memory for the updater`,
    '',
    '## How to install',
    '',
    'Compare the MD5 on the module before the last step. `OK` means accepted, nothing more.',
    '',
    '### By AT commands',
    '',
    '```',
    `AT+QFUPL="update.zip",${final.size},60,1`,
    'AT+QFOTADL="/usrdata/cache/ufs/update.zip"',
    '```',
    '',
    'After `CONNECT` the bytes follow; the module acknowledges each 1,024 bytes with `A`.',
    '',
    '### By ADB',
    '',
    '```',
    'adb push update.zip /usrdata/cache/ufs',
    'adb shell "sync; md5sum /usrdata/cache/ufs/update.zip"',
    '```',
    '',
    'Then send `AT+QFOTADL="/usrdata/cache/ufs/update.zip"` on the AT port, or write it to /dev/smd7 on the module.',
    '',
    '### By HTTPS',
    '',
    '```',
    'AT+QFOTADL="https://SERVER/update.zip"',
    '```',
    '',
    'The address has at most 255 bytes, of letters, digits and `._/:@%?=-`.',
    '',
    '## Afterwards',
    '',
    `The module restarts, reports \`+QIND: "FOTA","UPDATING",…\` and at last \`+QIND: "FOTA","END",0\`. The truth is the version: \`AT+QGMR\` must say \`${to}\`.`,
    'Another number than 0: `dfota explain NUMBER`.',
    '',
  ];
  return lines.join('\n');
}
