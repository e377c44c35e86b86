/** Makes an element. Text is always set as text, so names cannot become markup. */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    if (name === 'on') for (const [event, handler] of Object.entries(value)) node.addEventListener(event, handler);
    else if (name === 'style') Object.assign(node.style, value);
    else node.setAttribute(name, value === true ? '' : String(value));
  }
  node.append(...children.flat(9).filter((child) => child !== undefined && child !== null && child !== false));
  return node;
}

/** `1,234,567`. */
export function number(value) {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `70.3 MB`, powers of 1000. */
export function size(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  let value = bytes;
  let unit = -1;
  do {
    value /= 1000;
    unit += 1;
  } while (value >= 999.95 && unit < 3);
  return `${value.toFixed(1)} ${['kB', 'MB', 'GB', 'TB'][unit]}`;
}

/** `12.3 %`. */
export function percent(share) {
  return `${(share * 100).toFixed(1)} %`;
}

/** `1 path`, `12 paths`. */
export function count(value, one, many = `${one}s`) {
  return `${number(value)} ${value === 1 ? one : many}`;
}

/** A table from headings and rows of cells; numbers stand at the right. */
export function table(caption, headings, rows, attributes = {}) {
  const cell = (tag, value, i) => {
    const isNumber = headings[i]?.number === true;
    return el(tag, { class: isNumber ? 'number' : undefined, scope: tag === 'th' ? 'row' : undefined }, value);
  };
  return el(
    'table',
    attributes,
    el('caption', { class: 'visually-hidden' }, caption),
    el(
      'thead',
      {},
      el(
        'tr',
        {},
        headings.map((heading) =>
          el('th', { scope: 'col', class: heading.number ? 'number' : undefined }, heading.text),
        ),
      ),
    ),
    el(
      'tbody',
      {},
      rows.map((cells) =>
        el(
          'tr',
          {},
          cells.map((value, i) => cell(i === 0 ? 'th' : 'td', value, i)),
        ),
      ),
    ),
  );
}

/** A section of the page. */
export function section(id, title, ...children) {
  return el(
    'section',
    { class: 'card', id, 'aria-labelledby': `${id}-title` },
    el('h2', { id: `${id}-title` }, title),
    ...children,
  );
}
