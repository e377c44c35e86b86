import { count, el, number, percent, section, size } from './dom.js';
import { facts, innerView } from './inner.js';
import { changeTone, changeWords, methodShort, methodWords, partWords } from './words.js';

const pageSize = 100;
const printLimit = 3000;

const columns = [
  { key: 'path', text: 'path', value: (row) => row.path },
  { key: 'change', text: 'change', value: (row) => row.change },
  {
    key: 'size',
    text: 'bytes',
    number: true,
    optional: true,
    value: (row) => row.after?.size ?? row.before?.size ?? -1,
  },
  { key: 'method', text: 'method', optional: true, value: (row) => row.method },
  { key: 'cost', text: 'package', number: true, value: (row) => row.cost },
  { key: 'ratio', text: 'of file', number: true, optional: true, value: (row) => row.ratio ?? -1 },
];

function hasRegression(inner) {
  return (
    inner !== undefined &&
    ((inner.facts ?? []).some((fact) => fact.grade === 'regression') ||
      (inner.members ?? []).some((member) => hasRegression(member.inner)))
  );
}

/** The table of all paths: search, filters, sorting by column, a page at a time, rows that open. */
export function pathsSection(audit) {
  const securityPaths = new Set(
    audit.security.filter((finding) => finding.standing !== 'present').map((finding) => finding.path),
  );
  const rows = audit.rows.map((row, order) => ({
    ...row,
    order,
    lower: row.path.toLowerCase(),
    regression: hasRegression(row.inner),
    security: securityPaths.has(row.path),
  }));
  const state = {
    query: '',
    change: 'differs',
    part: '',
    method: '',
    marked: false,
    sort: 'path',
    down: false,
    page: 0,
  };
  const open = new Set();
  let printing = false;

  const body = el('tbody');
  const status = el('p', { role: 'status', 'aria-live': 'polite' });
  const previous = el('button', { type: 'button', class: 'button', on: { click: () => turn(-1) } }, 'Previous');
  const next = el('button', { type: 'button', class: 'button', on: { click: () => turn(1) } }, 'Next');
  const headings = columns.map((column) =>
    el(
      'th',
      {
        scope: 'col',
        class: [column.number && 'number', column.optional && 'optional'].filter(Boolean).join(' ') || undefined,
      },
      el('button', { type: 'button', 'data-sort': column.key, on: { click: () => sortBy(column) } }, column.text),
    ),
  );

  const found = () => {
    const words = state.query.toLowerCase().split(/\s+/).filter(Boolean);
    const column = columns.find(({ key }) => key === state.sort) ?? columns[0];
    const kept = rows.filter(
      (row) =>
        words.every((word) => row.lower.includes(word)) &&
        (state.change === '' ||
          (state.change === 'differs' ? row.change !== 'untouched' : row.change === state.change)) &&
        (state.part === '' || (row.part ?? 'other') === state.part) &&
        (state.method === '' || row.method === state.method) &&
        (!state.marked || row.regression || row.security),
    );
    if (column.key !== 'path') {
      kept.sort((a, b) => {
        const [x, y] = [column.value(a), column.value(b)];
        return x < y ? -1 : x > y ? 1 : a.order - b.order;
      });
    }
    return state.down ? kept.reverse() : kept;
  };

  const render = () => {
    const kept = found();
    const pages = Math.max(1, Math.ceil(kept.length / pageSize));
    state.page = Math.min(state.page, pages - 1);
    const start = printing ? 0 : state.page * pageSize;
    const part = kept.slice(start, printing ? printLimit : start + pageSize);
    body.replaceChildren(...part.flatMap((row) => rowNodes(row)));
    status.textContent =
      kept.length === 0
        ? 'No path matches.'
        : `${number(start + 1)} to ${number(start + part.length)} of ${count(kept.length, 'path')}`;
    previous.disabled = state.page === 0;
    next.disabled = state.page >= pages - 1;
    headings.forEach((heading, i) => {
      const sorted = columns[i].key === state.sort;
      if (sorted) heading.setAttribute('aria-sort', state.down ? 'descending' : 'ascending');
      else heading.removeAttribute('aria-sort');
      heading.firstChild.textContent = `${columns[i].text}${sorted ? (state.down ? ' ↓' : ' ↑') : ''}`;
    });
  };

  const sortBy = (column) => {
    state.down = state.sort === column.key ? !state.down : column.number === true;
    state.sort = column.key;
    state.page = 0;
    render();
  };

  const turn = (by) => {
    state.page += by;
    render();
    body.closest('section').scrollIntoView({ block: 'start' });
  };

  const rowNodes = (row) => {
    const isOpen = open.has(row.path);
    const id = `detail-${row.order}`;
    const toggle = el(
      'button',
      { type: 'button', class: 'toggle', 'aria-expanded': String(isOpen), 'aria-controls': isOpen ? id : undefined },
      el('span', {}, row.path),
    );
    const flip = () => {
      if (open.has(row.path)) open.delete(row.path);
      else open.add(row.path);
      render();
      body.querySelector(`[data-order="${row.order}"] .toggle`)?.focus();
    };
    const before = row.before?.size;
    const after = row.after?.size;
    const bytes = after ?? before;
    const cells = el(
      'tr',
      {
        class: 'row',
        'data-order': row.order,
        on: {
          click: () => {
            if (String(getSelection()) === '') flip();
          },
        },
      },
      el('td', { class: 'name' }, toggle),
      el(
        'td',
        {},
        el(
          'span',
          { class: 'marks' },
          el('span', { class: `chip ${changeTone[row.change]}` }, changeWords[row.change]),
          (row.regression || row.security) &&
            el(
              'span',
              { class: 'chip bad', title: 'security finding or regression' },
              '!',
              el('span', { class: 'visually-hidden' }, ' security finding or regression'),
            ),
        ),
      ),
      el(
        'td',
        {
          class: 'number optional',
          title:
            before !== undefined && after !== undefined && before !== after ? `${number(before)} before` : undefined,
        },
        bytes === undefined ? '' : number(bytes),
      ),
      el('td', { class: 'optional' }, row.method === 'none' ? '' : methodShort[row.method]),
      el('td', { class: 'number' }, row.cost === 0 ? '' : number(row.cost)),
      el('td', { class: 'number optional' }, row.ratio === undefined ? '' : percent(row.ratio)),
    );
    if (!isOpen) return [cells];
    return [
      cells,
      el(
        'tr',
        { class: 'detail', id },
        el('td', { class: 'detail-cell', colspan: columns.length }, detail(row, audit)),
      ),
    ];
  };

  const choice = (label, key, options) =>
    el(
      'label',
      {},
      label,
      el(
        'select',
        {
          name: key,
          on: {
            change: (event) => {
              state[key] = event.target.value;
              state.page = 0;
              render();
            },
          },
        },
        options.map(([value, text]) => el('option', { value, selected: value === state[key] }, text)),
      ),
    );
  const present = (pick) => [...new Set(rows.map(pick))];
  const search = el('input', {
    type: 'search',
    name: 'query',
    placeholder: 'SYSTEM/etc …',
    autocomplete: 'off',
    spellcheck: 'false',
    on: {
      input: (event) => {
        state.query = event.target.value;
        state.page = 0;
        render();
      },
    },
  });
  const marked = el('input', {
    type: 'checkbox',
    name: 'marked',
    on: {
      change: (event) => {
        state.marked = event.target.checked;
        state.page = 0;
        render();
      },
    },
  });
  const change = choice('Change', 'change', [
    ['differs', 'all that differ'],
    ['', 'all, untouched too'],
    ...Object.entries(changeWords).filter(([key]) => audit.totals.byChange[key].paths > 0),
  ]);
  const controls = el(
    'div',
    { class: 'controls', role: 'search' },
    el('label', { class: 'grow' }, 'Search in paths', search),
    change,
    choice('Part', 'part', [['', 'all'], ...present((row) => row.part ?? 'other').map((key) => [key, partWords[key]])]),
    choice('Method', 'method', [['', 'all'], ...present((row) => row.method).map((key) => [key, methodWords[key]])]),
    el('label', { class: 'check' }, marked, 'security and regressions'),
  );
  const node = section(
    'paths',
    'Every path',
    controls,
    el(
      'div',
      { class: 'scroll' },
      el(
        'table',
        { class: 'paths' },
        el('caption', { class: 'visually-hidden' }, 'Paths of both builds'),
        el('thead', {}, el('tr', {}, headings)),
        body,
      ),
    ),
    el('div', { class: 'pager' }, status, el('div', {}, previous, next)),
  );
  addEventListener('beforeprint', () => {
    printing = true;
    render();
  });
  addEventListener('afterprint', () => {
    printing = false;
    render();
  });
  render();
  /** Shows one path, opened. */
  const openPath = (path) => {
    Object.assign(state, { query: path, change: '', part: '', method: '', marked: false, page: 0 });
    search.value = path;
    marked.checked = false;
    for (const select of node.querySelectorAll('select')) select.value = '';
    open.add(path);
    render();
    node.scrollIntoView({ block: 'start' });
    body.querySelector('.toggle')?.focus({ preventScroll: true });
  };
  return { node, openPath };
}

