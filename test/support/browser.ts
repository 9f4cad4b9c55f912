import {existsSync} from 'node:fs'
import {type Browser, type BrowserContextOptions, chromium, type Page} from 'playwright-core'

/** Where distributions and images put Chromium. */
const PLACES = [
  process.env.CHROMIUM ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/opt/google/chrome/chrome',
]

/** The Chromium of this machine; undefined without one. */
export const CHROMIUM = PLACES.find(place => place !== '' && existsSync(place))

/** Starts it without a window. */
export async function startBrowser(): Promise<Browser> {
  return await chromium.launch({executablePath: CHROMIUM ?? '', args: ['--no-sandbox']})
}

/** A page of the browser, and all it asked for and complained about. */
export interface Watched {
  readonly page: Page
  readonly requests: string[]
  readonly complaints: string[]
}

/** Opens a file in a context of its own and watches it. */
export async function opened(browser: Browser, file: string, options: BrowserContextOptions = {}): Promise<Watched> {
  const context = await browser.newContext(options)
  const page = await context.newPage()
  const requests: string[] = []
  const complaints: string[] = []
  page.on('request', request => requests.push(request.url()))
  page.on('console', message => complaints.push(message.text()))
  page.on('pageerror', error => complaints.push(error.message))
  page.on('dialog', dialog => {
    complaints.push(`dialog ${dialog.message()}`)
    void dialog.dismiss()
  })
  await page.goto(`file://${file}`)
  return {page, requests, complaints}
}
