/** What has arrived on a port and was not read yet. */
export interface Inbox {
  readonly take: (bytes: Uint8Array) => void;
  /** Nothing more will arrive. */
  readonly end: () => void;
  readonly ended: () => boolean;
  readonly whenEnded: Promise<void>;
  /** The next bytes; `gone` when nothing more will arrive, `nothing` after so many milliseconds. */
  readonly read: (milliseconds: number) => Promise<Uint8Array | 'gone' | 'nothing'>;
}

/** An empty inbox. */
export function openInbox(): Inbox {
  const chunks: Uint8Array[] = [];
  let gone = false;
  let wake: (() => void) | undefined;
  let tellEnd = (): void => {};
  const whenEnded = new Promise<void>((done) => {
    tellEnd = done;
  });
  return {
    take: (bytes) => {
      chunks.push(bytes);
      wake?.();
    },
    end: () => {
      gone = true;
      tellEnd();
      wake?.();
    },
    ended: () => gone,
    whenEnded,
    read: async (milliseconds) => {
      if (chunks.length === 0 && !gone) {
        await new Promise<void>((over) => {
          const timer = setTimeout(over, milliseconds);
          wake = () => {
            clearTimeout(timer);
            over();
          };
        });
        wake = undefined;
      }
      return chunks.shift() ?? (gone ? 'gone' : 'nothing');
    },
  };
}

/** Milliseconds that a port may take for bytes that were given to it: one that takes longer is stuck, and counts as gone. */
const patience = 15_000;

/** Writes; a port that does not take the bytes in time is ended. */
export async function writeInTime(inbox: Inbox, write: () => Promise<void>): Promise<void> {
  if (inbox.ended()) return;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((over) => {
    timer = setTimeout(() => {
      inbox.end();
      over();
    }, patience);
  });
  try {
    await Promise.race([late, inbox.whenEnded, write().catch(() => inbox.end())]);
  } finally {
    clearTimeout(timer);
  }
}