function named(label, path) {
  return path !== undefined && el('p', { class: 'muted' }, `${label}: `, el('span', { class: 'path' }, path));
}

/** What is told of one path when its row is open. */
function detail(row, audit) {
  const why = `${row.sentence[0].toUpperCase()}${row.sentence.slice(1)}.`;
  const rule = row.decidedBy && ` Decided by ${row.decidedBy.file}:${row.decidedBy.line}.`;
  const show = (side, key) => {
    if (side === undefined) return undefined;
    if (key === 'owner') return side.uid === undefined ? undefined : `${side.uid}:${side.gid}`;
    if (key === 'size') return side.size === undefined ? undefined : number(side.size);
    return side[key];
  };
  const sides = [
    ['kind', 'kind'],
    ['bytes', 'size'],
    ['mode', 'mode'],
    ['owner', 'owner'],
    ['link to', 'destination'],
    ['SHA-1', 'sha1'],
  ]
    .map(([label, key]) => ({ label, before: show(row.before, key), after: show(row.after, key) }))
    .filter(({ before, after }) => before !== undefined || after !== undefined);
  const costs = [
    row.cost > 0 && `${audit.exact ? '' : 'About '}${number(row.cost)} bytes in the package`,
    row.whole !== undefined &&
      row.whole !== row.cost &&
      row.method !== 'none' &&
      `whole, it would cost ${number(row.whole)}`,
  ].filter(Boolean);
  const security = audit.security.filter((finding) => finding.path === row.path);
  return el(
    'div',
    {},
    el('p', {}, why, rule),
    costs.length > 0 && el('p', { class: 'muted' }, `${costs.join('; ')}.`),
    named('Entry', row.entry),
    named('Made from', row.from),
    security.map((finding) =>
      el(
        'p',
        {},
        el(
          'span',
          { class: `chip ${finding.severity === 'error' ? 'bad' : finding.severity === 'warning' ? 'warn' : ''}` },
          finding.severity,
        ),
        ' ',
        finding.message,
      ),
    ),
    row.alternatives.length > 0 &&
      el(
        'p',
        { class: 'muted' },
        'Tried: ',
        row.alternatives
          .map(({ method, base, packageBytes }) => `${method}${base ? ` from ${base}` : ''} ${size(packageBytes)}`)
          .join(', '),
        '.',
      ),
    facts(sides),
    row.inner && el('div', {}, el('h3', {}, 'Inside the file'), innerView(row.inner)),
  );
}
