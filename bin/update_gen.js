#!/usr/bin/env node
import { existsSync } from 'node:fs';

const main = new URL('../dist/src/cli/main.js', import.meta.url);
if (existsSync(main)) {
  const { hearEarly } = await import(new URL('../dist/src/cli/early-signals.js', import.meta.url).href);
  hearEarly();
  const { startUpdateGen } = await import(main.href);
  await startUpdateGen();
} else {
  process.stderr.write('update_gen is not built yet: run `npm ci` in its folder, which builds it\n');
  process.exitCode = 70;
}
