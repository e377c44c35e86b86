/** The page in a real browser: search, filters, sorting, opening; nothing logged, nothing asked of the network. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import type { Audit, AuditRow } from '../../../src/model/audit.js';
import { displayName, toBuildPath } from '../../../src/model/path.js';
import { auditHtml } from '../../../src/report/audit/html.js';
import { readAuditPage } from '../../../src/usecases/audit/audit-page.js';
import { auditPair, hostileName } from '../../audit/pair.js';
import { placeOf, without } from '../../support/tools.js';
import { workFolder } from '../../support/work-folder.js';

const folder = workFolder('audit-page');
const audit = await auditPair(folder);

/** As many paths as a large firmware has. */
function large(): Audit {
  const row = audit.rows.find(({ path }) => path === 'SYSTEM/bin/app');
  if (row === undefined) assert.fail('no row');
  const rows: readonly AuditRow[] = Array.from({ length: 10_000 }, (_, i) => ({
    ...row,
    path: toBuildPath(`SYSTEM/d${i % 97}/f${i}`),
    cost: i,
  }));
  return { ...audit, rows: [...audit.rows, ...rows] };
}

/** A link whose text is longer than any screen, in every place where it is told, and a package whose bytes are known. */
function long(): Audit {
  const text = `/${'x'.repeat(4000)}`;
  const path = toBuildPath('SYSTEM/etc/long');
  const row = audit.rows.find((each) => each.path === 'SYSTEM/etc/link') ?? assert.fail();
  const finding = audit.security[0] ?? assert.fail();
  const after = { ...row.after, kind: 'link', destination: text } as const;
  return {
    ...audit,
    rows: [{ ...row, path, after, from: toBuildPath(`SYSTEM${text}`) }, ...audit.rows],
    security: [{ ...finding, severity: 'error', message: `the link leads to ${text}` }, ...audit.security],
    findings: [{ severity: 'warning', code: 'usage', message: `a link to ${text}`, found: text }, ...audit.findings],
    package: {
      file: 'update.zip',
      bytes: 5_000_000,
      md5: 'd'.repeat(32),
      entries: [{ name: 'script', bytes: audit.totals.cost + 700_000 }],
    },
    needs: {
      systemPeak: 1_100_000,
      systemGrowth: 0,
      cachePeak: 0,
      cacheAsked: 0,
      cacheForRetry: 2_200_000,
      usrdata: 3_300_000,
      memory: 4_400_000,
    },
    lists: 'lists of A02',
  };
}

