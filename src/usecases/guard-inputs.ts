/** Looks at two opened builds before anything is planned: what would leave modules without a start, and what is allowed. */
import { guardFindings } from '../checks/guards/check-guards.js';
import { lookIntoBoth } from '../input/looks.js';
import { newestEntry } from '../input/zip/newest-entry.js';
import type { OpenBuild } from '../model/build.js';
import { type Code, isAllowable } from '../model/codes.js';
import { InputError } from '../model/errors.js';
import type { Finding } from '../model/finding.js';
import type { Part } from '../model/parts.js';
import type { OpenInputs } from './open-inputs.js';

/** What was found, and which codes of it were allowed. */
export interface Guarded {
  readonly findings: readonly Finding[];
  /** Codes that were allowed and found, in byte order. */
  readonly allowed: readonly Code[];
}

async function newest({ path }: OpenBuild): Promise<string | undefined> {
  return path === undefined ? undefined : (await newestEntry(path))?.time;
}

/** Looks into both builds and runs the guards. An error that may be allowed says so. */
export async function guardInputs(
  { source, target, rules }: OpenInputs,
  parts: ReadonlySet<Part>,
  signal?: AbortSignal,
): Promise<readonly Finding[]> {
  const looks = await lookIntoBoth(source, target, signal);
  const written = { source: await newest(source), target: await newest(target) };
  return guardFindings({ source: source.build, target: target.build, rules, parts, ...looks, newest: written });
}

/** Errors of the allowed codes as warnings; the others with the option that would allow them. */
export function withAllowed(findings: readonly Finding[], allow: readonly Code[] = []): Guarded {
  const used = new Set<Code>();
  const told = findings.map((finding): Finding => {
    const { code, severity, message, remedy } = finding;
    if (severity !== 'error' || !isAllowable(code)) return finding;
    if (!allow.includes(code))
      return { ...finding, remedy: `${remedy ?? 'correct it'}; or accept it: --allow ${code}` };
    used.add(code);
    return { ...finding, severity: 'warning', message: `${message} (allowed)` };
  });
  return { findings: told, allowed: [...used].sort() };
}

/** Throws InputError with the errors among the findings that `--allow` would take: nothing is planned on such inputs. */
export function refuseUnallowed(findings: readonly Finding[]): void {
  const errors = findings.filter(({ severity, code }) => severity === 'error' && isAllowable(code));
  if (errors.length > 0) throw new InputError(errors);
}

/** What is told twice is told once: with swapped builds, each sign of it. */
export function withoutRepeated(findings: readonly Finding[]): readonly Finding[] {
  if (!findings.some(({ code }) => code === 'builds-swapped')) return findings;
  return findings.filter(({ code }) => code !== 'target-older' && code !== 'version-goes-back');
}
