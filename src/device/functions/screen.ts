import { type DeviceFunction, ScriptAbort } from '../runtime.js';
import { expectArguments } from './text.js';

const longestLine = 999;

function fraction(name: string, text: string): number {
  const value = Number.parseFloat(text);
  if (!Number.isFinite(value)) throw new ScriptAbort(`${name}(): ${text} is no number`);
  return value;
}

const uiPrint: DeviceFunction = async (runtime, call) => {
  const line = (await call.texts()).join('');
  if (line.length > longestLine && runtime.profile.strict) {
    throw new ScriptAbort(`ui_print of ${line.length} bytes: the recovery reads lines of less than 1,000`);
  }
  for (const part of line.split('\n')) runtime.print(part);
  return line;
};

const showProgress: DeviceFunction = async (runtime, call) => {
  expectArguments(call, 2);
  const [portion = '', seconds = ''] = await call.texts();
  const { progress } = runtime;
  progress.start += progress.width;
  progress.width = fraction(call.name, portion);
  // given seconds, the recovery fills the portion by itself
  progress.fills = fraction(call.name, seconds) > 0;
  progress.report(progress.start);
  return portion;
};

const setProgress: DeviceFunction = async (runtime, call) => {
  expectArguments(call, 1);
  const [text = ''] = await call.texts();
  const { progress } = runtime;
  progress.report(progress.start + progress.width * fraction(call.name, text));
  return text;
};

/** The functions that talk to the recovery's screen. */
export const screenFunctions: Readonly<Record<string, DeviceFunction>> = {
  ui_print: uiPrint,
  show_progress: showProgress,
  set_progress: setProgress,
};
