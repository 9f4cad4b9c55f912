import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, expect} from '@jest/globals'
import type {Browser} from 'playwright-core'
import {overviewPage} from '../../src/reports/overview/page/page.js'
import {CHROMIUM, opened, startBrowser} from '../support/browser.js'
import {sampleOverview, withServices} from '../support/overview.js'
import {skipUnless} from '../support/skip-unless.js'
import {tempFolder} from '../support/temp-folder.js'
import {drawingsAreLegible, LOOKS, LOOKS_WELL, looksWell} from './looks.js'

const {test} = skipUnless(CHROMIUM !== undefined, 'Chromium')
const folder = tempFolder('looks')
const page = join(folder, 'sample.html')
const large = join(folder, 'large.html')
let browser: Browser | undefined

beforeAll(async () => {
  if (CHROMIUM === undefined) return
  const report = await sampleOverview()
  writeFileSync(page, overviewPage(report))
  writeFileSync(large, overviewPage(withServices(report, 500)))
  browser = await startBrowser()
})

afterAll(async () => {
  await browser?.close()
})

test.each(LOOKS)(LOOKS_WELL, async look => {
  if (browser === undefined) throw new Error('Chromium is not running')
  await looksWell(browser, page, look)
})

test('500 Services: in no drawing a label covers another at 1280 pixels', async () => {
  if (browser === undefined) throw new Error('Chromium is not running')
  const {page: drawn} = await opened(browser, large, {viewport: {width: 1280, height: 900}})
  await drawingsAreLegible(drawn, 1)
  await drawn.context().close()
})

test('printed on A4 no table is wider than the paper', async () => {
  if (browser === undefined) throw new Error('Chromium is not running')
  // 210 mm less twice 12 mm of margin, at 96 pixels an inch.
  const context = await browser.newContext({viewport: {width: 703, height: 1032}})
  const printed = await context.newPage()
  await printed.emulateMedia({media: 'print'})
  await printed.goto(`file://${page}`)
  const wide = await printed.evaluate(
    "[...document.querySelectorAll('table')].filter(each => each.getBoundingClientRect().right > innerWidth).map(each => each.closest('section')?.id ?? '')",
  )
  await context.close()
  expect(wide).toEqual([])
})
