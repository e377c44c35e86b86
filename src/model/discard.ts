/** From here on it pays, in bytes: whatever is shorter is left to the garbage collection. */
const worthDiscarding = 64 * 1024;

type Port = InstanceType<typeof MessageChannel>['port1'];

let nowhere: Port | undefined;

/** A port that leads nowhere: what is posted to it is taken from here, and given up. */
function openNowhere(): Port {
  const { port1, port2 } = new MessageChannel();
  port1.close();
  port2.close();
  return port1;
}

/**
 * Gives memory back at once that nobody needs any more: the arrays are empty afterwards, and so is every other view of their buffers. V8 collects large
 * arrays late, for they are small objects to it, so that what was read one after the other is held together.
 */
export function discard(...arrays: readonly Uint8Array[]): void {
  const buffers = new Set<ArrayBuffer>();
  for (const { buffer } of arrays)
    if (buffer instanceof ArrayBuffer && buffer.byteLength >= worthDiscarding) buffers.add(buffer);
  if (buffers.size === 0) return;
  nowhere ??= openNowhere();
  for (const buffer of buffers) {
    try {
      nowhere.postMessage(undefined, [buffer]);
    } catch (error) {
      // Node's pool of small buffers, which holds those of others: Node 26 has it as large as what is worth it, and gives it to nobody.
      if (!(error instanceof DOMException) || error.name !== 'DataCloneError') throw error;
    }
  }
}
