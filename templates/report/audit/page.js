import { count, el, number, percent, section, size, table } from './dom.js';
import { pathsSection } from './paths.js';
import { treemap } from './treemap.js';
import { changeTone, changeWords, methodWords, partWords, relationWords, ruleWords, tones } from './words.js';

const audit = JSON.parse(document.getElementById('audit-data').textContent);
const { totals, source, target } = audit;
const about = audit.exact ? '' : 'about ';
const main = document.getElementById('main');
// What stands in the page for readers without scripts is shown again below, with more.
const packageFacts = document.getElementById('package');
document.getElementById('plain').remove();

function figure(title, value, sub, tone = '') {
  return el(
    'dl',
    { class: `figure ${tone}`, style: { margin: '0' } },
    el('dt', {}, title),
    el('dd', {}, value, sub && el('div', { class: 'sub' }, sub)),
  );
}

function applyTheme(theme) {
  document.documentElement.dataset.theme = theme;
}

function header() {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  let chosen;
  const current = () => chosen ?? (dark.matches ? 'dark' : 'light');
  const button = el('button', { type: 'button', class: 'button', id: 'theme' });
  const update = () => {
    applyTheme(current());
    button.textContent = current() === 'dark' ? 'Light' : 'Dark';
    button.setAttribute('aria-label', `Switch to ${current() === 'dark' ? 'light' : 'dark'} colours`);
  };
  button.addEventListener('click', () => {
    chosen = current() === 'dark' ? 'light' : 'dark';
    update();
  });
  dark.addEventListener('change', update);
  update();
  const [relation, tone] = relationWords[audit.relation];
  const name = (side) => side.version?.revision ?? side.origin;
  document
    .getElementById('top')
    .append(
      el(
        'div',
        { class: 'top-inner' },
        el(
          'div',
          { class: 'top-names' },
          el('h1', {}, 'Firmware audit ', el('span', { class: `chip ${tone}` }, relation)),
          el('p', { class: 'mono', title: `${name(source)} → ${name(target)}` }, `${name(source)} → ${name(target)}`),
        ),
        el(
          'div',
          { class: 'tools' },
          el('button', { type: 'button', class: 'button wide', on: { click: () => print() } }, 'Print'),
          button,
        ),
      ),
    );
}

function packageTitle() {
  if (audit.package?.bytes !== undefined) return 'Package';
  return audit.estimate === undefined ? 'Payload in the package' : 'Package, estimated';
}

function figures() {
  const fresh = audit.security.filter(({ standing, severity }) => standing !== 'present' && severity !== 'information');
  const errors = fresh.filter(({ severity }) => severity === 'error').length;
  const offenders = audit.policy?.findings.filter(({ standing }) => standing === 'offender').length;
  const bytes = audit.package?.bytes ?? audit.estimate?.bytes ?? totals.cost;
  const saved =
    totals.whole > totals.cost
      ? `${percent(1 - totals.cost / totals.whole)} less than whole files`
      : `whole files: ${size(totals.whole)}`;
  const changes = totals.byChange;
  const differs = Object.entries(changes).reduce((sum, [key, { paths }]) => sum + (key === 'untouched' ? 0 : paths), 0);
  return el(
    'div',
    { class: 'figures' },
    figure(packageTitle(), size(bytes), saved),
    figure(
      'Paths that differ',
      number(differs),
      `${number(changes.changed.paths)} changed, ${number(changes.added.paths)} added, ${number(changes.removed.paths)} removed`,
    ),
    figure('Untouched', number(changes.untouched.paths), size(changes.untouched.bytes)),
    figure(
      'New security findings',
      number(fresh.length),
      errors > 0 ? count(errors, 'error') : 'no errors',
      errors > 0 ? 'bad' : fresh.length > 0 ? 'warn' : 'good',
    ),
    offenders === undefined
      ? figure('Policy', 'none', 'no policy was given')
      : figure(
          'Policy',
          offenders === 0 ? 'kept' : count(offenders, 'offender'),
          audit.policy.file,
          offenders === 0 ? 'good' : 'bad',
        ),
  );
}

function versions() {
  const labels = [
    ['project', (side) => side.version?.project],
    ['revision', (side) => side.version?.revision],
    ['branch', (side) => side.version?.branch],
    ['custom', (side) => side.version?.custom],
    ['package time', (side) => side.version?.packageTime],
    ['input', (side) => side.origin],
    ['files', (side) => `${number(side.files)}, ${size(side.bytes)}`],
    ['SHA-256', (side) => el('code', {}, side.digest)],
  ];
  const rows = labels.map(([label, pick]) => [label, pick(source) ?? '—', pick(target) ?? '—']);
  return section(
    'versions',
    'Source and target',
    table('Versions of both builds', [{ text: '' }, { text: 'source' }, { text: 'target' }], rows),
  );
}

