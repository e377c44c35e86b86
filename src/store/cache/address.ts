import { UsageError } from '../../model/errors.js';

/** Whether the name of a cache is that of a server. */
export function isCacheUrl(name: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(name);
}

/** The address of a shared cache, as it is asked. Throws UsageError where the text is none. */
export function cacheAddress(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const known = url?.protocol === 'http:' || url?.protocol === 'https:';
  const bare = url !== undefined && url.search === '' && url.hash === '' && url.username === '' && url.password === '';
  if (url !== undefined && known && bare) return url;
  throw new UsageError({
    code: 'cache-url',
    message:
      known && !bare
        ? 'the address of the cache has parts that it cannot have'
        : 'the address of the cache is not valid',
    // A password must not come to a log.
    found: text.replace(/\/\/[^/@]*@/, '//…@'),
    expected: 'http://HOST:PORT/PATH or https://HOST/PATH, without user, password, query and fragment',
    remedy: 'a token goes into the variable DFOTA_CACHE_TOKEN',
  });
}
