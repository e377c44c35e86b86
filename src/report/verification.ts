/** Views of a verification: for people, for machines, and as the module would report it on its serial line. */
import { mostOutsideTold } from '../model/limits/device.js';
import type { SignatureReport } from '../model/signature.js';
import type { CutFailure, Difference, PowerCuts, Usage, Verification } from '../model/verification.js';
import { showCount, showSize } from './quantities.js';
import { signaturesText } from './signature.js';

/** Text for standard output, and the program's exit code: 0 proved or, without a target, run as it should; 1 not. */
export interface VerificationReport {
  readonly text: string;
  readonly exitCode: 0 | 1;
}

const differenceWords: Readonly<Record<Difference['what'], string>> = {
  absent: 'is missing',
  extra: 'should not be there',
  kind: 'is of the wrong kind',
  content: 'has the wrong content',
  link: 'points elsewhere',
  mode: 'has the wrong mode',
  owner: 'has the wrong owner',
  label: 'has the wrong label',
  capabilities: 'has the wrong capabilities',
};

const statusWords: Readonly<Record<Verification['status'], string>> = {
  succeeded: 'the script runs to its end',
  refused: 'the module does not start the package',
  'parse-error': 'the script has a syntax error',
  aborted: 'the script aborts',
  hung: 'the device loops for ever',
  crashed: 'the updater crashes',
  'not-simulated': 'the simulated device cannot run it',
  stopped: 'stopped by a limit of the simulator',
};

function showDifference(difference: Difference, indent: string): string[] {
  const lines = [`${indent}${difference.path} ${differenceWords[difference.what]}`];
  if (difference.found !== undefined) lines.push(`${indent}  found:    ${difference.found}`);
  if (difference.expected !== undefined) lines.push(`${indent}  expected: ${difference.expected}`);
  return lines;
}

/** Without a target: a difference is a change. */
function showChange(difference: Difference): string {
  const { path, what, found, expected } = difference;
  switch (what) {
    case 'absent':
      return `  - ${path} (was a ${expected})`;
    case 'extra':
      return `  + ${path} (a ${found})`;
    default:
      return `  ~ ${path}: ${what}${found === undefined ? '' : ` ${expected} -> ${found}`}`;
  }
}

function showCutFailure(failure: CutFailure): string[] {
  const place = failure.place === undefined ? '' : `, script line ${failure.place.line}`;
  const again = failure.repeated ? ', and again while it was repeated' : '';
  const lines = [`  cut ${failure.cut}, ${failure.effect}${place}${again}:`];
  const tries = showCount(failure.attempts, 'start');
  if (failure.status !== 'succeeded') lines.push(`    after ${tries}: ${statusWords[failure.status]}`);
  if (failure.message !== undefined) lines.push(`    ${failure.message}`);
  for (const difference of failure.differences) lines.push(...showDifference(difference, '    '));
  return lines;
}

function showCuts(cuts: PowerCuts): string[] {
  const second =
    cuts.secondCuts === 0 ? '' : `, ${showCount(cuts.secondCuts, 'second cut')} inside of partition writes`;
  const left = cuts.leftInWrites === 0 ? '' : ` (${cuts.leftInWrites} cuts there not tried)`;
  const tried = `${cuts.tried} of ${cuts.points} points, ${cuts.repeated} of them with further cuts${second}${left}`;
  if (cuts.failed === 0) return [`power cuts: ${tried}: the device arrives every time`];
  const lines = [`power cuts: ${tried}: the device does not arrive from ${cuts.failed}`];
  for (const failure of cuts.failures) lines.push(...showCutFailure(failure));
  if (cuts.failed > cuts.failures.length) lines.push(`  and ${cuts.failed - cuts.failures.length} more`);
  return lines;
}

function showOutside({ outside, comparedWith }: Verification): string[] {
  if (outside.length === 0) return [];
  const head =
    comparedWith === 'target'
      ? 'outside of what the target describes, so that nothing is proved:'
      : 'outside of /system, /cache, /tmp and the partitions that the source has images for:';
  const lines = outside
    .slice(0, mostOutsideTold)
    .map(({ message, place }) => `  ${place === undefined ? '' : `script:${place.line}:${place.column}: `}${message}`);
  const more = outside.length - lines.length;
  return [head, ...lines, ...(more > 0 ? [`  and ${more} more`] : [])];
}

const verdictWords: Readonly<Record<Verification['verdict'], string>> = {
  proved: 'PROVED',
  runs: 'RUNS',
  'not-proved': 'NOT PROVED',
};

/** The first line: what holds. */
function showVerdict({ verdict, packageOrigin, profile, powerCuts }: Verification): string {
  const head = `${verdictWords[verdict]}: ${packageOrigin} on profile ${profile}`;
  if (verdict !== 'runs') return head;
  const cuts = powerCuts === undefined ? '' : ', to the same end at every cut that was tried';
  return `${head}${cuts}; whether that is right can be told with --target`;
}

