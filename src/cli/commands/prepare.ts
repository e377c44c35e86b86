import { UsageError } from '../../model/errors.js';
import { preparationJson, preparationText } from '../../report/preparation.js';
import { allowedCodes } from '../../usecases/allow.js';
import type { PrepareRequest } from '../../usecases/prepare/prepare-request.js';
import type { Command } from '../command.js';
import { configurationOptions, configured } from '../configured.js';
import { examples } from '../examples.js';
import { allowOption } from '../options.js';

/** `dfota prepare --source v1.zip … --output v2.zip`. */
export const prepareCommand: Command = (program, choose) =>
  program.command(
    'prepare',
    'Make the target of an update out of its source and newly built parts',
    (options) =>
      options
        .option('source', {
          type: 'string',
          describe: 'targetfiles.zip of what the module runs: all that is not replaced comes from it',
        })
        .option('output', { type: 'string', describe: 'The new targetfiles.zip' })
        .options(configurationOptions)
        .option('boot', { type: 'string', describe: 'The built kernel (sdxlemur-boot.img)' })
        .option('abl', { type: 'string', describe: 'The built boot loader (abl.elf)' })
        .option('multifota', { type: 'string', describe: 'Folder of images that go over MULTIFOTA/' })
        .option('rootfs', {
          type: 'string',
          describe: 'The new root file system: a folder, or an UBI, UBIFS or squashfs image',
        })
        .option('modem', { type: 'string', describe: 'New modem files: a folder, or an image (NON-HLOS.ubi)' })
        .option('recompress', {
          choices: ['boot'] as const,
          describe: "Pack kernel and RAM disk of the target's boot image again, so that its updates become small",
        })
        .option('version-file', { type: 'string', describe: 'The new quectel-project-version' })
        .option('owners', {
          type: 'string',
          describe: 'File with rows of filesystem_config.txt, for entries that no other input describes',
        })
        .option('allow', allowOption)
        .option('dry-run', { type: 'boolean', describe: 'Only show what would be replaced' })
        .option('json', { type: 'boolean', describe: 'Print one JSON document' })
        .epilogue(
          examples([
            [
              '$0 prepare --source v1.zip --boot sdxlemur-boot.img --rootfs sdxlemur-sysfs.ubi --output v2.zip',
              'new kernel and root file system; firmware and dev stay those of the source',
            ],
            [
              '$0 prepare --source v1.zip --boot sdxlemur-boot.img --recompress boot --output v2.zip',
              'the kernel packed so that its next updates patch what is inside',
            ],
            ['$0 prepare --source v1.zip --modem NON-HLOS.ubi --output v2.zip --dry-run', 'what would change'],
          ]),
        ),
    (argv) =>
      choose(async (session) => {
        const { manner, out, endStage } = session;
        const { prepare } = await import('../../usecases/prepare/prepare.js');
        const { words } = await configured('prepare', argv, {}, session);
        const { source, output } = words;
        if (source === undefined || output === undefined) {
          throw new UsageError({
            code: 'usage',
            message: `${source === undefined ? '--source' : '--output'} is missing: give it here, or in a configuration`,
            remedy: 'see dfota prepare --help',
          });
        }
        const preparation = await prepare(prepareRequest({ ...words, source, output }), session);
        endStage();
        const report = manner.json ? preparationJson(preparation) : preparationText(preparation);
        out(report.text);
        return report.exitCode;
      }),
  );

interface PrepareOptions extends Omit<PrepareRequest, 'allow'> {
  readonly allow?: readonly string[] | undefined;
}

/** The request of what the options say. */
export function prepareRequest(options: PrepareOptions): PrepareRequest {
  const { source, output, boot, abl, multifota, rootfs, modem, recompress, versionFile, owners, dryRun } = options;
  const allow = allowedCodes(options.allow);
  return { source, output, boot, abl, multifota, rootfs, modem, recompress, versionFile, owners, allow, dryRun };
}
