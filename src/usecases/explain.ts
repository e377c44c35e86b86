/** What a code, a status word or a recovery log means: `dfota explain`. */

import { readFile, stat } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { explain, knownSubjects } from '../explain/explain.js';
import { nearCodes } from '../explain/finding-codes.js';
import { explainLog } from '../explain/log.js';
import { asInputError } from '../files/system-error.js';
import { plainText } from '../formats/text/plain-text.js';
import { readZip } from '../input/zip/zip-tree.js';
import { InputError, UsageError } from '../model/errors.js';
import type { Explanation, LogReading } from '../model/explanation.js';
import { sdx6x } from '../model/layout.js';
import { largestLogBytes } from '../model/limits.js';
import { fromBytes, fromText } from '../model/path.js';
import type { Ports } from '../model/ports.js';
import { silent } from '../model/progress.js';

/** What was asked for, explained. */
export type Explained =
  | { readonly kind: 'code'; readonly explanation: Explanation }
  | { readonly kind: 'log'; readonly file: string; readonly reading: LogReading };

/** What to explain. */
export interface ExplainRequest {
  /** A code, a status word, a +QIND line, or the path of a recovery log. */
  readonly subject: string;
  /** The update.zip that the log is about: its script is cited. */
  readonly package?: string | undefined;
}

const scriptPath = sdx6x.packageScript;

/**
 * Explains words (`510`, `status 7`, `IP_PREVIOUS_UPDATE_IN_PROGRESS`, a +QIND line, `zip-truncated`), or the log in a file
 * of that name. Throws UsageError for what is neither, InputError for a log or a package that cannot be read.
 */
export async function explainSubject(request: ExplainRequest, { signal }: Ports = {}): Promise<Explained> {
  const { subject } = request;
  const explanation = explain(fromText(subject));
  const isFile = await stat(subject).then(
    (stats) => stats.isFile(),
    () => false,
  );
  if (explanation !== undefined && !isFile) return { kind: 'code', explanation };
  if (!isFile) {
    const near = nearCodes(subject);
    const looksLikePath = /[/.]|log/i.test(subject);
    throw new UsageError({
      code: 'explain-unknown',
      message: looksLikePath ? `there is no file ${subject}` : `${subject} is neither a known code or word nor a file`,
      expected: `one of ${knownSubjects().join(', ')}; the code of a finding, such as zip-truncated (docs/findings.md lists all); or a recovery log such as last_log`,
      remedy: near.length === 0 ? undefined : `did you mean ${near.join(', ')}?`,
    });
  }
  const script = request.package === undefined ? undefined : await readScript(request.package, signal);
  return { kind: 'log', file: subject, reading: explainLog(await readLog(subject), script) };
}

async function readLog(file: string): Promise<string> {
  try {
    const { size } = await stat(file);
    if (size > largestLogBytes) {
      throw new InputError({
        code: 'log-too-large',
        place: { file },
        message: 'the file is too large for a log',
        found: `${size} bytes`,
        expected: `at most ${largestLogBytes} bytes`,
      });
    }
    return plainText(unpacked(await readFile(file), file));
  } catch (error) {
    throw asInputError(error, file);
  }
}

/** Recoveries and people keep old logs as .gz. */
function unpacked(bytes: Buffer, file: string): Uint8Array {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: largestLogBytes });
  } catch {
    throw new InputError({
      code: 'log-gzip',
      place: { file },
      message: 'the compressed log cannot be unpacked',
      expected: `a whole gzip file that holds at most ${largestLogBytes} bytes`,
    });
  }
}

async function readScript(file: string, signal: AbortSignal | undefined): Promise<string> {
  const tree = await readZip(file, { stage: 'inspect', onProgress: silent, signal });
  try {
    if (tree.nodes.get(scriptPath)?.kind !== 'file') {
      throw new InputError({
        code: 'package-no-script',
        place: { file, entry: scriptPath },
        message: 'the package holds no updater-script',
        expected: 'an update.zip',
      });
    }
    return fromBytes(await tree.read(scriptPath));
  } finally {
    await tree.close();
  }
}
