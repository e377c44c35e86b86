/** What a module would say to a package, worked out before a byte is sent. */

import type { Prediction } from '../model/preflight.js';

export type { Prediction } from '../model/preflight.js';

/** What is known of the package. Sizes are bytes. */
export interface SeenPackage {
  readonly size: number;
  /** All of its content, unpacked. */
  readonly unpackedSize: number;
  readonly project: string | undefined;
  readonly versionFrom: string | undefined;
  readonly versionTo: string | undefined;
  /** The largest file of /system that a patch makes. */
  readonly largestPatched: { readonly path: string; readonly size: number } | undefined;
  /** SHA-1 of the version file that the module must have. */
  readonly versionFile: { readonly path: string; readonly sha1: string } | undefined;
  /** What it checks: files of /system that must be as the package knows them. */
  readonly checks: readonly CheckedFile[];
  /** Why nothing says that it was proved; `undefined` for a package that was. */
  readonly unproved?: string | undefined;
}

/** A file that the package checks: it must have one of the digests, before or after the update. */
export interface CheckedFile {
  readonly path: string;
  readonly sha1: readonly string[];
}

/** What is known of the module; what is not known is not judged. */
export interface SeenModule {
  readonly version: string | undefined;
  readonly product: string | undefined;
  readonly usrdataFree: number | undefined;
  readonly systemFree?: number | undefined;
  /** SHA-1 of the files of /system, by their path on the device. */
  readonly files?: ReadonlyMap<string, string> | undefined;
}

/** Files that are told one by one; the rest is counted. */
const told = 10;

/** Everything that speaks against the package on this module, with the file or figure that decides it. */
export function predict(file: SeenPackage, seen: SeenModule): readonly Prediction[] {
  return [...family(file, seen), ...version(file, seen), ...space(file, seen), ...contents(file, seen), ...proof(file)];
}

function proof({ unproved }: SeenPackage): readonly Prediction[] {
  if (unproved === undefined) return [];
  const message = `nothing says that this package was proved (${unproved}): dfota verify with --source and --target proves it`;
  return [{ code: undefined, certain: false, message }];
}

function certain(code: number | undefined, message: string): Prediction {
  return { code, certain: true, message };
}

function family(file: SeenPackage, { version: runs, product }: SeenModule): readonly Prediction[] {
  const found: Prediction[] = [];
  if (runs !== undefined && /M8G/.test(runs)) {
    found.push(certain(undefined, `${runs} is an A/B module (M8G), which does not take these packages`));
  }
  if (product !== undefined && file.project !== undefined && familyOf(product) !== familyOf(file.project)) {
    found.push(certain(505, `the module is a ${product}, the package is for ${file.project}`));
  }
  return found;
}

/** `RG520NNADA_VB` and `RG520N-NA` are of one family: letters and digits up to the first letter behind them. */
function familyOf(product: string): string {
  return /^[A-Z]+\d+[A-Z]?/.exec(product)?.[0] ?? product;
}

function version(file: SeenPackage, { version: runs }: SeenModule): readonly Prediction[] {
  const { versionFrom, versionTo } = file;
  if (versionFrom === undefined) {
    return [{ code: undefined, certain: false, message: 'the package does not say which version it is for' }];
  }
  if (runs !== undefined && runs !== versionFrom) {
    return [certain(505, `the module runs ${runs}, the package is for ${versionFrom}`)];
  }
  if (versionTo === undefined) {
    return [
      {
        code: undefined,
        certain: false,
        message: 'the package does not say which version it leads to: give --expect-version',
      },
    ];
  }
  if (versionTo === versionFrom) {
    const message = `the package leads from ${versionFrom} to the same version: no success could be seen`;
    return [certain(undefined, message)];
  }
  return [];
}

function space(file: SeenPackage, { usrdataFree, systemFree }: SeenModule): readonly Prediction[] {
  const found: Prediction[] = [];
  const needed = file.size + file.unpackedSize;
  if (usrdataFree !== undefined && usrdataFree < needed) {
    found.push(certain(550, `package and content need ${needed} bytes of usrdata, ${usrdataFree} are free`));
  }
  const { largestPatched } = file;
  if (largestPatched !== undefined && systemFree !== undefined) {
    const least = Math.ceil(largestPatched.size * 1.5);
    if (systemFree < least) {
      const message = `${largestPatched.path} needs ${least} bytes on /system while it is patched, ${systemFree} are free`;
      found.push(certain(511, message));
    }
  }
  return found;
}

function contents({ checks, versionFile }: SeenPackage, { files }: SeenModule): readonly Prediction[] {
  if (files === undefined) return [];
  if (versionFile !== undefined && files.get(versionFile.path) !== versionFile.sha1) {
    return [
      certain(505, `${versionFile.path} is not the one that the package is for: the module runs another version`),
    ];
  }
  const wrong = checks.filter(({ path, sha1 }) => !sha1.includes(files.get(path) ?? ''));
  const shown = wrong.slice(0, told).map(({ path }) => {
    const found = files.get(path);
    return certain(
      510,
      found === undefined
        ? `${path} is not on the module`
        : `${path} is neither what the package starts from nor what it makes`,
    );
  });
  return wrong.length > told ? [...shown, certain(510, `and ${wrong.length - told} more files`)] : shown;
}
