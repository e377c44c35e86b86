/** Scripts that let a shell complete a command line. They hold every word themselves: a press of the key starts no program. */
import type { HelpOption, HelpPage } from './help-page.js';

/** A shell that a script is there for. */
export const shells = ['bash', 'zsh', 'fish'] as const;

export type Shell = (typeof shells)[number];

/** The shell of a path such as `/usr/bin/zsh`; bash where it is none of these. */
export function shellOf(path: string | undefined): Shell {
  const name = path?.split('/').at(-1);
  return shells.find((shell) => shell === name) ?? 'bash';
}

/** The script for a shell, out of the pages of the program and of all of its commands. */
export function completionScript(shell: Shell, program: string, pages: readonly HelpPage[]): string {
  return { bash, zsh, fish }[shell](program, pages);
}

const optionsOf = (page: HelpPage): readonly HelpOption[] => page.groups.flatMap(({ options }) => options);
const dashed = ({ short, name }: HelpOption): readonly string[] => [
  `--${name}`,
  ...(short === undefined ? [] : [`-${short}`]),
];
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

function bash(program: string, pages: readonly HelpPage[]): string {
  const arms = pages.map((page) => {
    const options = optionsOf(page);
    const values = options
      .filter(({ choices }) => choices.length > 0)
      .map((option) => `        ${dashed(option).join('|')}) words=${quoted(option.choices.join(' '))} ;;`);
    const files = options.filter(({ takesValue, choices }) => takesValue && choices.length === 0).flatMap(dashed);
    if (files.length > 0) values.push(`        ${files.join('|')}) return ;;`);
    const rest = `words=${quoted(page.commands.map(({ name }) => name).join(' '))}`;
    return [
      `    ${quoted(page.words.join(' '))})`,
      '      case "$before" in',
      ...values,
      `        *) if [[ $current == -* ]]; then words=${quoted(options.flatMap(dashed).join(' '))}; else ${rest}; fi ;;`,
      '      esac ;;',
    ].join('\n');
  });
  return `# Completion of ${program} for bash. To use it: ${program} completion bash > ~/.local/share/bash-completion/completions/${program}
_${program}_completion() {
  local current=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD - 1]} command='' words='' at
  # Bash parts --option=value at the sign.
  if [[ $current == = ]]; then current=''; elif [[ $before == = ]]; then before=\${COMP_WORDS[COMP_CWORD - 2]}; fi
  for ((at = 1; at < COMP_CWORD; at++)); do
    case "\${command:+$command }\${COMP_WORDS[at]}" in
      ${alternatives(pages)}) command="\${command:+$command }\${COMP_WORDS[at]}" ;;
    esac
  done
  case "$command" in
${arms.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _${program}_completion ${program}
`;
}

function zsh(program: string, pages: readonly HelpPage[]): string {
  const escaped = (text: string): string => text.replace(/[:[\]\\]/g, '\\$&');
  const arms = pages.map((page) => {
    const specs = optionsOf(page).flatMap((option) =>
      dashed(option).map((word) => {
        const value = option.choices.length > 0 ? `:value:(${option.choices.join(' ')})` : ':value:_files';
        return `      ${quoted(`*${word}[${escaped(option.text)}]${option.takesValue ? value : ''}`)}`;
      }),
    );
    const commands = page.commands.map(({ name, text }) => `        ${quoted(`${name}:${escaped(text)}`)}`);
    const rest =
      commands.length === 0
        ? `      ${quoted('*:file:_files')}`
        : `      ${quoted(`*:command:{ local -a commands=(\${${program}_commands}); _describe command commands }`)}`;
    return [
      `    ${quoted(page.words.join(' '))})`,
      ...(commands.length === 0 ? [] : [`      ${program}_commands=(`, ...commands, '      )']),
      '      _arguments -S \\',
      `${[...specs, rest].join(' \\\n')} ;;`,
    ].join('\n');
  });
  return `#compdef ${program}
# Completion of ${program} for zsh. To use it: ${program} completion zsh > a folder of your $fpath, as _${program}
_${program}() {
  local command='' at
  local -a ${program}_commands
  for ((at = 2; at < CURRENT; at++)); do
    case "\${command:+$command }\${words[at]}" in
      ${alternatives(pages)}) command="\${command:+$command }\${words[at]}" ;;
    esac
  done
  case "$command" in
${arms.join('\n')}
  esac
}
if [[ "\${zsh_eval_context[-1]}" == loadautofunc ]]; then _${program} "$@"; else compdef _${program} ${program}; fi
`;
}

function fish(program: string, pages: readonly HelpPage[]): string {
  const lines = pages.flatMap((page) => {
    const here = `-c ${program} -n ${quoted(`_${program}_at ${quoted(page.words.join(' '))}`)}`;
    return [
      ...page.commands.map(({ name, text }) => `complete ${here} -f -a ${name} -d ${quoted(text)}`),
      ...optionsOf(page).map((option) => {
        const short = option.short === undefined ? '' : ` -s ${option.short}`;
        const value =
          option.choices.length > 0 ? ` -x -a ${quoted(option.choices.join(' '))}` : option.takesValue ? ' -r' : '';
        return `complete ${here} -l ${option.name}${short}${value} -d ${quoted(option.text)}`;
      }),
    ];
  });
  const known = pages.filter(({ words }) => words.length > 0).map(({ words }) => quoted(words.join(' ')));
  return `# Completion of ${program} for fish. To use it: ${program} completion fish > ~/.config/fish/completions/${program}.fish
function _${program}_at
    set -l command
    for word in (commandline -opc)[2..]
        set -l longer (string trim -- "$command $word")
        if contains -- $longer ${known.join(' ')}
            set command $longer
        end
    end
    test "$command" = "$argv[1]"
end
${lines.join('\n')}
`;
}

/** Words of commands as patterns of `case`. */
function alternatives(pages: readonly HelpPage[]): string {
  return pages
    .filter(({ words }) => words.length > 0)
    .map(({ words }) => quoted(words.join(' ')))
    .join('|');
}