function changesTable() {
  const headings = [
    { text: '' },
    { text: 'paths', number: true },
    { text: 'bytes', number: true },
    { text: audit.exact ? 'package' : 'package, estimated', number: true },
  ];
  const line = (label, sum) => [label, number(sum.paths), size(sum.bytes), sum.cost === 0 ? '' : size(sum.cost)];
  const chip = (key) => el('span', { class: `chip ${changeTone[key]}` }, changeWords[key]);
  const swatch = (key) =>
    el('span', {}, el('i', { class: 'swatch', style: { background: `var(--c-${key})` } }), partWords[key]);
  return section(
    'changes',
    'What changed',
    table(
      'Changes',
      headings,
      Object.keys(changeWords)
        .filter((key) => totals.byChange[key].paths > 0)
        .map((key) => line(chip(key), totals.byChange[key])),
    ),
    el('h3', {}, 'By part'),
    table(
      'Parts',
      headings,
      Object.keys(partWords)
        .filter((key) => totals.byPart[key].paths > 0)
        .map((key) => line(swatch(key), totals.byPart[key])),
    ),
  );
}

function methods() {
  const sent = ['whole', 'patch', 'BSDIFF40', 'IMGDIFF2'].filter((key) => totals.byMethod[key].cost > 0);
  const other = ['link', 'directory', 'permissions', 'delete'].filter((key) => totals.byMethod[key].paths > 0);
  const share = (key) => totals.byMethod[key].cost / totals.cost;
  const text = (key) =>
    `${methodWords[key]}: ${count(totals.byMethod[key].paths, 'path')}, ${size(totals.byMethod[key].cost)}, ${percent(share(key))}`;
  return section(
    'methods',
    'How it travels',
    sent.length > 0 &&
      el(
        'div',
        { class: 'bar', role: 'img', 'aria-label': sent.map(text).join('; ') },
        sent.map((key) =>
          el('span', { title: text(key), style: { flex: `${share(key)} 1 0`, background: `var(--c-${key})` } }),
        ),
      ),
    el(
      'ul',
      { class: 'legend' },
      sent.map((key) => el('li', {}, el('i', { style: { background: `var(--c-${key})` } }), text(key))),
      other.map((key) =>
        el('li', { class: 'muted' }, `${methodWords[key]}: ${count(totals.byMethod[key].paths, 'path')}`),
      ),
    ),
  );
}

/** What the map leaves out, so that its sum and the size of the package can be held together. */
function besides() {
  if (audit.package?.bytes === undefined)
    return `together ${about}${size(totals.cost)}, without script and zip headers`;
  const entries = audit.package.entries.reduce((sum, { bytes }) => sum + bytes, 0);
  const rest = [
    `script, programs and metadata ${size(Math.max(0, entries - totals.cost))}`,
    `zip headers ${size(Math.max(0, audit.package.bytes - entries))}`,
  ];
  return `together ${size(totals.cost)}; with ${rest.join(' and ')} the package has ${size(audit.package.bytes)}`;
}

function map(openPath) {
  if (totals.cost === 0) return undefined;
  const parts = Object.keys(partWords).filter((key) => totals.byPart[key].cost > 0);
  return section(
    'map',
    `Package bytes by directory${audit.exact ? '' : ', estimated'}`,
    treemap(audit.rows, audit.exact, openPath),
    el(
      'ul',
      { class: 'legend' },
      parts.map((key) =>
        el(
          'li',
          {},
          el('i', { style: { background: `var(--c-${key})` } }),
          `${partWords[key]}: ${size(totals.byPart[key].cost)}`,
        ),
      ),
      el('li', { class: 'muted' }, besides()),
    ),
  );
}

function largest(openPath) {
  if (totals.largest.length === 0) return undefined;
  const rows = new Map(audit.rows.map((row) => [row.path, row]));
  const shown = totals.largest.map((path) => rows.get(path)).filter((row) => row !== undefined);
  const top = shown[0]?.cost ?? 1;
  return section(
    'largest',
    `The ${shown.length} costliest`,
    el(
      'ol',
      { class: 'rank' },
      shown.map((row) =>
        el(
          'li',
          {},
          el(
            'button',
            { type: 'button', title: row.path, on: { click: () => openPath(row.path) } },
            el('span', { class: 'path clip' }, el('bdi', {}, row.path)),
            el('span', { class: 'number' }, size(row.cost)),
            el(
              'span',
              { class: 'muted' },
              `${methodWords[row.method]}${row.ratio === undefined ? '' : `, ${percent(row.ratio)} of the file`}`,
            ),
            el('i', { class: 'fill', style: { width: `${(row.cost / top) * 100}%` } }),
          ),
        ),
      ),
    ),
  );
}

