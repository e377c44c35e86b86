/** The plan as CI systems and make run it: each job is a command line of its own. */
import type { FleetJob, FleetPlan } from '../../model/fleet.js';
import { mostMatrixEntries } from '../../model/limits/fleet.js';

function toMake({ jobs }: FleetPlan): readonly FleetJob[] {
  return jobs.filter(({ there }) => there === undefined);
}

/** Where the file does not ask for packages that lead back, the command line has: they are no part of the plan without it. */
function rollbackOf(jobs: readonly FleetJob[]): string {
  return jobs.some(({ rollback }) => rollback) ? ' --with-rollback' : '';
}

/** In quotation marks of a shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function commandOf(file: string, jobs: readonly FleetJob[]): string {
  return `dfota fleet run ${quoted(file)} --only ${jobs.map(({ id }) => id).join(',')}${rollbackOf(jobs)}`;
}

/**
 * A matrix of GitHub Actions, for `fromJSON`: `only` and `command` for each entry. A matrix has at most 256 entries, so that of a large fleet each has
 * several packages. Without a package to make it is empty, which GitHub refuses: `count` is there to ask.
 */
export function githubMatrix(plan: FleetPlan): string {
  const jobs = toMake(plan);
  const each = Math.ceil(jobs.length / mostMatrixEntries);
  const include: object[] = [];
  for (let at = 0; at < jobs.length; at += each) {
    const part = jobs.slice(at, at + each);
    const ids = part.map(({ id }) => id);
    const [first = ''] = ids;
    const name = ids.length === 1 ? first : `${first} and ${ids.length - 1} more`;
    include.push({ name, only: ids.join(','), command: commandOf(plan.file, part) });
  }
  return `${JSON.stringify({ include })}\n`;
}

/** A child pipeline of GitLab: a job for each package, which keeps it as an artifact. JSON strings are strings of YAML too. */
export function gitlabPipeline(plan: FleetPlan): string {
  const jobs = toMake(plan);
  const root = /^(.*)\/[^/]*$/.exec(plan.file)?.[1];
  const inRoot = (path: string): string => (root === undefined || path.startsWith('/') ? path : `${root}/${path}`);
  const lines = ['stages:', '  - packages'];
  for (const job of jobs) {
    const { id, output, alsoTo } = job;
    const paths = [output, ...alsoTo].flatMap((path) => [path, `${path}.json`]).map(inRoot);
    lines.push(
      `${JSON.stringify(id)}:`,
      '  stage: packages',
      '  script:',
      `    - ${JSON.stringify(commandOf(plan.file, [job]))}`,
      '  artifacts:',
      '    paths:',
      ...paths.map((path) => `      - ${JSON.stringify(path)}`),
    );
  }
  // A pipeline must have a job.
  if (jobs.length === 0) lines.push('nothing-to-make:', '  stage: packages', '  script:', '    - "true"');
  return `${lines.join('\n')}\n`;
}

/** A Makefile: `make -j4 -f FILE` makes all, `make -f FILE ID` one. `DFOTA` names the program. */
export function makefile(plan: FleetPlan): string {
  const jobs = toMake(plan);
  const safe = (text: string): string => text.replaceAll('$', '$$$$');
  const ids = jobs.map(({ id }) => id);
  return [
    'DFOTA ?= dfota',
    `.PHONY: ${['all', ...ids].join(' ')}`,
    `all: ${ids.join(' ')}`.trimEnd(),
    ...jobs.map(
      (job) =>
        `${job.id}:\n\t$(DFOTA) fleet run ${safe(quoted(plan.file))} --only ${job.id}${rollbackOf([job])} --quiet`,
    ),
    '',
  ].join('\n');
}
