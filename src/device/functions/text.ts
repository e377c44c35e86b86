import { type Call, type DeviceFunction, no, parseInteger, ScriptAbort, type Value, yes } from '../runtime.js';

/** Aborts unless the count of arguments is right. */
export function expectArguments(call: Call, least: number, most = least): void {
  const { length } = call.args;
  if (length >= least && length <= most) return;
  const wanted = least === most ? `${least}` : most === Number.POSITIVE_INFINITY ? `${least}+` : `${least}-${most}`;
  throw new ScriptAbort(`${call.name}() expects ${wanted} args, got ${length}`);
}

const abort: DeviceFunction = async (_, call) => {
  const [message] = call.args;
  throw new ScriptAbort(message === undefined ? 'called abort()' : await call.text(message));
};

const assert: DeviceFunction = async (runtime, call) => {
  for (const argument of call.args) {
    if ((await call.text(argument)) !== no) continue;
    throw new ScriptAbort(`assert failed: ${call.source(argument)}`, runtime.trouble?.kind);
  }
  return no;
};

const ifelse: DeviceFunction = async (_, call): Promise<Value> => {
  expectArguments(call, 2, 3);
  const [condition, whenTrue, whenFalse] = call.args;
  if (condition === undefined || whenTrue === undefined) return no;
  if ((await call.text(condition)) !== no) return call.value(whenTrue);
  return whenFalse === undefined ? no : call.value(whenFalse);
};

const concat: DeviceFunction = async (_, call) => (await call.texts()).join('');

const isSubstring: DeviceFunction = async (_, call) => {
  expectArguments(call, 2);
  const [needle = '', haystack = ''] = await call.texts();
  return haystack.includes(needle) ? yes : no;
};

const compareIntegers =
  (holds: (left: number, right: number) => boolean): DeviceFunction =>
  async (runtime, call) => {
    expectArguments(call, 2);
    const [left = '', right = ''] = await call.texts();
    const [a, b] = [parseInteger(left), parseInteger(right)];
    if (runtime.profile.strict && [left, right].some((text) => Math.abs(Number(text)) >= 2 ** 31)) {
      throw new ScriptAbort(`${call.name}: beyond the 31 bits that every module takes: ${left}, ${right}`);
    }
    if (a === undefined || b === undefined) {
      runtime.print(`${call.name}: cannot parse ${a === undefined ? left : right} as a number`);
      return no;
    }
    return holds(a, b) ? yes : no;
  };

/** The functions that touch nothing. */
export const textFunctions: Readonly<Record<string, DeviceFunction>> = {
  abort,
  assert,
  ifelse,
  concat,
  is_substring: isSubstring,
  less_than_int: compareIntegers((a, b) => a < b),
  greater_than_int: compareIntegers((a, b) => a > b),
};