function policy(openPath) {
  const result = audit.policy;
  if (result === undefined) return undefined;
  const order = ['offender', 'waived', 'information'];
  const findings = [...result.findings].sort((a, b) => order.indexOf(a.standing) - order.indexOf(b.standing));
  return section(
    'policy',
    'Policy',
    result.budgets.map(({ label, limit, used }) =>
      el(
        'div',
        { class: 'budget' },
        el(
          'div',
          {},
          `${label}: ${about}${size(used)} of ${size(limit)}`,
          used > limit && el('span', { class: 'chip bad' }, 'exceeded'),
        ),
        el(
          'div',
          { class: `meter ${used > limit ? 'over' : ''}` },
          el('i', { style: { width: `${Math.min(100, limit === 0 ? 100 : (used / limit) * 100)}%` } }),
        ),
      ),
    ),
    findings.length === 0 && el('p', {}, 'Nothing offends the policy.'),
    el(
      'ul',
      { class: 'notices' },
      findings.map((finding) =>
        el(
          'li',
          {},
          el('span', { class: `chip ${tones[finding.standing]}` }, finding.standing),
          finding.message,
          el(
            'p',
            {},
            `${finding.rule}, ${result.file}:${finding.line}`,
            finding.waiver &&
              `; waived${finding.waiver.until ? ` until ${finding.waiver.until}` : ''}: ${finding.waiver.reason}`,
          ),
          finding.path && link(finding.path, openPath),
        ),
      ),
    ),
  );
}

function link(path, openPath) {
  return el('p', {}, el('button', { type: 'button', class: 'go', on: { click: () => openPath(path) } }, path));
}

function security(openPath) {
  const order = ['error', 'warning', 'information'];
  const sorted = [...audit.security].sort((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity));
  const item = (finding) =>
    el(
      'li',
      {},
      el('span', { class: `chip ${tones[finding.severity]}` }, ruleWords[finding.rule]),
      finding.message,
      link(finding.path, openPath),
    );
  const fresh = sorted.filter(({ standing }) => standing !== 'present');
  const present = sorted.filter(({ standing }) => standing === 'present');
  const visible = 12;
  return section(
    'security',
    'Security',
    fresh.length === 0
      ? el('p', {}, 'Nothing new in the target.')
      : el('ul', { class: 'notices' }, fresh.slice(0, visible).map(item)),
    fresh.length > visible &&
      el(
        'details',
        {},
        el('summary', {}, `${number(fresh.length - visible)} more that are new`),
        el('ul', { class: 'notices' }, fresh.slice(visible).map(item)),
      ),
    present.length > 0 &&
      el(
        'details',
        {},
        el('summary', {}, `${number(present.length)} that the source has as well`),
        el('ul', { class: 'notices' }, present.map(item)),
      ),
  );
}

function findings() {
  if (audit.findings.length === 0) return undefined;
  const order = ['error', 'warning', 'information'];
  const sorted = [...audit.findings].sort((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity));
  const place = (at) =>
    at === undefined ? undefined : `${at.file}${at.entry ? `(${at.entry})` : ''}${at.line ? `:${at.line}` : ''}`;
  return section(
    'findings',
    'Findings',
    el(
      'ul',
      { class: 'notices' },
      sorted.map((finding) =>
        el(
          'li',
          {},
          el(
            'span',
            { class: `chip ${tones[finding.severity]}` },
            finding.severity === 'information' ? 'note' : finding.severity,
          ),
          finding.message,
          finding.found && el('p', {}, `Found: ${finding.found}`),
          finding.remedy && el('p', {}, `To do: ${finding.remedy}`),
          finding.place && el('p', { class: 'mono' }, place(finding.place)),
        ),
      ),
    ),
  );
}

header();
const paths = pathsSection(audit);
const both = (...nodes) => {
  const kept = nodes.filter((node) => node !== undefined);
  return kept.length === 2 ? el('div', { class: 'pair' }, ...kept) : kept;
};
main.append(
  ...[
    figures(),
    policy(paths.openPath),
    both(versions(), changesTable()),
    both(packageFacts, methods()),
    map(paths.openPath),
    both(largest(paths.openPath), security(paths.openPath)),
    findings(),
    paths.node,
  ]
    .flat()
    .filter((node) => node !== undefined),
);
document
  .getElementById('foot')
  .append(
    `Made by ${audit.tool}. ${audit.exact ? 'Sizes are those of the package.' : 'Nothing was encoded: sizes in the package are estimates.'} Secrets in texts are masked.`,
  );
