/** The audit for machines, as docs/schemas/audit.schema.json describes it. */
import { Buffer } from 'node:buffer';
import type { Audit, AuditRow, AuditSide } from '../../model/audit.js';
import { reasonSentence } from '../../model/decision.js';
import { displayName } from '../../model/path.js';
import { ratioOf, showMode } from './words.js';

/** A path for people and, where that is not the name itself, its bytes in hex; nothing where there is no path. */
function pathFields(path: string | undefined): {
  readonly path?: string | undefined;
  readonly pathBytes?: string | undefined;
} {
  if (path === undefined) return {};
  const shown = displayName(path);
  const plain = /^[\x20-\x7e]*$/.test(path) && !path.includes('\\x');
  return plain ? { path: shown } : { path: shown, pathBytes: Buffer.from(path, 'latin1').toString('hex') };
}

function sideFields(side: AuditSide) {
  const { mode, destination, ...rest } = side;
  return {
    ...rest,
    mode: mode === undefined ? undefined : showMode(mode),
    destination: destination === undefined ? undefined : displayName(destination),
  };
}

function rowFields(row: AuditRow) {
  const { path, from, before, after, cost, decidedBy, ...rest } = row;
  const ratio = ratioOf(row);
  return {
    ...pathFields(path),
    ...rest,
    sentence: reasonSentence(row.reason),
    from: from === undefined ? undefined : displayName(from),
    before: before && sideFields(before),
    after: after && sideFields(after),
    decidedBy: decidedBy && { list: decidedBy.list, file: decidedBy.file, line: decidedBy.line },
    cost,
    ratio: ratio === undefined ? undefined : Math.round(ratio * 10_000) / 10_000,
    alternatives: row.alternatives.map(({ method, base, packageBytes }) => ({
      method,
      base: base === undefined ? undefined : displayName(base),
      packageBytes,
    })),
  };
}

/** The document of the schema as a value. */
export function auditDocument(audit: Audit) {
  const { totals, rows, security, package: pack, policy, source, target, ...rest } = audit;
  const build = ({ version, ...fields }: Audit['source']) => ({
    ...fields,
    version:
      version &&
      Object.fromEntries(
        Object.entries(version).map(([key, value]) => [key, value === undefined ? undefined : displayName(value)]),
      ),
  });
  return {
    ...rest,
    source: build(source),
    target: build(target),
    totals: { ...totals, largest: totals.largest.map(displayName) },
    security: security.map(({ path, ...finding }) => ({ ...pathFields(path), ...finding })),
    package: pack && {
      ...pack,
      entries: pack.entries.map(({ name, bytes, path }) => ({
        name: displayName(name),
        bytes,
        path: path === undefined ? undefined : displayName(path),
      })),
    },
    policy: policy && {
      ...policy,
      findings: policy.findings.map(({ path, ...finding }) => ({ ...pathFields(path), ...finding })),
    },
    rows: rows.map(rowFields),
  };
}

/** The document as text, ended by a newline. */
export function auditJson(audit: Audit): string {
  return `${JSON.stringify(auditDocument(audit), undefined, 1)}\n`;
}
