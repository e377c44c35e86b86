import { commitStage, stageOf } from '../machine.js';
import { noteReach } from '../reach.js';
import { type DeviceFunction, no, type Runtime, ScriptAbort, yes } from '../runtime.js';
import { expectArguments } from './text.js';

const longestLine = 999;

/** A number as C's strtod reads it: what is none counts as 0. No script means that, so strict refuses it. */
function fraction(runtime: Runtime, name: string, text: string): number {
  const value = Number.parseFloat(text);
  if (Number.isFinite(value)) return value;
  if (runtime.profile.strict) throw new ScriptAbort(`${name}(): ${text} is no number`);
  return 0;
}

const uiPrint: DeviceFunction = async (runtime, call) => {
  const line = (await call.texts()).join('');
  if (line.length > longestLine && runtime.profile.strict) {
    throw new ScriptAbort(`ui_print of ${line.length} bytes: the recovery reads lines of less than 1,000`);
  }
  for (const part of line.split('\n')) runtime.print(part);
  if (runtime.profile.printsNewline) return `${line}\n`;
  return /^\n*[^\n]*/.exec(line)?.[0] ?? '';
};

const showProgress: DeviceFunction = async (runtime, call) => {
  expectArguments(call, 2);
  const [portion = '', seconds = ''] = await call.texts();
  const { progress } = runtime;
  progress.start += progress.width;
  progress.width = fraction(runtime, call.name, portion);
  // given seconds, the recovery fills the portion by itself
  progress.fills = fraction(runtime, call.name, seconds) > 0;
  progress.report(progress.start);
  return portion;
};

const setProgress: DeviceFunction = async (runtime, call) => {
  expectArguments(call, 1);
  const [text = ''] = await call.texts();
  const { progress } = runtime;
  progress.report(progress.start + progress.width * fraction(runtime, call.name, text));
  return text;
};

const sleep: DeviceFunction = async (_, call) => {
  expectArguments(call, 1);
  const [seconds = ''] = await call.texts();
  return seconds;
};

const stdout: DeviceFunction = async (runtime, call) => {
  for (const line of (await call.texts()).join('').split('\n')) runtime.print(line);
  return no;
};

const wipeCache: DeviceFunction = async (runtime, call) => {
  expectArguments(call, 0);
  runtime.wipesCache = true;
  return yes;
};

/** Bytes of a stage in the boot control block. */
const stageBytes = 31;

const setStage: DeviceFunction = async (runtime, call) => {
  expectArguments(call, 2);
  const [device = '', text = ''] = await call.texts();
  const { machine } = runtime;
  const stage = text.slice(0, stageBytes);
  if (!runtime.table.some((row) => row.mountPoint === '/misc' && row.device === device)) {
    noteReach(machine, 'partition', device, `writes a stage into ${device}, which is not the boot control block`);
  }
  commitStage(machine, stage, device);
  return device;
};

const getStage: DeviceFunction = async (runtime, call) => {
  expectArguments(call, 1);
  await call.texts();
  return stageOf(runtime.machine);
};

const enableReboot: DeviceFunction = async () => yes;

/** The functions that talk to the recovery, and through it to its screen. */
export const screenFunctions: Readonly<Record<string, DeviceFunction>> = {
  ui_print: uiPrint,
  show_progress: showProgress,
  set_progress: setProgress,
  sleep,
  stdout,
  wipe_cache: wipeCache,
  enable_reboot: enableReboot,
  set_stage: setStage,
  get_stage: getStage,
};
