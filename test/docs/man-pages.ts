/** Pages of the manual, out of the help that the program prints: what the help says, `man dfota-generate` says. */
import { helpPages } from '../../src/cli/command-line.js';
import type { HelpOption, HelpPage } from '../../src/cli/completion/help-page.js';
import { dfota } from '../../src/cli/dfota.js';
import { updateGen } from '../../src/cli/update-gen.js';
import { dfotaVersion } from '../../src/version.js';

/** Name of each page's file, and its text in roff. */
export function manPages(): ReadonlyMap<string, string> {
  const pages = new Map<string, string>();
  for (const program of [dfota(dfotaVersion), updateGen(dfotaVersion)]) {
    const all = helpPages(program);
    for (const page of all) pages.set(`${nameOf(program.name, page)}.1`, roff(program.name, page, all));
  }
  return pages;
}

function nameOf(program: string, { words }: HelpPage): string {
  return [program, ...words].join('-');
}

function roff(program: string, page: HelpPage, all: readonly HelpPage[]): string {
  const name = nameOf(program, page);
  const options = page.groups.flatMap((group) => [
    ...(group.title === 'Options' ? [] : [`.SS ${text(group.title)}`]),
    ...group.options.flatMap(optionLines),
  ]);
  const lines = [
    `.TH ${name.toUpperCase()} 1 "" "dfota ${dfotaVersion}" "dfota manual"`,
    '.SH NAME',
    `${text(name)} \\- ${text(purpose(page))}`,
    '.SH SYNOPSIS',
    '.nf',
    ...page.usage.map(text),
    '.fi',
    ...section('DESCRIPTION', page.text === '' ? [] : [text(page.text)]),
    ...section(
      'ARGUMENTS',
      page.positionals.flatMap((positional) => ['.TP', `.I ${text(positional.name)}`, text(positional.text)]),
    ),
    ...section(
      'COMMANDS',
      page.commands.flatMap((command) => ['.TP', `.B ${text(command.name)}`, text(command.text)]),
    ),
    ...section('OPTIONS', options),
    ...section('EXAMPLES', page.examples.length === 0 ? [] : ['.nf', ...page.examples.map(text), '.fi']),
    ...section(
      'NOTES',
      page.tail.flatMap((line, at) => [...(at === 0 ? [] : ['.br']), text(line)]),
    ),
    ...section('SEE ALSO', seeAlso(program, page, all)),
  ];
  return `${lines.join('\n')}\n`;
}

/** The first sentence, without its end: the line of NAME is read by `apropos`. */
function purpose(page: HelpPage): string {
  const [first = ''] = page.text.split('\n');
  return `${first.charAt(0).toLowerCase()}${first.slice(1).replace(/\.$/, '')}`;
}

/** So many letters of choices stand beside an option; more stand in its text. */
const shortChoices = 40;

function optionLines(option: HelpOption): readonly string[] {
  const choices = option.choices.join('|');
  const long = choices.length > shortChoices;
  const value = option.takesValue ? ` \\fI${choices === '' || long ? 'VALUE' : text(choices)}\\fR` : '';
  const short = option.short === undefined ? '' : `\\fB\\-${option.short}\\fR, `;
  const said = [
    /[.!?]$/.test(option.text) ? option.text : `${option.text}.`,
    ...(long ? [`One of ${option.choices.join(', ')}.`] : []),
    ...(option.standard === undefined ? [] : [`Default: ${option.standard}.`]),
  ];
  return ['.TP', `${short}\\fB\\-\\-${text(option.name)}\\fR${value}`, text(said.join(' '))];
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`.SH ${title}`, ...lines];
}

function seeAlso(program: string, page: HelpPage, all: readonly HelpPage[]): readonly string[] {
  const parent = all.find(({ words }) => words.join(' ') === page.words.slice(0, -1).join(' '));
  const children = all.filter(
    ({ words }) => words.length === page.words.length + 1 && words.slice(0, -1).join(' ') === page.words.join(' '),
  );
  const others = [...(page.words.length === 0 || parent === undefined ? [] : [parent]), ...children];
  const names = others.map((other) => `\\fB${text(nameOf(program, other))}\\fR(1)`);
  return names.length === 0 ? [] : [names.join(', ')];
}

/** Text as roff takes it: no character of it is a request or an escape. */
function text(plain: string): string {
  const escaped = plain.replaceAll('\\', '\\e').replaceAll('-', '\\-').replaceAll('…', '...').replaceAll("'", '\\(aq');
  return escaped.startsWith('.') ? `\\&${escaped}` : escaped;
}
