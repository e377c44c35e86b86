/** What is said between dfota and the process that runs bsdiff-node. */

/** Three files: two to read, one to write. */
export interface DiffMessage {
  readonly source: string;
  readonly target: string;
  readonly patch: string;
}

/** What the process answers: `ready` or `cannot-load` once, then for each message progress any number of times and one of the others. */
export type ProcessMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'cannot-load'; readonly message: string }
  | { readonly kind: 'progress' }
  | { readonly kind: 'made'; readonly wallSeconds: number; readonly processorSeconds: number }
  | { readonly kind: 'failed'; readonly message: string };

/** Whether something that came from the process is one of its answers: the package that it has loaded is not ours. */
export function isProcessMessage(value: unknown): value is ProcessMessage {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return false;
  switch (value.kind) {
    case 'ready':
    case 'progress':
      return true;
    case 'cannot-load':
    case 'failed':
      return 'message' in value && typeof value.message === 'string';
    case 'made':
      return (
        'wallSeconds' in value &&
        typeof value.wallSeconds === 'number' &&
        'processorSeconds' in value &&
        typeof value.processorSeconds === 'number'
      );
    default:
      return false;
  }
}
