import type { CodeTexts } from './code-text.js';

/** What may be wrong with a cache of patches. */
export const cachesCodes = {
  'cache-folder': {
    meaning: 'the folder of the patch cache cannot be made',
    remedy: 'name another with --cache, or go without it with --no-cache',
  },
  'cache-none': {
    meaning: 'there is no folder of a patch cache under this name',
    remedy: 'name the folder; dfota generate makes it when it first keeps something',
  },
  'cache-skipped': {
    meaning: 'the patch cache cannot be used, so every patch is made anew',
    remedy: 'name another folder with --cache, or go without it with --no-cache',
  },
  'cache-url': {
    meaning: 'the address of a shared cache is not valid',
    remedy: 'give http://HOST:PORT/PATH or https://HOST/PATH, and a token in the variable DFOTA_CACHE_TOKEN',
  },
  'cache-unreachable': {
    meaning: 'the shared cache cannot be reached, or fails again and again, so the run goes on without it',
    remedy: 'check the address and the server, or use --no-cache',
  },
  'cache-refused': {
    meaning: 'the shared cache wants a token or does not accept it, so the run goes on without it',
    remedy: 'put the token of the server into the variable DFOTA_CACHE_TOKEN',
  },
  'cache-fails': {
    meaning: 'the shared cache failed now and then; what it did not give was made anew',
    remedy: 'look at the server and at the way to it',
  },
  'cache-entry-wrong': {
    meaning: 'an entry of the cache was damaged or false; nothing of it was used, and it was made anew',
    remedy: 'check the disk of the cache, and who may write into it',
  },
  'cache-not-kept': {
    meaning: 'the shared cache does not take what was made',
    remedy: 'let the server take PUT and large bodies, or use --cache-read-only',
  },
} as const satisfies CodeTexts;
