import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, expect} from '@jest/globals'
import type {Browser} from 'playwright-core'
import {startPageServer} from '../../src/cli/runs/page-server.js'
import {overviewPage} from '../../src/reports/overview/page/page.js'
import {CHROMIUM, opened, startBrowser} from '../support/browser.js'
import {sampleOverview, withServices} from '../support/overview.js'
import {skipUnless} from '../support/skip-unless.js'
import {tempFolder} from '../support/temp-folder.js'
import {drawingsAreLegible, violations} from './looks.js'

const {test} = skipUnless(CHROMIUM !== undefined, 'Chromium')
const folder = tempFolder('page')
const SAMPLE = join(folder, 'sample.html')
const LARGE = join(folder, 'large.html')
let browser: Browser | undefined

beforeAll(async () => {
  if (CHROMIUM === undefined) return
  const report = await sampleOverview()
  writeFileSync(SAMPLE, overviewPage(report))
  writeFileSync(LARGE, overviewPage(withServices(report, 500)))
  browser = await startBrowser()
})

afterAll(async () => {
  await browser?.close()
})

function running(): Browser {
  if (browser === undefined) throw new Error('Chromium is not running')
  return browser
}

test('everything open: axe finds nothing', async () => {
  const {page} = await opened(running(), SAMPLE, {viewport: {width: 1280, height: 900}, bypassCSP: true})
  await page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
  await page.evaluate("document.querySelectorAll('button.open').forEach(each => each.click())")
  expect(await violations(page)).toEqual([])
  await page.context().close()
})

test('it asks for nothing but itself and complains of nothing', async () => {
  const {page, requests, complaints} = await opened(running(), SAMPLE)
  await page.click('#theme')
  expect(requests.filter(each => !each.startsWith('data:'))).toEqual([`file://${SAMPLE}`])
  expect(complaints).toEqual([])
  expect(await page.evaluate('document.documentElement.dataset.theme')).toBe('light')
  // What the page itself tries to fetch or to run is refused by its policy.
  await expect(page.evaluate("fetch('https://example.com/')")).rejects.toThrow()
  await page.context().close()
})

test('a number leads to the rows it counts, a name opens its evidence', async () => {
  const {page} = await opened(running(), SAMPLE, {viewport: {width: 1280, height: 900}})
  await page.click('a.tile[href="#sync"]')
  const shown = await page.locator('#sync-list tr[data-kind]:visible th').allInnerTexts()
  expect(shown.map(each => each.replace(/-[a-z0-9]+-[a-z0-9]+\.demo$/, '')).sort()).toEqual([
    'sick-nack-v1',
    'sick-notready-v1',
    'sick-stale-v1',
  ])
  await page.locator('#sync-list button.open', {hasText: 'sick-nack'}).press('Enter')
  expect(await page.locator('#sync-list .evidence.shown').textContent()).toContain(
    'minimum_ring_size (100) > maximum_ring_size (10)',
  )
  await page.fill('form[data-list="findings-list"] input[type=search]', 'uid 1337')
  expect(await page.locator('#findings-list [data-group]:visible').count()).toBe(1)
  await page.context().close()
})

test('without script everything is there', async () => {
  const {page} = await opened(running(), SAMPLE, {javaScriptEnabled: false})
  expect(await page.locator('.view:visible').count()).toBeGreaterThan(1)
  expect(await page.locator('tr.evidence:visible').count()).toBeGreaterThan(50)
  await page.context().close()
})

test('500 Services open by namespace; a search finds one in one step; no label covers another at 1280 pixels', async () => {
  const {page} = await opened(running(), LARGE, {viewport: {width: 1280, height: 900}})
  expect(await page.locator('.view.current .box').count()).toBe(25)
  await page.fill('input[name=service]', 'service-number-321.team-21')
  await page.press('input[name=service]', 'Enter')
  expect(await page.locator('.box.found:visible .name').textContent()).toBe('service-number-321')
  await drawingsAreLegible(page, 0.15)
  await page.context().close()
})

test('a served page asks for itself again and keeps what was opened and filtered', async () => {
  const report = await sampleOverview()
  let version = 'first'
  const server = await startPageServer(async () => overviewPage({...report, at: version}, 1), {port: 0, maxAgeMs: 0})
  const page = await running().newPage()
  await page.goto(server.url)
  await page.locator('#sync-list button.open', {hasText: 'sick-nack'}).click()
  await page.fill('form[data-list="sync-list"] input[type=search]', 'nack')
  version = 'second'
  await page.locator('#subtitle', {hasText: 'second'}).waitFor()
  expect(await page.locator('#sync-list .evidence.shown').count()).toBe(1)
  expect(await page.locator('#sync-list tr[data-kind]:visible').count()).toBe(1)
  await server.close()
  await page.locator('#refresh', {hasText: 'Not refreshed since'}).waitFor()
  await page.close()
})
