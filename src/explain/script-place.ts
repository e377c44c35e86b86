import type { CitedStatement } from '../model/explanation.js';
import { largestScriptBytes } from '../model/limits/device.js';

/** A statement of the script: where its text begins, and the text. */
interface Statement extends CitedStatement {
  /** Without white space outside of literals: how the log's text is compared with it. */
  readonly bare: string;
  /** The values of its string literals. */
  readonly literals: readonly string[];
}

/** Cuts a script into its top-level statements. Comments are left out. Never throws: a torn script ends where it ends. */
function statementsOf(script: string): readonly Statement[] {
  const statements: Statement[] = [];
  let line = 1;
  let depth = 0;
  let text = '';
  let bare = '';
  let literals: string[] = [];
  let startLine = 1;
  const end = (): void => {
    if (bare !== '') statements.push({ line: startLine, text: text.trim(), bare, literals });
    text = '';
    bare = '';
    literals = [];
  };
  for (let at = 0; at < Math.min(script.length, largestScriptBytes); at += 1) {
    const unit = script.charAt(at);
    if (unit === '#') {
      const stop = script.indexOf('\n', at);
      at = (stop < 0 ? script.length : stop) - 1;
      continue;
    }
    if (unit === '"') {
      let close = at + 1;
      while (close < script.length && script.charAt(close) !== '"') close += script.charAt(close) === '\\' ? 2 : 1;
      const literal = script.slice(at, close + 1);
      if (bare === '') startLine = line;
      text += literal;
      bare += literal;
      literals.push(literalValue(script.slice(at + 1, close)));
      line += literal.split('\n').length - 1;
      at = close;
      continue;
    }
    if (unit === '\n') line += 1;
    if (unit === ';' && depth === 0) {
      end();
      continue;
    }
    if (unit === '(') depth += 1;
    if (unit === ')') depth -= 1;
    const blank = /\s/.test(unit);
    if (!blank && bare === '') startLine = line;
    if (!blank || bare !== '') text += unit;
    if (!blank) bare += unit;
  }
  end();
  return statements;
}

function literalValue(text: string): string {
  return text.replace(/\\(x[0-9a-fA-F]{2}|[nt"\\])/g, (_whole, code: string) => {
    if (code === 'n') return '\n';
    if (code === 't') return '\t';
    return code.startsWith('x') ? String.fromCharCode(Number.parseInt(code.slice(1), 16)) : code;
  });
}

function withoutBlanks(text: string): string {
  return text.replace(/"(?:[^"\\]|\\[\s\S])*"|\s+/g, (part) => (part.startsWith('"') ? part : ''));
}

/**
 * Finds the statement of the script that a log is about: by the text of a failed assertion, by the message of an abort, or by the
 * last statement that names the file. `undefined` when there is none.
 */
export function findStatement(
  script: string,
  wanted: {
    readonly assertion: string | undefined;
    readonly message: string | undefined;
    readonly file: string | undefined;
  },
): CitedStatement | undefined {
  const statements = statementsOf(script);
  const { assertion, message, file } = wanted;
  const cite = (found: Statement | undefined): CitedStatement | undefined =>
    found && { line: found.line, text: found.text };
  if (assertion !== undefined) {
    const bare = withoutBlanks(assertion);
    const found = bare === '' ? undefined : statements.find((statement) => statement.bare.includes(bare));
    if (found !== undefined) return cite(found);
  }
  if (message !== undefined) {
    const says = ({ bare, literals }: Statement): boolean =>
      bare.includes('abort(') && (literals.includes(message) || literals.join('').endsWith(message));
    const found = statements.find(says);
    if (found !== undefined) return cite(found);
  }
  if (file === undefined) return undefined;
  const names = ({ literals }: Statement): boolean =>
    literals.some((literal) => literal === file || literal.startsWith(`${file}:`));
  const checks = statements.find(
    (statement) => names(statement) && /\b(apply_patch|assert|sha1_check|mount|write_raw_image)/.test(statement.bare),
  );
  return cite(checks ?? statements.find(names));
}
