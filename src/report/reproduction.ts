import type { Reproduction } from '../model/package-record.js';

/** What came of making a package again, for people, and the exit code. */
export function reproductionText(reproduction: Reproduction): { readonly text: string; readonly exitCode: 0 | 1 } {
  const { record, same, expected, made, differences } = reproduction;
  const lines = [
    `${same ? 'REPRODUCED' : 'NOT REPRODUCED'}: ${record}`,
    `  recorded ${expected.sha256} (${expected.size} bytes)`,
    made === undefined
      ? '  made     nothing: the inputs are not those of the record'
      : `  made     ${made.sha256} (${made.size} bytes)`,
    ...differences.map((difference) => `  ${difference}`),
  ];
  return { text: `${lines.join('\n')}\n`, exitCode: same ? 0 : 1 };
}
