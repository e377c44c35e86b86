/** Who holds a lock, and whether that process is still there. */
import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { systemCode } from './system-error.js';

/** A process that holds a lock. */
export interface Holder {
  readonly host: string;
  readonly process: number;
  /** When it took the lock, as people read it. */
  readonly since: string;
  /** What tells it from a later process of the same number: the start of the machine, and of the process after that. Linux only. */
  readonly birth: string | undefined;
  /** Where its number is valid: containers of one host count processes apart. Linux only. */
  readonly space: string | undefined;
}

/** What a lock says of a process of this host. */
export async function holderOf(id: number): Promise<Holder> {
  const [boot, found, space] = await Promise.all([bootOf(), processOf(id), spaceOf()]);
  return { host: hostname(), process: id, birth: birthOf(boot, found), since: new Date().toISOString(), space };
}

/** The holder as the text of a lock, which parseHolder reads. */
export function printHolder(holder: Holder): string {
  return `${JSON.stringify(holder)}\n`;
}

/** The holder that a lock names; `undefined` for any other text. */
export function parseHolder(text: string): Holder | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { host, process, since, birth, space }: Partial<Record<keyof Holder, unknown>> = value;
  if (typeof host !== 'string' || typeof since !== 'string') return undefined;
  if (typeof process !== 'number' || !Number.isSafeInteger(process) || process <= 0) return undefined;
  const textOr = (field: unknown): string | undefined => (typeof field === 'string' ? field : undefined);
  return { host, process, since, birth: textOr(birth), space: textOr(space) };
}

/** Whether the holder is certainly gone. Of another host, or of a container whose processes are not seen here, nobody knows. */
export async function isGone(holder: Holder): Promise<boolean> {
  if (holder.host !== hostname()) return false;
  const machine = await bootOf();
  const birthMachine = holder.birth?.split(' ')[0];
  if (machine !== undefined && birthMachine !== undefined && machine !== birthMachine) return true;
  if (holder.space !== undefined && holder.space !== (await spaceOf())) return false;
  if (!isRunning(holder.process)) return true;
  const found = await processOf(holder.process);
  if (found?.ended) return true;
  const birth = birthOf(machine, found);
  return holder.birth !== undefined && birth !== undefined && birth !== holder.birth;
}

function isRunning(id: number): boolean {
  try {
    // Signal 0 is never sent: it asks whether the process is there.
    process.kill(id, 0);
    return true;
  } catch (error) {
    return systemCode(error) !== 'ESRCH';
  }
}

/** Names one start of the machine. */
async function bootOf(): Promise<string | undefined> {
  const text = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => undefined);
  return text?.trim();
}

interface Process {
  /** Clock ticks after the start of the machine. */
  readonly started: string;
  /** It has ended, and only its parent has not asked for its end yet. */
  readonly ended: boolean;
}

async function processOf(id: number): Promise<Process | undefined> {
  const text = await readFile(`/proc/${id}/stat`, 'utf8').catch(() => undefined);
  // Its name stands in brackets and may hold anything; behind it come field 3, the state, and so on to field 22, the start.
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, started] = [fields?.at(0), fields?.at(19)];
  return state === undefined || started === undefined ? undefined : { started, ended: /^[ZX]$/.test(state) };
}

function birthOf(boot: string | undefined, found: Process | undefined): string | undefined {
  return boot === undefined || found === undefined ? undefined : `${boot} ${found.started}`;
}

async function spaceOf(): Promise<string | undefined> {
  return await readlink('/proc/self/ns/pid').catch(() => undefined);
}
