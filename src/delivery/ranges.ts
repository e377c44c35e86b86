/** Which bytes an HTTP request asks for. */

/** Bytes `from` to before `to`; `whole` without a range that counts; `none` for one outside of the file. */
export type Asked = { readonly from: number; readonly to: number } | 'whole' | 'none';

/** What the headers Range and If-Range ask for, of a file with that size and tag. Several ranges at once count as none: the whole file is a valid answer. */
export function askedRange(range: string | undefined, ifRange: string | undefined, size: number, tag: string): Asked {
  if (range === undefined || (ifRange !== undefined && ifRange.trim() !== tag)) return 'whole';
  const [, first = '', last = ''] = /^bytes=\s*(\d{0,15})-(\d{0,15})\s*$/.exec(range) ?? [];
  if (first === '' && last === '') return 'whole';
  if (first === '') {
    const count = Math.min(Number(last), size);
    return count === 0 ? 'none' : { from: size - count, to: size };
  }
  const from = Number(first);
  if (last !== '' && Number(last) < from) return 'whole';
  if (from >= size) return 'none';
  return { from, to: last === '' ? size : Math.min(Number(last) + 1, size) };
}
