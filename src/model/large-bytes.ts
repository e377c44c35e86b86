/**
 * Arrays of some megabytes that give their memory back to the system when they are freed. The C library of most Linux systems (glibc) takes large blocks
 * from the system one by one, and gives them back, but raises what counts as large to the size of any such block that is freed, up to 32 MiB; from then on,
 * each thread keeps up to twice as much for itself. What is longer than that never raises it, and memory that is not touched is not taken. So arrays between
 * 1 MiB and 32 MiB are the beginnings of longer ones.
 */
const least = 2 ** 20;
const most = 2 ** 25;

/** How long the buffer of an array of this length is to be. */
export function roomFor(length: number): number {
  return length >= least && length <= most ? most + 4096 : length;
}

/** The size of the pieces in which at most `limit` bytes are unpacked: all in one, with a byte to spare, unless they are very many. */
export function pieceFor(limit: number): number {
  return roomFor(Math.min(limit, most) + 64);
}

/** An array of zeros, which may be the beginning of a longer buffer that belongs to nobody else. */
export function newBytes(length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new ArrayBuffer(roomFor(length)), 0, length);
}
