import { readFile, stat } from 'node:fs/promises';
import { parsePolicy } from '../../audit/policy/parse.js';
import type { AuditPolicy } from '../../audit/policy/policy.js';
import { asInputError } from '../../files/system-error.js';
import { utf8Text } from '../../formats/text/plain-text.js';
import { compilePattern } from '../../input/lists/pattern.js';
import { InputError } from '../../model/errors.js';
import { largestPolicyBytes } from '../../model/limits.js';

/** Reads a policy.yaml. Throws InputError with every mistake in it. */
export async function readPolicy(file: string): Promise<AuditPolicy> {
  let text: string;
  try {
    const { size } = await stat(file);
    if (size > largestPolicyBytes) {
      throw new InputError({
        code: 'policy-too-large',
        place: { file },
        message: 'the policy is too large',
        found: `${size} bytes`,
        expected: `at most ${largestPolicyBytes} bytes`,
      });
    }
    text = utf8Text(await readFile(file));
  } catch (error) {
    throw asInputError(error, file);
  }
  return parsePolicy(text, file, compilePattern);
}
