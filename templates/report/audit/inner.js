import { count, el, number, size } from './dom.js';

/** The inside of a file: facts, sets, sizes, members, diff, notes. */
export function innerView(inner) {
  return el(
    'div',
    {},
    el('p', { class: 'muted' }, inner.summary),
    inner.facts?.length > 0 && facts(inner.facts),
    inner.sets?.map(nameSet),
    inner.sizes?.length > 0 && sizes(inner.sizes),
    inner.diff?.length > 0 && diff(inner.diff),
    inner.members?.map(member),
    inner.membersOmitted > 0 && el('p', { class: 'muted' }, `and ${count(inner.membersOmitted, 'more member')}`),
    inner.notes?.map((note) => el('p', { class: 'muted' }, `Note: ${note}.`)),
  );
}

/** A table of values before and after; regressions stand out by colour and by word. */
export function facts(rows) {
  const grade = (row) => row.grade === 'regression' && el('span', { class: 'chip bad' }, 'regression');
  const better = (row) => row.grade === 'improvement' && el('span', { class: 'chip good' }, 'better');
  return el(
    'div',
    { class: 'scroll' },
    el(
      'table',
      { class: 'facts' },
      el(
        'thead',
        {},
        el(
          'tr',
          {},
          ['', 'before', 'after'].map((text) => el('th', { scope: 'col' }, text)),
        ),
      ),
      el(
        'tbody',
        {},
        rows.map((row) =>
          el(
            'tr',
            { class: row.grade },
            el('th', { scope: 'row' }, row.label, ' ', grade(row), better(row)),
            el('td', { 'data-label': 'before' }, row.before ?? ''),
            el('td', { 'data-label': 'after' }, row.after ?? '', row.about && el('p', { class: 'muted' }, row.about)),
          ),
        ),
      ),
    ),
  );
}

function nameSet(set) {
  const item = (sign, tone) => (name) => el('li', { class: tone }, `${sign} ${name}`);
  const list = el('ul', { class: 'names' }, set.added.map(item('+', 'add')), set.removed.map(item('−', 'del')));
  const title = `${set.label}: ${set.added.length} added, ${set.removed.length} removed, ${number(set.kept)} kept`;
  const more = set.omitted > 0 && el('p', { class: 'muted' }, `and ${count(set.omitted, 'more name')}`);
  const short = set.added.length + set.removed.length <= 12;
  return el('details', { open: short }, el('summary', {}, title), list, more);
}

function sizes(rows) {
  const show = (value) => (value === undefined ? '—' : number(value));
  const delta = (row) => (row.after ?? 0) - (row.before ?? 0);
  const signed = (value) => `${value > 0 ? '+' : value < 0 ? '−' : ''}${size(Math.abs(value))}`;
  const body = rows.map((row) =>
    el(
      'tr',
      {},
      el('th', { scope: 'row', class: 'mono' }, row.label),
      el('td', { class: 'number', 'data-label': 'before' }, show(row.before)),
      el('td', { class: 'number', 'data-label': 'after' }, show(row.after)),
      el('td', { class: 'number', 'data-label': 'difference' }, signed(delta(row))),
    ),
  );
  const heading = ['section', 'bytes before', 'bytes after', 'difference'];
  return el(
    'details',
    { open: rows.length <= 8 },
    el('summary', {}, `Sizes: ${count(rows.length, 'part differs', 'parts differ')}`),
    el(
      'div',
      { class: 'scroll' },
      el(
        'table',
        { class: 'facts' },
        el(
          'thead',
          {},
          el(
            'tr',
            {},
            heading.map((text, i) => el('th', { scope: 'col', class: i > 0 ? 'number' : undefined }, text)),
          ),
        ),
        el('tbody', {}, body),
      ),
    ),
  );
}

function diff(lines) {
  const tone = { '+': 'add', '-': 'del', gap: 'gap', ' ': undefined };
  const word = { '+': 'added: ', '-': 'removed: ' };
  return el(
    'div',
    { class: 'diff', tabindex: '0', role: 'region', 'aria-label': 'Line differences' },
    el(
      'table',
      {},
      el(
        'tbody',
        {},
        lines.map((line) =>
          el(
            'tr',
            { class: tone[line.sign] },
            el('td', { 'aria-hidden': 'true' }, line.sign === 'gap' ? '⋯' : line.sign),
            el('td', {}, word[line.sign] && el('span', { class: 'visually-hidden' }, word[line.sign]), line.text),
          ),
        ),
      ),
    ),
  );
}

function member(each) {
  const sizesText =
    each.before !== undefined && each.after !== undefined
      ? `${number(each.before)} → ${number(each.after)} bytes`
      : `${number(each.after ?? each.before ?? 0)} bytes`;
  const tone = { added: 'good', removed: 'bad', changed: 'info' }[each.status];
  return el(
    'div',
    { class: 'member' },
    el(
      'p',
      {},
      el('span', { class: `chip ${tone}` }, each.status),
      ' ',
      el('span', { class: 'path' }, each.name),
      ' ',
      el('span', { class: 'muted' }, sizesText),
    ),
    each.detail && el('p', { class: 'muted mono' }, each.detail),
    each.inner && innerView(each.inner),
  );
}
