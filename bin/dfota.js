#!/usr/bin/env node
import { existsSync } from 'node:fs';

const main = new URL('../dist/src/cli/main.js', import.meta.url);
if (existsSync(main)) {
  const { hearEarly } = await import(new URL('../dist/src/cli/early-signals.js', import.meta.url).href);
  hearEarly();
  const { startDfota } = await import(main.href);
  await startDfota();
} else {
  process.stderr.write('dfota is not built yet: run `npm ci` in its folder, which builds it\n');
  process.exitCode = 70;
}
