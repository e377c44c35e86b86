/** What `dfota prepare` is asked for. */
import type { Code } from '../../model/codes.js';
import { UsageError } from '../../model/errors.js';
import type { Preparation } from '../../model/preparation.js';
import { holdOutputsApart } from '../hold-apart.js';

/** What to make: plain data. Everything left out stays as it is in the source. */
export interface PrepareRequest {
  /** targetfiles.zip of the firmware that runs on the module, or a folder of its layout. */
  readonly source: string;
  /** The built kernel (`sdxlemur-boot.img`). */
  readonly boot?: string | undefined;
  /** The built boot loader, for MULTIFOTA/abl.elf. */
  readonly abl?: string | undefined;
  /** A folder whose files go over MULTIFOTA/. */
  readonly multifota?: string | undefined;
  /** The new root file system: a folder, or an UBI or UBIFS image. */
  readonly rootfs?: string | undefined;
  /** The new modem files: a folder, or an UBI or UBIFS image; they go over SYSTEM/firmware. */
  readonly modem?: string | undefined;
  /** What is packed again so that updates become small: `boot`, kernel and RAM disk of the target's boot image. */
  readonly recompress?: 'boot' | undefined;
  /** The new SYSTEM/etc/quectel-project-version. */
  readonly versionFile?: string | undefined;
  /** File with rows of filesystem_config.txt, for entries that no other input describes, or knows wrong. */
  readonly owners?: string | undefined;
  /** Errors of the inputs that are accepted. */
  readonly allow?: readonly Code[] | undefined;
  readonly output: string;
  /** Only plan. */
  readonly dryRun?: boolean | undefined;
}

const replacing = {
  boot: 'boot',
  abl: 'abl',
  multifota: 'multifota',
  rootfs: 'rootfs',
  modem: 'modem',
  versionFile: 'version-file',
} as const;

/** The inputs that replace something, under the names of the command line. */
export function givenInputs(request: PrepareRequest): Preparation['inputs'] {
  return (['boot', 'abl', 'multifota', 'rootfs', 'modem', 'versionFile'] as const).flatMap((name) => {
    const input = request[name];
    return input === undefined ? [] : [{ from: replacing[name], input }];
  });
}

/** Refuses a request that changes nothing, or whose output is one of its inputs. */
export async function checkRequest(request: PrepareRequest): Promise<void> {
  if (givenInputs(request).length === 0 && request.owners === undefined && request.recompress === undefined) {
    throw new UsageError({
      code: 'prepare-nothing',
      message: 'nothing is given that would make the target differ from the source',
      expected: 'one of --boot, --abl, --multifota, --rootfs, --modem, --version-file, --owners, --recompress',
    });
  }
  await holdOutputsApart(
    {
      whole: [
        ['the source', request.source],
        ...givenInputs(request).map(({ from, input }): [string, string] => [`the input for ${from}`, input]),
        ['the table of owners', request.owners],
      ],
      dryRun: request.dryRun,
    },
    [{ role: 'the output', path: request.output, kind: 'file' }],
  );
}
