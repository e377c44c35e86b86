/** `os-release`: which distribution a root file system is of. */
import { fromBytes } from '../../model/path.js';
import type { Distribution } from '../../model/software.js';
import { linesOf } from '../text/text-lines.js';

const assignment = /^([A-Z_]+)=(?:"([^"\\$`]*)"|'([^']*)'|([^\s"'\\$`]*))\s*$/;

/** The distribution; `undefined` where the file does not name one in the form that the standard asks for. */
export function parseOsRelease(bytes: Uint8Array): Distribution | undefined {
  const values = new Map<string, string>();
  for (const { text } of linesOf(fromBytes(bytes))) {
    const [, name, double, single, plain] = assignment.exec(text) ?? [];
    if (name !== undefined) values.set(name, double ?? single ?? plain ?? '');
  }
  const id = values.get('ID') ?? '';
  const version = values.get('VERSION_ID') ?? '';
  if (!/^[a-z0-9._-]+$/.test(id)) return undefined;
  return { id, version: /^[a-z0-9._-]+$/.test(version) ? version : undefined };
}
