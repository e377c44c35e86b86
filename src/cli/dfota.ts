import type { Program } from './command-line.js';
import { archiveCommand } from './commands/archive.js';
import { auditCommand } from './commands/audit.js';
import { cacheCommand } from './commands/cache.js';
import { checkCommand } from './commands/check.js';
import { configCommand } from './commands/config.js';
import { deliverCommand } from './commands/deliver.js';
import { explainCommand } from './commands/explain.js';
import { extractCommand } from './commands/extract.js';
import { fleetCommand } from './commands/fleet.js';
import { generateCommand } from './commands/generate.js';
import { imageApplyCommand } from './commands/image-apply.js';
import { imageDeltaCommand } from './commands/image-delta.js';
import { imageInfoCommand } from './commands/image-info.js';
import { initCommand } from './commands/init.js';
import { inspectCommand } from './commands/inspect.js';
import { littlefsCommand } from './commands/littlefs.js';
import { lsCommand } from './commands/ls.js';
import { moduleCommand } from './commands/module.js';
import { nvsCommand } from './commands/nvs.js';
import { preflightCommand } from './commands/preflight.js';
import { prepareCommand } from './commands/prepare.js';
import { quecpythonCommand } from './commands/quecpython.js';
import { releaseCommand } from './commands/release.js';
import { reproduceCommand } from './commands/reproduce.js';
import { serveCommand } from './commands/serve.js';
import { signCommand } from './commands/sign.js';
import { squashfsCommand } from './commands/squashfs.js';
import { supportCommand } from './commands/support.js';
import { verifyCommand } from './commands/verify.js';
import { watchCommand } from './commands/watch.js';

/** The `dfota` command line. */
export function dfota(version: string): Program {
  return {
    name: 'dfota',
    version,
    usage: '$0 <command> [options]\n\nDelta firmware packages (DFOTA) for Quectel SDX6x modules.',
    epilogue:
      'Exit codes: 0 done, 1 findings or a failed proof, 2 usage, 3 bad input, 70 internal, 130 stopped.\n' +
      'Results go to standard output, messages and progress to standard error.',
    commands: [
      generateCommand,
      verifyCommand,
      signCommand,
      reproduceCommand,
      releaseCommand,
      supportCommand,
      checkCommand,
      prepareCommand,
      inspectCommand,
      auditCommand,
      lsCommand,
      extractCommand,
      explainCommand,
      archiveCommand,
      cacheCommand,
      initCommand,
      configCommand,
      fleetCommand,
      preflightCommand,
      deliverCommand,
      serveCommand,
      watchCommand,
      moduleCommand,
      imageDeltaCommand,
      imageApplyCommand,
      imageInfoCommand,
      nvsCommand,
      littlefsCommand,
      squashfsCommand,
      quecpythonCommand,
    ],
    wordsOnly: false,
  };
}
