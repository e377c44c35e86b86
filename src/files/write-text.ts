import { rename, rm, writeFile } from 'node:fs/promises';

/** Writes a text file so that it is there complete or not at all. */
export async function writeText(path: string, text: string): Promise<void> {
  const temporary = `${path}.${process.pid}.part`;
  try {
    await writeFile(temporary, text, { flag: 'wx' });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
