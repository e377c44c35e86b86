import type { Audit, AuditRow, BudgetUse, PolicyFinding, PolicyResult } from '../../model/audit.js';
import { isBelowSystem } from '../../model/layout.js';
import { displayName } from '../../model/path.js';
import type { AuditPolicy, Budget, Waiver } from './policy.js';

type Offence = Omit<PolicyFinding, 'standing' | 'waiver'>;

/**
 * Holds an audit against a policy. `today` (`2026-11-21`) decides which waivers still hold; it is given, so that the
 * same inputs give the same result.
 */
export function applyPolicy(audit: Omit<Audit, 'policy'>, policy: AuditPolicy, today: string): PolicyResult {
  const budgets = policy.budgets.map((budget) => ({ budget, use: useOf(audit, budget) }));
  const offences: readonly Offence[] = [
    ...versionOffences(audit, policy),
    ...budgets.flatMap(({ budget, use }) => budgetOffence(audit, budget, use)),
    ...pathOffences(audit, policy),
    ...setIdOffences(audit, policy),
    ...securityOffences(audit, policy),
  ];
  const used = new Set<Waiver>();
  const findings = offences.map((offence): PolicyFinding => {
    const waiver = policy.waivers.find((each) => covers(each, offence) && !expired(each, today));
    if (waiver === undefined) return { ...offence, standing: 'offender' };
    used.add(waiver);
    const { reason, until, line } = waiver;
    return { ...offence, standing: 'waived', waiver: { reason, line, until } };
  });
  return {
    file: policy.file,
    findings: [
      ...findings,
      ...budgets.flatMap(({ budget, use }) => budgetDoubt(audit, budget, use)),
      ...waiverNotes(policy, offences, used, today),
    ],
    budgets: budgets.map(({ use }) => use),
  };
}

/** Whether the audit fails. */
export function hasOffenders(result: PolicyResult | undefined): boolean {
  return result?.findings.some((finding) => finding.standing === 'offender') ?? false;
}

function covers(waiver: Waiver, offence: Offence): boolean {
  if (waiver.rule !== offence.rule) return false;
  if (waiver.about !== undefined && waiver.about !== offence.about) return false;
  return waiver.pattern === undefined || (offence.path !== undefined && waiver.pattern.matches(offence.path));
}

function expired(waiver: Waiver, today: string): boolean {
  return waiver.until !== undefined && waiver.until < today;
}

/** Waivers that cover something but are over, and those that nothing needs any more. */
function waiverNotes(
  policy: AuditPolicy,
  offences: readonly Offence[],
  used: ReadonlySet<Waiver>,
  today: string,
): readonly PolicyFinding[] {
  return policy.waivers.flatMap((waiver): readonly PolicyFinding[] => {
    if (used.has(waiver)) return [];
    const wanted = offences.some((offence) => covers(waiver, offence));
    const about = `the waiver of ${waiver.rule}${waiver.pattern === undefined ? '' : ` for ${waiver.pattern.text}`}`;
    if (expired(waiver, today) && wanted) {
      return [
        {
          rule: 'waiver-expired',
          standing: 'information',
          line: waiver.line,
          message: `${about} ended on ${waiver.until}`,
        },
      ];
    }
    return [
      { rule: 'waiver-unused', standing: 'information', line: waiver.line, message: `${about} is not needed any more` },
    ];
  });
}

function versionOffences(audit: Omit<Audit, 'policy'>, policy: AuditPolicy): readonly Offence[] {
  if (policy.versionMustRise === undefined || audit.relation === 'upgrade') return [];
  const version = (side: Audit['source']): string => side.version?.revision ?? 'no version';
  const message = `the version does not rise: ${version(audit.source)} → ${version(audit.target)} (${audit.relation})`;
  return [{ rule: 'version-must-rise', line: policy.versionMustRise, message }];
}

