/** `--lists` and `--starter-lists`: which list files a command goes by. */
import { listFilesIn } from '../usecases/find-lists.js';
import type { Session } from './session.js';

/** The options that choose the list files. */
export const listsOptions = {
  lists: {
    type: 'string',
    describe: 'Folder of the list files',
    defaultDescription: 'this folder where it holds any, else the starter lists',
    conflicts: 'starter-lists',
  },
  'starter-lists': { type: 'boolean', describe: 'Use the starter lists, whatever this folder holds' },
} as const;

const here = '.';

/** Told where nothing was said and nothing is here: what the lists keep on the module is not for silence to decide. */
export const starterListsTold = 'lists: none in this folder, so the starter lists are used; --lists DIR for yours';

/**
 * The folder of the lists for a request: the one that was named, or the one we stand in where it holds lists; `undefined` for the starter
 * lists. What was not said is told in one line.
 */
export async function chosenLists(
  { lists, starterLists }: { readonly lists?: string | undefined; readonly starterLists?: boolean | undefined },
  { log }: Pick<Session, 'log'>,
): Promise<string | undefined> {
  if (lists !== undefined || starterLists === true) return lists;
  const [first, ...more] = await listFilesIn(here);
  if (first === undefined) {
    log(starterListsTold);
    return undefined;
  }
  const rest = more.length === 0 ? '' : ` and ${more.length} more`;
  log(`lists: ${first}${rest} in this folder; --lists DIR or --starter-lists for others`);
  return here;
}