function showUsage(name: string, usage: Usage): string {
  return `${name}: at most ${showSize(usage.peak)} of ${showSize(usage.capacity)}`;
}

function showDifferences(verification: Verification): string[] {
  const { differences, differenceCount, comparedWith } = verification;
  if (verification.status !== 'succeeded' && comparedWith === 'target') return [];
  const more = differenceCount - differences.length;
  const rest = more > 0 ? [`  and ${more} more`] : [];
  if (comparedWith === 'nothing') {
    const changes = `changes to the source${verification.status === 'succeeded' ? '' : ' up to there'}: ${differenceCount} (no target to compare with)`;
    if (verification.status !== 'succeeded' && differenceCount === 0) return [];
    return [changes, ...differences.map(showChange), ...rest];
  }
  const compared = showCount(verification.compared, 'path');
  if (differenceCount === 0) return [`compared with the target: ${compared} equal, nothing left over`];
  const lines = [`compared with the target: ${showCount(differenceCount, 'difference')} in ${compared}`];
  return [...lines, ...differences.flatMap((difference) => showDifference(difference, '  ')), ...rest];
}

/** Which lists the package was made with, and whether they are those that were gone by here. */
function showLists({ lists, comparedWith, differenceCount, proved }: Verification): string[] {
  if (lists === undefined) return [];
  const { folder, digest, madeWith } = lists;
  const here = folder === undefined ? 'the starter lists' : `the lists in ${folder === '.' ? 'this folder' : folder}`;
  const given = `${here} (SHA-256 ${digest})`;
  if (madeWith === undefined) return [`lists: ${given}; the package does not say which it was made with`];
  if (madeWith === digest) return [`lists: ${given}, which the package was made with`];
  const lines = [`lists: ${given}; the package was made with others (SHA-256 ${madeWith})`];
  if (comparedWith === 'nothing' || (proved && differenceCount === 0)) return lines;
  return [...lines, '  give the lists that it was made with: --lists DIR, or --starter-lists'];
}

/** The lines that the module sends: start, percentages, end. */
export function replayLines(verification: Verification): readonly string[] {
  if (verification.status === 'refused') return [`+QIND: "FOTA","END",${verification.deviceCode}`];
  return [
    '+QIND: "FOTA","START"',
    ...verification.progress.map((percent) => `+QIND: "FOTA","UPDATING",${percent}`),
    `+QIND: "FOTA","END",${verification.deviceCode}`,
  ];
}

/** What was shown, for people: of the signatures, of the run, or of both. `replay` adds the module's own lines, before the rest; so does a trace that was kept. */
export function verificationText(
  verification: Verification | undefined,
  options: {
    readonly replay?: boolean | undefined;
    readonly signatures?: SignatureReport | undefined;
  } = {},
): VerificationReport {
  const { signatures } = options;
  const lines = [
    ...(signatures === undefined ? [] : [signaturesText(signatures)]),
    ...(verification === undefined ? [] : [`${proofLines(verification, options).join('\n')}\n`]),
  ];
  return { text: lines.join(''), exitCode: codeOf(verification, signatures) };
}

function codeOf(verification: Verification | undefined, signatures: SignatureReport | undefined): 0 | 1 {
  return verification?.verdict !== 'not-proved' && signatures?.valid !== false ? 0 : 1;
}

function proofLines(verification: Verification, options: { readonly replay?: boolean | undefined }): readonly string[] {
  const { status, message, place, deviceCode } = verification;
  const at = place === undefined ? '' : `script:${place.line}:${place.column}: `;
  return [
    ...(verification.trace ?? []),
    ...(options.replay === true ? replayLines(verification) : []),
    showVerdict(verification),
    `run: ${statusWords[status]}, after ${showCount(verification.statements, 'statement')}; the module reports ${deviceCode}`,
    ...(message === undefined ? [] : [`  ${at}${message}`]),
    ...showOutside(verification),
    ...showDifferences(verification),
    ...showLists(verification),
    ...(verification.powerCuts === undefined ? ['power cuts: none tried'] : showCuts(verification.powerCuts)),
    showUsage('/system', verification.system),
    showUsage('/cache', verification.cache),
    `memory of the updater: at most ${showSize(verification.memoryPeak)}`,
    ...(verification.progressFault === undefined ? [] : [`warning: ${verification.progressFault}`]),
    ...verification.notes.map((note) => `note: ${note}`),
  ];
}

/** The verification as JSON, for machines. */
export function verificationJson(
  verification: Verification | undefined,
  signatures?: SignatureReport | undefined,
): VerificationReport {
  const document = { format: 'dfota-verification', version: 1, ...verification, signatures };
  return { text: `${JSON.stringify(document, undefined, 2)}\n`, exitCode: codeOf(verification, signatures) };
}
