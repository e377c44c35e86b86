/** The page in a real browser: search, filters, sorting, opening; nothing logged, nothing asked of the network. */
import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import type { Audit, AuditRow } from '../../../src/model/audit.js';
import { displayName, toArchivePath } from '../../../src/model/path.js';
import { auditHtml } from '../../../src/report/audit/html.js';
import { readAuditPage } from '../../../src/usecases/audit/audit-page.js';
import { auditPair, hostileName } from '../../audit/pair.js';
import { workFolder } from '../../support/work-folder.js';

const executable = '/usr/bin/chromium';
const folder = workFolder('audit-page');
const audit = await auditPair(folder);

/** As many paths as a large firmware has. */
function large(): Audit {
  const row = audit.rows.find(({ path }) => path === 'SYSTEM/bin/app');
  if (row === undefined) assert.fail('no row');
  const rows: readonly AuditRow[] = Array.from({ length: 10_000 }, (_, i) => ({
    ...row,
    path: toArchivePath(`SYSTEM/d${i % 97}/f${i}`),
    cost: i,
  }));
  return { ...audit, rows: [...audit.rows, ...rows] };
}

describe('integration: page', { skip: existsSync(executable) ? false : 'chromium is not installed' }, () => {
  let browser: Browser;
  const events: string[] = [];

  before(async () => {
    const page = await readAuditPage();
    writeFileSync(join(folder, 'audit.html'), auditHtml(audit, page));
    writeFileSync(join(folder, 'large.html'), auditHtml(large(), page));
    browser = await chromium.launch({ executablePath: executable, args: ['--no-sandbox'] });
  });
  after(() => browser?.close());

  async function open(name: string, width = 1280, scheme: 'light' | 'dark' = 'light'): Promise<Page> {
    const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme: scheme });
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
    await page.waitForSelector('.paths tbody tr');
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
