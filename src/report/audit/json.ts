/** The audit for machines, as docs/schemas/audit.schema.json describes it. */
import { Buffer } from 'node:buffer';
import type { Audit, AuditRow, AuditSide } from '../../model/audit.js';
import { reasonSentence } from '../../model/decision.js';
import { displayName } from '../../model/path.js';
import { ratioOf, showMode } from './words.js';

/** A path for people and, where that is not the name itself, its bytes in hex. */
function pathFields(path: string): { readonly path: string; readonly pathBytes?: string | undefined } {
  const shown = displayName(path);
  const plain = /^[\x20-\x7e]*$/.test(path) && !path.includes('\\x');
  return plain ? { path: shown } : { path: shown, pathBytes: Buffer.from(path, 'latin1').toString('hex') };
}

function sideFields(side: AuditSide) {
  const { mode, destination, ...rest } = side;
  return {
    ...rest,
    ...(mode === undefined ? {} : { mode: showMode(mode) }),
    ...(destination === undefined ? {} : { destination: displayName(destination) }),
  };
}

function rowFields(row: AuditRow) {
  const { path, from, before, after, cost, decidedBy, ...rest } = row;
  const ratio = ratioOf(row);
  return {
    ...pathFields(path),
    ...rest,
    sentence: reasonSentence(row.reason),
    ...(from === undefined ? {} : { from: displayName(from) }),
    ...(before === undefined ? {} : { before: sideFields(before) }),
    ...(after === undefined ? {} : { after: sideFields(after) }),
    ...(decidedBy === undefined
      ? {}
      : { decidedBy: { list: decidedBy.list, file: decidedBy.file, line: decidedBy.line } }),
    cost,
    ...(ratio === undefined ? {} : { ratio: Math.round(ratio * 10_000) / 10_000 }),
    alternatives: row.alternatives.map(({ method, base, packageBytes }) => ({
      method,
      ...(base === undefined ? {} : { base: displayName(base) }),
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
    ...(pack === undefined
      ? {}
      : {
          package: {
            ...pack,
            entries: pack.entries.map(({ name, bytes, path }) => ({
              name: displayName(name),
              bytes,
              ...(path === undefined ? {} : { path: displayName(path) }),
            })),
          },
        }),
    ...(policy === undefined
      ? {}
      : {
          policy: {
            ...policy,
            findings: policy.findings.map(({ path, ...finding }) => ({
              ...(path === undefined ? {} : pathFields(path)),
              ...finding,
            })),
          },
        }),
    rows: rows.map(rowFields),
  };
}

/** The document as text, ended by a newline. */
export function auditJson(audit: Audit): string {
  return `${JSON.stringify(auditDocument(audit), undefined, 1)}\n`;
}
