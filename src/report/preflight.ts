/** What a module would say to a package. */
import type { Preflight } from '../model/preflight.js';

type Report = { readonly text: string; readonly exitCode: 0 | 4 };

function exitOf({ predictions }: Preflight): 0 | 4 {
  return predictions.some(({ certain }) => certain) ? 4 : 0;
}

/** For people: what was seen, then what speaks against it. */
export function preflightText(preflight: Preflight): Report {
  const { version, product, usrdataFree, systemFree, files, predictions } = preflight;
  const seen = [
    version === undefined ? 'its version was not read' : `runs ${version}`,
    product,
    usrdataFree === undefined ? 'free space of usrdata was not read' : `${usrdataFree} bytes free in usrdata`,
    systemFree === undefined
      ? 'free space of /system was not read (--system-free)'
      : `${systemFree} bytes free on /system`,
    files === undefined ? 'files were not compared (--device-files)' : `${files} files compared`,
  ].filter((part) => part !== undefined);
  const lines = [`module: ${seen.join(', ')}`];
  for (const { code, certain, message } of predictions) {
    lines.push(`${certain ? (code === undefined ? 'error' : `END ${code}`) : 'note'}: ${message}`);
  }
  const exitCode = exitOf(preflight);
  lines.push(
    exitCode === 0 ? 'nothing that was seen speaks against this package' : 'the module would refuse this package',
  );
  return { text: `${lines.join('\n')}\n`, exitCode };
}

/** The same as one JSON document. */
export function preflightJson(preflight: Preflight): Report {
  return { text: `${JSON.stringify({ schema: 1, ...preflight }, null, 2)}\n`, exitCode: exitOf(preflight) };
}
