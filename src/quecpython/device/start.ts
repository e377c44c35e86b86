/** What the firmware does at a start before the user's program runs: the restore from the backup, then a waiting update. */

import { dumps, readSums, readText, sumOf, updateSums } from './check-sums.js';
import { type Flash, FlashError, folderOf, makeFolders } from './flash.js';

const updater = '/usr/.updater';
const stat = `${updater}/download.stat`;
const flag = `${updater}/update.flag`;
const deletes = '/usr/.deletes.json';

/** What a start did. */
export interface Start {
  /** Files that were put back from the backup. */
  readonly restored: readonly string[];
  /** `none`: no update waited; `failed`: it ended in an error, and waits on if its flag is still there. */
  readonly update: 'none' | 'done' | 'failed';
}

/** A start. */
export function start(flash: Flash): Start {
  return { restored: restore(flash), update: update(flash) };
}

function isRefusal(error: unknown): boolean {
  return error instanceof FlashError || error instanceof SyntaxError || error instanceof TypeError;
}

function restore(flash: Flash): readonly string[] {
  const restored: string[] = [];
  try {
    const { enable } = JSON.parse(readText(flash, '/bak/backup_restore.json', 64));
    if (enable === 0 || enable === false) return restored;
    for (const { name, crc32 } of readSums(flash)) {
      if (sumOf(flash, name) === Number.parseInt(crc32, 16)) continue;
      const backup = `/bak/${name}`;
      if (!flash.exists(backup)) continue;
      makeFolders(flash, folderOf(name));
      flash.write(name, flash.read(backup));
      restored.push(name);
    }
    if (restored.length > 0) updateSums(flash, restored);
  } catch (error) {
    if (!isRefusal(error)) throw error;
  }
  return restored;
}

function update(flash: Flash): Start['update'] {
  if (!flash.exists(flag)) return 'none';
  try {
    const items: { readonly name: string }[] = JSON.parse(readText(flash, stat));
    const waiting = [...items];
    for (const { name } of items) {
      const fetched = `${updater}/${name}`;
      if (flash.exists(fetched)) {
        makeFolders(flash, folderOf(name));
        flash.write(name, flash.read(fetched));
        updateSums(flash, [name]);
      }
      waiting.shift();
      flash.write(stat, Buffer.from(dumps(waiting)));
      flash.remove(fetched);
    }
    flash.remove(flag);
    flash.remove(stat);
    removeFolders(flash, updater);
    return 'done';
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return 'failed';
  }
}

/** As the firmware does it: a file that is left over makes it fail, because a file cannot be listed. */
function removeFolders(flash: Flash, folder: string): void {
  for (const name of flash.list(folder)) removeFolders(flash, `${folder}/${name}`);
  flash.remove(folder);
}

/** What the user's program does first, by the recipe in the documents: it removes what the update says, and then the list of it. */
export function removeListed(flash: Flash): void {
  if (!flash.exists(deletes)) return;
  const names: string[] = JSON.parse(Buffer.from(flash.read(deletes)).toString('utf8'));
  for (const name of names) {
    try {
      flash.remove(name);
    } catch (error) {
      if (!(error instanceof FlashError)) throw error;
    }
  }
  flash.remove(deletes);
}