function useOf(audit: Omit<Audit, 'policy'>, budget: Budget): BudgetUse {
  const sum = (rows: readonly AuditRow[]): number => rows.reduce((total, row) => total + row.cost, 0);
  const { scope, limit } = budget;
  switch (scope.kind) {
    case 'package':
      return { label: 'package', limit, used: audit.package?.bytes ?? audit.estimate?.bytes ?? audit.totals.cost };
    case 'part':
      return { label: `part ${scope.part}`, limit, used: audit.totals.byPart[scope.part].cost };
    case 'under':
      return {
        label: scope.pattern.text,
        limit,
        used: sum(audit.rows.filter((row) => scope.pattern.matches(row.path))),
      };
    default:
      return scope satisfies never;
  }
}

function budgetOffence(audit: Omit<Audit, 'policy'>, budget: Budget, use: BudgetUse): readonly Offence[] {
  if (!audit.exact || use.used <= use.limit) return [];
  const message = `the budget for ${use.label} is exceeded: ${use.used} bytes of ${use.limit}`;
  return [{ rule: 'budget', about: use.label, line: budget.line, message }];
}

/** How far a package may be larger than its estimate. */
const doubt = 1.25;

/** An estimate proves nothing, but a limit that it comes near to is worth an exact audit. */
function budgetDoubt(audit: Omit<Audit, 'policy'>, budget: Budget, use: BudgetUse): readonly PolicyFinding[] {
  if (audit.exact || use.used * doubt <= use.limit) return [];
  const message = `the budget for ${use.label} may be exceeded: about ${use.used} bytes of ${use.limit}, by an estimate; an exact audit tells`;
  return [{ rule: 'budget', about: use.label, standing: 'information', line: budget.line, message }];
}

function pathOffences(audit: Omit<Audit, 'policy'>, policy: AuditPolicy): readonly Offence[] {
  const inTarget = audit.rows.filter((row) => row.after !== undefined);
  const forbidden = policy.forbidden.flatMap((pattern) =>
    inTarget
      .filter((row) => row.after?.kind !== 'directory' && pattern.matches(row.path))
      .map(
        (row): Offence => ({
          rule: 'path-forbidden',
          path: row.path,
          line: pattern.line,
          message: `${displayName(row.path)} is in the target, which ${pattern.text} forbids`,
        }),
      ),
  );
  const required = policy.required
    .filter((pattern) => !inTarget.some((row) => pattern.matches(row.path)))
    .map(
      (pattern): Offence => ({
        rule: 'path-required',
        about: pattern.text,
        line: pattern.line,
        message: `nothing in the target matches ${pattern.text}, which is required`,
      }),
    );
  return [...forbidden, ...required];
}

function setIdOffences(audit: Omit<Audit, 'policy'>, policy: AuditPolicy): readonly Offence[] {
  const allowed = policy.setIdAllowed;
  if (allowed === undefined) return [];
  return audit.rows
    .filter((row) => row.after?.kind === 'file' && ((row.after.mode ?? 0) & 0o6000) !== 0)
    .filter((row) => isBelowSystem(row.path) && !allowed.patterns.some((pattern) => pattern.matches(row.path)))
    .map((row) => ({
      rule: 'set-id-not-allowed' as const,
      path: row.path,
      line: allowed.line,
      message: `${displayName(row.path)} has set-id bits (mode ${(row.after?.mode ?? 0).toString(8)}) and is not among the allowed`,
    }));
}

/** Only what came with the target fails: what the device has already is not this update's doing. Private keys fail always. */
function securityOffences(audit: Omit<Audit, 'policy'>, policy: AuditPolicy): readonly Offence[] {
  return audit.security.flatMap((finding): readonly Offence[] => {
    const line = policy.fail.get(finding.rule);
    if (line === undefined || (finding.standing !== 'new' && finding.rule !== 'private-key')) return [];
    return [
      {
        rule: 'security',
        about: finding.rule,
        path: finding.path,
        line,
        message: `${displayName(finding.path)}: ${finding.message}`,
      },
    ];
  });
}
