/** Writes an input's tree into a folder: `dfota extract`. */
import { writeFolder } from '../files/output.js';
import { openInput, withFolders } from '../input/images/open-input.js';
import { selectPaths } from '../input/selection.js';
import { UsageError } from '../model/errors.js';
import type { Extraction, ImageFormat } from '../model/listing.js';
import type { Ports } from '../model/ports.js';
import { holdOutputsApart } from './hold-apart.js';
import { writeTree } from './write-tree.js';

/** What to extract, and where to. */
export interface ExtractRequest {
  /** A zip, a folder, an UBI or UBIFS image, or a folder of raw images. */
  readonly input: string;
  /** A folder that does not exist yet or is empty. */
  readonly output: string;
  /** Paths, folders and patterns; everything when there are none. */
  readonly only?: readonly string[] | undefined;
  /** Volume of an UBI image. */
  readonly volume?: string | undefined;
  /** What the input must be; anything that is known without it. */
  readonly format?: ImageFormat | undefined;
}

/**
 * Extracts what is chosen into a new folder. Modes and links are kept, owners are not, device nodes are listed, not created. All is
 * written into a temporary folder beside the output first: on failure nothing is left. A file that cannot be read is left
 * out and told; the rest is extracted. Names that this system does not take are written with escapes, and told. Throws UsageError and InputError.
 */
export async function extract(request: ExtractRequest, ports: Ports = {}): Promise<Extraction> {
  const { input, output, only = [], volume, format } = request;
  const chosen = selectPaths(only, '--only');
  await holdOutputsApart({ whole: [['the input', input]] }, [{ role: 'the output', path: output, kind: 'new-folder' }]);
  const tree = await openInput(input, { ...ports, volume, format, stage: 'extract' });
  try {
    const entries = withFolders(tree.entries, chosen);
    if (entries.length === 0 && only.length > 0) {
      throw new UsageError({
        code: 'nothing-chosen',
        place: { file: input },
        message: '--only matches nothing in the input',
        found: `${tree.entries.length} entries`,
        remedy: 'see what there is with dfota ls; patterns start at the top, such as SYSTEM/etc or **/*.so',
      });
    }
    const { findings, ...written } = await writeFolder(output, (folder) => writeTree(tree, entries, folder, ports), {
      signal: ports.signal,
    });
    const { origin, description } = tree;
    return { origin, description, output, findings: [...tree.findings, ...findings], ...written };
  } finally {
    await tree.close();
  }
}
