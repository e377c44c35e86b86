/**
 * Writes a script. The only place that knows quotes, escapes, parentheses and line ends.
 *
 * Layout:
 *  - a wrapped call breaks by the ancestor's rule (wrap.ts); every other call stays on its line;
 *  - a call around a wrapped one (`assert(apply_patch(…))`) moves the wrapped lines to the right and leaves their
 *    breaks where they were, so that without the guard they are the ancestor's;
 *  - an operation with an operand of more than one line puts each operand on lines of its own, indented by four from
 *    the second on, with the operator at the end of the line (`apply_patch(…) ||` and then `abort("…")`);
 *    any other operation stays on one line, however long;
 *  - literals that are too long for the device are joined with `+`.
 */
import { quote } from './quote.js';
import type { Call, Choice, Expression, Operation, Operator, Parameter, Sequence, Statement } from './statements.js';
import { wrap } from './wrap.js';

/** Text on one or more lines; those after the first carry their indent relative to where the first one starts. */
type Lines = readonly string[];

const step = '    ';

/** How tight an expression binds, from what needs parentheses everywhere to what never does. */
const tightness: Readonly<Record<Operator | 'not' | 'atom', number>> = {
  '||': 1,
  '&&': 2,
  '==': 3,
  '!=': 3,
  '+': 4,
  not: 5,
  atom: 6,
};

function tightnessOf(expression: Expression): number {
  switch (expression.kind) {
    case 'text':
      return quote(expression.bytes).length === 1 ? tightness.atom : tightness['+'];
    case 'operation':
      return tightness[expression.operator];
    case 'not':
      return tightness.not;
    case 'word':
    case 'call':
    case 'choice':
      return tightness.atom;
    default:
      return expression satisfies never;
  }
}

/** Puts `second` right behind `first`; its further lines hang below its own beginning. */
function beside(first: Lines, second: Lines): Lines {
  const before = first.slice(0, -1);
  const last = first.at(-1) ?? '';
  const hanging = ' '.repeat(last.length);
  return [...before, ...second.map((line, index) => (index === 0 ? last + line : hanging + line))];
}

function indented(lines: Lines): Lines {
  return lines.map((line) => step + line);
}

function flat(expression: Expression): string {
  return printExpression(expression, 'flat').join(' ');
}

function flatParameter(parameter: Parameter): string {
  return parameter.kind === 'together' ? parameter.expressions.map(flat).join(', ') : flat(parameter);
}

type Mode = 'lines' | 'flat';

function printCall(expression: Call, mode: Mode): Lines {
  const { name, parameters } = expression;
  if (mode === 'flat') return [`${name}(${parameters.map(flatParameter).join(', ')})`];
  if (expression.layout === 'wrapped') {
    const pieces = parameters.map(
      (parameter, index) =>
        (index === 0 ? `${name}(` : '') + flatParameter(parameter) + (index === parameters.length - 1 ? ')' : ','),
    );
    return pieces.length === 0 ? [`${name}()`] : wrap(pieces, name.length + 1);
  }
  let lines: Lines = [`${name}(`];
  for (const [index, parameter] of parameters.entries()) {
    const printed = parameter.kind === 'together' ? [flatParameter(parameter)] : printExpression(parameter, 'lines');
    lines = beside(beside(lines, printed), [index === parameters.length - 1 ? '' : ', ']);
  }
  return beside(lines, [')']);
}

function printOperand(operand: Expression, parentheses: boolean, mode: Mode): Lines {
  const lines = printExpression(operand, mode);
  return parentheses ? beside(beside(['('], lines), [')']) : lines;
}

function printOperation(expression: Operation, mode: Mode): Lines {
  const { operator, operands } = expression;
  const own = tightness[operator];
  const printed = operands.map((operand, index) => {
    const tight = tightnessOf(operand);
    return printOperand(operand, index === 0 ? tight < own : tight <= own, mode);
  });
  if (printed.every((lines) => lines.length === 1))
    return [printed.map((lines) => lines.join('')).join(` ${operator} `)];
  return printed.flatMap((lines, index) => {
    const ended = index === printed.length - 1 ? lines : beside(lines, [` ${operator}`]);
    return index === 0 ? ended : indented(ended);
  });
}

/** Statements of a branch, parted by `;` (none after the last: not every parser takes it there). */
function printSequence(sequence: Sequence, mode: Mode): Lines {
  return sequence.flatMap((expression, index) => {
    const lines = printExpression(expression, mode);
    return index === sequence.length - 1 ? lines : beside(lines, [';']);
  });
}

function printChoice(expression: Choice, mode: Mode): Lines {
  const { condition, otherwise } = expression;
  return [
    ...beside(beside(['if '], printExpression(condition, mode)), [' then']),
    ...indented(printSequence(expression.then, mode)),
    ...(otherwise === undefined ? [] : ['else', ...indented(printSequence(otherwise, mode))]),
    'endif',
  ];
}

function printExpression(expression: Expression, mode: Mode): Lines {
  switch (expression.kind) {
    case 'text':
      return [quote(expression.bytes).join(' + ')];
    case 'word':
      return [expression.word];
    case 'call':
      return printCall(expression, mode);
    case 'operation':
      return printOperation(expression, mode);
    case 'not':
      return beside(['!'], printOperand(expression.operand, tightnessOf(expression.operand) < tightness.not, mode));
    case 'choice': {
      const lines = printChoice(expression, mode);
      return mode === 'flat' ? [lines.map((line) => line.trimStart()).join(' ')] : lines;
    }
    default:
      return expression satisfies never;
  }
}

/** One statement as text, without a line end behind it. */
export function printStatement(statement: Statement): string {
  switch (statement.kind) {
    case 'do':
      return beside(printExpression(statement.expression, 'lines'), [';']).join('\n');
    case 'comment':
      return `# ${statement.text.replace(/[\x00-\x1f\x7f]/g, ' ')}`.trimEnd();
    case 'blank':
      return '';
    default:
      return statement satisfies never;
  }
}

/**
 * The script as a byte-string: lines end in a line feed, the last one too (a comment needs it); there is no carriage
 * return. Throws a RangeError on a script without a statement, which the device does not parse, and on what no script
 * can hold: a NUL byte, or text that was not made bytes.
 */
export function printScript(statements: readonly Statement[]): string {
  if (!statements.some((statement) => statement.kind === 'do')) throw new RangeError('a script needs a statement');
  const text = statements.map((statement) => `${printStatement(statement)}\n`).join('');
  if (/[^\x00-\xff]/.test(text)) throw new RangeError('a script holds bytes, not text: use fromText()');
  return text;
}
