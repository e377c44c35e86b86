import type { Command } from '../command.js';
import { examples } from '../examples.js';
import { exitCodes } from '../exit-codes.js';
import type { HelpPage } from './help-page.js';
import { completionScript, shellOf, shells } from './scripts.js';

/** `completion [shell]`, for a program whose pages of help `pagesOf` reads. */
export function completionCommand(name: string, pagesOf: () => readonly HelpPage[]): Command {
  return (program, choose) =>
    program.command(
      'completion [shell]',
      'Print a script that lets the shell complete this command line',
      (options) =>
        options
          .positional('shell', {
            choices: shells,
            describe: 'The shell; without it that of $SHELL',
          })
          .epilogue(
            examples([
              [`$0 completion bash > ~/.local/share/bash-completion/completions/${name}`, 'in each new bash'],
              [`$0 completion fish > ~/.config/fish/completions/${name}.fish`, 'in each new fish'],
              [`$0 completion zsh > /usr/local/share/zsh/site-functions/_${name}`, 'in each new zsh'],
            ]),
          ),
      (argv) =>
        choose(async ({ out }) => {
          out(completionScript(argv.shell ?? shellOf(process.env.SHELL), name, pagesOf()));
          return exitCodes.done;
        }),
    );
}
