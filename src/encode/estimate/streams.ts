import { newBytes } from '../../model/large-bytes.js';
import type { MadePiece } from './source.js';

/** Where streams are gathered, one file after the other. */
let [differenceRoom, extraRoom] = [new Uint8Array(0), new Uint8Array(0)];

/** What a patch would hold for pieces of the target. It holds them until the next is made. */
export class Streams {
  /** Numbers of the control block, three for each stretch. */
  readonly control: number[] = [];
  /** How often the source was searched. */
  searches = 0;
  #differences = 0;
  #extras = 0;

  /** Differences to the source. */
  get diff(): Uint8Array {
    return differenceRoom.subarray(0, this.#differences);
  }

  /** Bytes that are not made from the source. */
  get extra(): Uint8Array {
    return extraRoom.subarray(0, this.#extras);
  }

  add({ controls, differences, extras, searches }: MadePiece): void {
    for (const number of controls) this.control.push(number);
    differenceRoom = appended(differenceRoom, this.#differences, differences);
    extraRoom = appended(extraRoom, this.#extras, extras);
    this.#differences += differences.length;
    this.#extras += extras.length;
    this.searches += searches;
  }
}

const firstRoom = 256 * 1024;

/** The room with some bytes put behind those that it has; another, of twice the size, where they do not fit. */
function appended(room: Uint8Array<ArrayBuffer>, at: number, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  let roomy = room;
  if (room.length < at + bytes.length) {
    roomy = newBytes(Math.max(firstRoom, 2 * room.length, at + bytes.length));
    roomy.set(room.subarray(0, at));
  }
  roomy.set(bytes, at);
  return roomy;
}
