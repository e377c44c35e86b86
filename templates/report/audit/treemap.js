import { el, percent, size } from './dom.js';

/** Sums costs up a tree of directories; directories with one directory alone in them are drawn as one. */
export function costTree(rows) {
  const root = { name: '', path: '', cost: 0, children: new Map(), part: undefined };
  for (const row of rows) {
    if (row.cost === 0) continue;
    let node = root;
    node.cost += row.cost;
    const names = row.path.split('/');
    names.forEach((name, i) => {
      let next = node.children.get(name);
      if (next === undefined) {
        next = { name, path: names.slice(0, i + 1).join('/'), cost: 0, children: new Map(), part: row.part ?? 'other' };
        node.children.set(name, next);
      }
      if (next.part !== (row.part ?? 'other')) next.part = 'mixed';
      next.cost += row.cost;
      node = next;
    });
    node.leaf = true;
  }
  return root;
}

/** The children to draw, largest first, with chains of single directories joined. */
function shownChildren(node) {
  return [...node.children.values()]
    .map((child) => {
      let last = child;
      let name = child.name;
      while (!last.leaf && last.children.size === 1) {
        const [only] = last.children.values();
        last = only;
        name += `/${only.name}`;
      }
      return { node: last, name, cost: child.cost };
    })
    .sort((a, b) => b.cost - a.cost || (a.name < b.name ? -1 : 1));
}

/** Squarified layout: rows are filled along the shorter side as long as the worst aspect ratio gets no worse. */
export function squarify(items, box) {
  const total = items.reduce((sum, item) => sum + item.cost, 0);
  const placed = [];
  let { x, y, width, height } = box;
  let rest = items.filter((item) => item.cost > 0);
  let left = total;
  while (rest.length > 0 && width > 0.5 && height > 0.5) {
    const short = Math.min(width, height);
    const scale = (width * height) / left;
    const worst = (sum, least, most) =>
      Math.max((short * short * most) / (sum * sum), (sum * sum) / (short * short * least));
    let used = 1;
    let sum = rest[0].cost * scale;
    let ratio = worst(sum, sum, sum);
    while (used < rest.length) {
      const next = rest[used].cost * scale;
      const nextRatio = worst(sum + next, Math.min(next, rest[used - 1].cost * scale), rest[0].cost * scale);
      if (nextRatio > ratio) break;
      sum += next;
      ratio = nextRatio;
      used++;
    }
    const depth = sum / short;
    let at = 0;
    for (const item of rest.slice(0, used)) {
      const length = (item.cost * scale) / depth;
      placed.push({
        item,
        x: width >= height ? x : x + at,
        y: width >= height ? y + at : y,
        width: width >= height ? depth : length,
        height: width >= height ? length : depth,
      });
      at += length;
    }
    if (width >= height) {
      x += depth;
      width -= depth;
    } else {
      y += depth;
      height -= depth;
    }
    left -= rest.slice(0, used).reduce((amount, item) => amount + item.cost, 0);
    rest = rest.slice(used);
  }
  return placed;
}

const tileLimit = 120;
const frameTitle = 19;
const nesting = 4;

/** A treemap in which directories open and files are looked up. */
export function treemap(rows, exact, openPath) {
  const root = costTree(rows);
  const crumbs = el('nav', { class: 'crumbs', 'aria-label': 'Directory shown' });
  const area = el('div', { class: 'treemap', role: 'group', 'aria-label': 'Package bytes by directory' });
  let shown = root;
  const show = (node, focus) => {
    shown = node;
    draw();
    if (focus) area.querySelector('button')?.focus();
  };
  const find = (path) => {
    let node = root;
    for (const name of path === '' ? [] : path.split('/')) node = node.children.get(name) ?? node;
    return node;
  };
  const act = (node) => (node.leaf ? openPath(node.path) : show(node, true));
  const tile = ({ item, x, y, width, height }, isFrame) => {
    const share = percent(item.cost / root.cost);
    const label = `${item.node.path || 'everything'}: ${exact ? '' : 'about '}${size(item.cost)}, ${share}`;
    const roomy = width > 44 && height > 17;
    return el(
      'button',
      {
        type: 'button',
        class: isFrame ? 'tile frame' : 'tile',
        title: label,
        'aria-label': label,
        style: {
          left: `${x}px`,
          top: `${y}px`,
          width: `${width}px`,
          height: `${height}px`,
          background: isFrame ? '' : `var(--c-${item.node.part === 'mixed' ? 'other' : item.node.part})`,
        },
        on: { click: () => act(item.node) },
      },
      roomy && el('span', {}, isFrame ? `${item.name}  ${size(item.cost)}` : item.name),
      roomy && !isFrame && height > 34 && el('span', {}, size(item.cost)),
    );
  };
  const draw = () => {
    const names = shown.path === '' ? [] : shown.path.split('/');
    crumbs.replaceChildren(
      el(
        'button',
        { type: 'button', disabled: names.length === 0, on: { click: () => show(root, true) } },
        'everything',
      ),
      ...names.flatMap((name, i) => [
        el('span', { 'aria-hidden': 'true' }, '/'),
        el(
          'button',
          {
            type: 'button',
            disabled: i === names.length - 1,
            on: { click: () => show(find(names.slice(0, i + 1).join('/')), true) },
          },
          name,
        ),
      ]),
      el('span', { class: 'muted' }, ` ${size(shown.cost)}`),
    );
    const { width, height } = area.getBoundingClientRect();
    const tiles = [];
    const fill = (node, box, depth) => {
      for (const place of squarify(shownChildren(node).slice(0, tileLimit), box)) {
        const inside = {
          x: place.x + 2,
          y: place.y + frameTitle,
          width: place.width - 4,
          height: place.height - frameTitle - 2,
        };
        const opens = !place.item.node.leaf && depth > 0 && inside.width > 70 && inside.height > 45;
        tiles.push(tile(place, opens));
        if (opens) fill(place.item.node, inside, depth - 1);
      }
    };
    fill(shown, { x: 0, y: 0, width, height }, nesting);
    area.replaceChildren(...tiles);
  };
  new ResizeObserver(draw).observe(area);
  return el('div', {}, crumbs, area);
}
