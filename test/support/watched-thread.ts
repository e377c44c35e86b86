/** The thread of watched.ts: reads what it is sent and says what came of it. */
import { parentPort } from 'node:worker_threads';
import { isReader, readers } from './readers.js';

parentPort?.on('message', async ({ reader, bytes }: { readonly reader: string; readonly bytes: Uint8Array }) => {
  let fault: string | undefined;
  try {
    if (!isReader(reader)) throw new Error(`no reader ${reader}`);
    await readers[reader](bytes);
  } catch (error) {
    fault = error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
  parentPort?.postMessage({ fault });
});