describe('integration: page', { skip: without('chromium') }, () => {
  let browser: Browser;
  const events: string[] = [];

  before(async () => {
    const page = await readAuditPage();
    writeFileSync(join(folder, 'audit.html'), auditHtml(audit, page));
    writeFileSync(join(folder, 'large.html'), auditHtml(large(), page));
    writeFileSync(join(folder, 'long.html'), auditHtml(long(), page));
    const executablePath = placeOf('chromium') ?? assert.fail('no chromium');
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  });
  after(() => browser?.close());

  async function open(
    name: string,
    width = 1280,
    scheme: 'light' | 'dark' = 'light',
    javaScriptEnabled = true,
  ): Promise<Page> {
    const viewport = { width, height: 800 };
    const context = await browser.newContext({ viewport, colorScheme: scheme, javaScriptEnabled });
    const page = await context.newPage();
    const url = pathToFileURL(join(folder, name)).href;
    page.on('console', (message) => events.push(`console: ${message.text()}`));
    page.on('pageerror', (error) => events.push(`error: ${error.message}`));
    page.on('dialog', (dialog) => {
      events.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('request', (request) => {
      if (request.url() !== url) events.push(`request: ${request.url()}`);
    });
    await page.goto(url);
    await page.waitForSelector(javaScriptEnabled ? '.paths tbody tr' : '#plain-paths tbody tr');
    return page;
  }

  const shown = (page: Page): Promise<readonly string[]> => page.locator('.paths .toggle').allTextContents();

  test('search narrows, sorting turns round, a row opens with what is inside', async () => {
    const page = await open('audit.html');
    await page.fill('input[type=search]', 'etc app.conf');
    assert.deepEqual(await shown(page), ['SYSTEM/etc/app.conf']);
    await page.click('.paths .toggle');
    assert.equal(await page.getAttribute('.paths .toggle', 'aria-expanded'), 'true');
    const detail = (await page.locator('tr.detail').allTextContents()).join();
    assert.match(detail, /slow/);
    assert.match(detail, /\[masked\]/);
    await page.fill('input[type=search]', '');
    await page.click('[data-sort=cost]');
    assert.equal(await page.locator('.paths th[aria-sort=descending]').textContent(), 'package ↓');
    const costs = (await page.locator('.paths tbody tr.row td:nth-child(5)').allTextContents()).map((text) =>
      Number(text.replaceAll(',', '')),
    );
    assert.deepEqual(
      costs,
      [...costs].sort((a, b) => b - a),
    );
    assert.ok((costs[0] ?? 0) > 0);
    await page.selectOption('select[name=change]', 'removed');
    assert.deepEqual([...(await shown(page))].sort(), ['SYSTEM/bin/gone', 'SYSTEM/lib/libx-1.0.so']);
    await page.context().close();
  });

  test('a hostile name is text', async () => {
    const page = await open('audit.html');
    await page.fill('input[type=search]', 'onerror');
    assert.deepEqual(await shown(page), [displayName(hostileName)]);
    assert.equal(await page.locator('img').count(), 0);
    await page.context().close();
  });

  test('keyboard alone: skip link, search, open a row', async () => {
    const page = await open('audit.html');
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate('document.activeElement.className'), 'skip');
    await page.focus('input[type=search]');
    await page.keyboard.type('build.prop');
    await page.focus('.paths .toggle');
    await page.keyboard.press('Enter');
    assert.equal(await page.locator('tr.detail').count(), 1);
    assert.equal(await page.evaluate('document.activeElement.className'), 'toggle');
    await page.context().close();
  });

  test('the treemap goes into directories and leads to files', async () => {
    const page = await open('audit.html');
    const tiles = page.locator('.treemap .tile:not(.frame)');
    assert.ok((await tiles.count()) > 0);
    await page
      .locator('.treemap .tile.frame')
      .first()
      .click({ position: { x: 8, y: 6 } });
    assert.ok((await page.locator('.crumbs button').count()) > 1);
    await page.locator('.rank button').first().click();
    assert.equal(await page.locator('tr.detail').count(), 1);
    await page.context().close();
  });

  test('ten thousand paths: a page at a time, found at once', async () => {
    const page = await open('large.html');
    assert.equal(await page.locator('.paths tr.row').count(), 100);
    await page.click('text=Next');
    assert.match((await page.locator('.pager [role=status]').textContent()) ?? '', /^101 to 200 of/);
    const started = Date.now();
    await page.fill('input[type=search]', 'f9999');
    assert.deepEqual(await shown(page), ['SYSTEM/d8/f9999']);
    assert.ok(Date.now() - started < 3000);
    await page.context().close();
  });

  for (const scheme of ['light', 'dark'] as const) {
    test(`phone width, ${scheme}: nothing is wider than the screen; the theme can be changed`, async () => {
      const page = await open('audit.html', 390, scheme);
      assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 390);
      assert.equal(await page.evaluate('document.documentElement.dataset.theme'), scheme);
      await page.click('#theme');
      assert.equal(
        await page.evaluate('document.documentElement.dataset.theme'),
        scheme === 'light' ? 'dark' : 'light',
      );
      await page.context().close();
    });
  }

  /** Without scripts a page cannot be asked for its width: the widest element is. */
  async function widest(page: Page): Promise<number> {
    const boxes = await Promise.all((await page.locator('section, p, h1, li').all()).map((node) => node.boundingBox()));
    return Math.max(...boxes.map((box) => (box === null ? 0 : box.x + box.width)));
  }

  for (const width of [390, 1440]) {
    test(`a link text of 4,000 letters makes the page no wider than ${width}, with scripts and without`, async () => {
      const page = await open('long.html', width);
      await page.fill('input[type=search]', 'etc/long');
      await page.click('.paths .toggle');
      assert.equal(await page.evaluate('document.documentElement.scrollWidth'), width);
      await page.context().close();
      const still = await open('long.html', width, 'light', false);
      assert.ok((await widest(still)) <= width);
      await still.context().close();
    });
  }

  test('phone width without scripts: no table scrolls sideways, and the numbers of a row say what they are', async () => {
    for (const name of ['audit.html', 'long.html', 'large.html']) {
      const page = await open(name, 390, 'light', false);
      const tables = await page.locator('.scroll > table').all();
      assert.ok(tables.length >= 4);
      for (const table of tables) {
        const [own, room] = [await table.boundingBox(), await table.locator('xpath=..').boundingBox()];
        assert.ok(own !== null && room !== null && own.width <= room.width, `${name}: ${own?.width} of ${room?.width}`);
      }
      assert.equal(await page.locator('#plain-paths thead').isVisible(), false);
      await page.context().close();
    }
    const page = await open('audit.html', 390, 'light', false);
    const labels = await page
      .locator('#plain-largest tbody tr')
      .first()
      .locator('td[data-label]')
      .evaluateAll((cells) => cells.map((cell) => cell.getAttribute('data-label')));
    assert.deepEqual(labels, ['bytes', 'package, estimated', 'of file']);
    await page.context().close();
  });

  for (const scheme of ['light', 'dark'] as const) {
    test(`without scripts, ${scheme}: all tables stand in the page`, async () => {
      const page = await open('audit.html', 1440, scheme, false);
      for (const id of [
        'plain-versions',
        'package',
        'plain-changes',
        'plain-largest',
        'plain-security',
        'plain-findings',
        'plain-paths',
      ]) {
        assert.ok((await page.locator(`#${id} tr, #${id} li`).count()) > 0, id);
      }
      const paths = await page.locator('#plain-paths tbody td:first-child').allTextContents();
      const differing = audit.rows.filter(({ change }) => change !== 'untouched').map(({ path }) => displayName(path));
      assert.deepEqual(paths, differing);
      assert.equal(await page.locator('img').count(), 0);
      const colour: unknown = await page.evaluate('getComputedStyle(document.body).backgroundColor');
      assert.equal(colour, scheme === 'dark' ? 'rgb(15, 20, 27)' : 'rgb(246, 247, 249)');
      await page.context().close();
    });
  }

  test('with scripts each table is there once, and the facts of the package stand among them', async () => {
    const page = await open('long.html');
    assert.equal(await page.locator('#plain').count(), 0);
    assert.equal(await page.locator('h1').count(), 1);
    const facts = (await page.locator('#package').textContent()) ?? '';
    for (const told of [
      'update.zip',
      'd'.repeat(32),
      '5000000 bytes',
      '700.0 kB',
      '1.1 MB',
      '2.2 MB',
      '3.3 MB',
      '4.4 MB',
      'lists of A02',
      audit.tool,
    ]) {
      assert.ok(facts.includes(told), told);
    }
    const legend = (await page.locator('#map .legend').textContent()) ?? '';
    assert.match(
      legend,
      /together .*; with script, programs and metadata 700\.0 kB and zip headers 4\.3 MB the package has 5\.0 MB/,
    );
    await page.context().close();
  });

  test('phone width: the heading shows the target version to its end', async () => {
    const page = await open('audit.html', 390);
    const cut: unknown = await page.evaluate(
      `(() => { const node = document.querySelector('.top-names p'); return node.scrollWidth > node.clientWidth; })()`,
    );
    assert.equal(cut, false);
    await page.context().close();
  });

  test('the tables of ten thousand paths take a bounded part of the page', async () => {
    const html = auditHtml(large(), await readAuditPage());
    const tables = html.slice(html.indexOf('id="plain"'), html.indexOf('</main>'));
    assert.ok(tables.length < 600_000, String(tables.length));
    assert.match(tables, /and 9,[0-9]+ more paths/);
  });

  for (const [name, scripts, scheme] of [
    ['long.html', true, 'light'],
    ['long.html', true, 'dark'],
    ['long.html', false, 'dark'],
  ] as const) {
    test(`printed, ${scripts ? 'with' : 'without'} scripts, ${scheme}: nothing is cut off, and letters are dark on white`, async () => {
      const page = await open(name, 718, scheme, scripts);
      await page.emulateMedia({ media: 'print', colorScheme: scheme });
      const wide: unknown = await page.evaluate(
        `[...document.querySelectorAll('.scroll, .diff, table')].filter((node) => node.getBoundingClientRect().right > 720 || (getComputedStyle(node).overflowX !== 'visible' && node.scrollWidth > node.clientWidth + 1)).length`,
      );
      assert.equal(wide, 0);
      const colours: unknown = await page.evaluate(
        `[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor, getComputedStyle(document.querySelector('.card')).backgroundColor]`,
      );
      assert.deepEqual(colours, ['rgb(0, 0, 0)', 'rgb(255, 255, 255)', 'rgb(255, 255, 255)']);
      await page.context().close();
    });
  }

  test('printed: of more paths than are printed the page says how many there are', async () => {
    const page = await open('large.html', 718);
    await page.emulateMedia({ media: 'print' });
    await page.evaluate(`dispatchEvent(new Event('beforeprint'))`);
    const status = page.locator('.pager > :first-child');
    assert.ok(await status.isVisible());
    assert.match((await status.textContent()) ?? '', /^1 to 3,000 of 10,0\d\d paths$/);
    assert.equal(await page.locator('.pager button').first().isVisible(), false);
    await page.context().close();
  });

  test('phone width, without scripts: the sums need no scrolling aside', async () => {
    const page = await open('long.html', 390, 'light', false);
    for (const id of ['plain-versions', 'package', 'plain-changes']) {
      const wide: unknown = await page.evaluate(
        `(() => { const node = document.querySelector('#${id} .scroll'); return node.scrollWidth - node.clientWidth; })()`,
      );
      assert.equal(wide, 0, id);
    }
    await page.context().close();
  });

  test('every control has a name, headings go down by one', async () => {
    const page = await open('audit.html');
    const nameless = await page.evaluate(
      `[...document.querySelectorAll('button, input, select')].filter((node) => !(node.textContent.trim() || node.getAttribute('aria-label') || node.labels?.length)).length`,
    );
    assert.equal(nameless, 0);
    const levels: unknown = await page.evaluate(
      `[...document.querySelectorAll('h1, h2, h3')].map((node) => Number(node.tagName[1]))`,
    );
    assert.ok(Array.isArray(levels));
    levels.forEach((level, i) => {
      assert.ok(i === 0 ? level === 1 : level <= levels[i - 1] + 1);
    });
    await page.context().close();
  });

  test('nothing was logged, no dialog opened, no request left the page', () => {
    assert.deepEqual(events, []);
  });
});
