import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll} from '@jest/globals'
import type {Browser} from 'playwright-core'
import {overviewPage} from '../../src/reports/overview/page/page.js'
import {CHROMIUM, startBrowser} from '../support/browser.js'
import {sampleOverview} from '../support/overview.js'
import {skipUnless} from '../support/skip-unless.js'
import {tempFolder} from '../support/temp-folder.js'
import {LOOKS, LOOKS_WELL, looksWell} from './looks.js'

const {test} = skipUnless(CHROMIUM !== undefined, 'Chromium')
const page = join(tempFolder('looks'), 'sample.html')
let browser: Browser | undefined

beforeAll(async () => {
  if (CHROMIUM === undefined) return
  writeFileSync(page, overviewPage(await sampleOverview()))
  browser = await startBrowser()
})

afterAll(async () => {
  await browser?.close()
})

test.each(LOOKS)(LOOKS_WELL, async look => {
  if (browser === undefined) throw new Error('Chromium is not running')
  await looksWell(browser, page, look)
})
