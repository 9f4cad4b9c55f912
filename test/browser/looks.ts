import {readFileSync} from 'node:fs'
import {createRequire} from 'node:module'
import {expect} from '@jest/globals'
import type {Browser, Page} from 'playwright-core'
import {opened} from '../support/browser.js'
import {corpusShare} from '../support/oracle-size.js'
import {overlaps, type Rectangle} from '../support/overlaps.js'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What axe finds wrong: rule and first element. */
export async function violations(page: Page): Promise<readonly string[]> {
  // What is not laid out has no colours to judge.
  await page.evaluate(
    "document.querySelectorAll('section, .card').forEach(each => { each.style.contentVisibility = 'visible' })",
  )
  await page.evaluate(AXE)
  return await page.evaluate(async () => {
    const axe = Reflect.get(globalThis, 'axe')
    const result = await axe.run(Reflect.get(globalThis, 'document'))
    return result.violations.map((each: {id: string; nodes: {html: string}[]}) => `${each.id}: ${each.nodes[0]?.html}`)
  })
}

const SIZES = [
  [390, 844],
  [1280, 900],
  [1920, 1080],
] as const
const SCHEMES = ['light', 'dark'] as const
/** The sizes of windows and the colour schemes a page is looked at with. */
export const LOOKS = SIZES.flatMap(([width, height]) => SCHEMES.map(colorScheme => ({width, height, colorScheme})))

/** What `looksWell` asks, as the name of a test. */
export const LOOKS_WELL = '$width pixels, $colorScheme: axe finds nothing, nothing is wider than the window'

/** Expects that axe finds nothing wrong with a page and that it fits the window. */
export async function looksWell(browser: Browser, file: string, look: (typeof LOOKS)[number]): Promise<void> {
  const {width, height, colorScheme} = look
  // Axe runs as a script of its own, which the policy of the page would refuse.
  const {page} = await opened(browser, file, {viewport: {width, height}, colorScheme, bypassCSP: true})
  expect(await violations(page)).toEqual([])
  const wider = await page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth')
  expect(wider).toBe(false)
  await page.context().close()
}

/** The rectangles of what a selector finds, as they are drawn. */
async function rectangles(page: Page, selector: string): Promise<readonly Rectangle[]> {
  return await page.locator(selector).evaluateAll(all =>
    all.map(each => {
      const {x, y, width, height} = each.getBoundingClientRect()
      return {x, y, width, height}
    }),
  )
}

/** Expects that in the first drawing and a share of the others of a mesh of 500 Services no label covers another, and each name is within its box. */
export async function drawingsAreLegible(page: Page, share: number): Promise<void> {
  const boxes = '.view.current .box rect, .view.current .link rect.label'
  const drawings = await page
    .locator('select[name=view] option')
    .evaluateAll(all => all.map(each => each.getAttribute('value') ?? ''))
  expect(drawings).toHaveLength(26)
  for (const drawing of [...drawings.slice(0, 1), ...corpusShare('LOOKS', drawings.slice(1), share)]) {
    await page.selectOption('select[name=view]', drawing)
    expect([drawing, overlaps(await rectangles(page, boxes))]).toEqual([drawing, []])
    const texts = await rectangles(page, '.view.current .box text')
    const frames = await rectangles(page, '.view.current .box rect')
    expect(
      texts.every(text =>
        frames.some(frame => text.x >= frame.x - 1 && text.x + text.width <= frame.x + frame.width + 1),
      ),
    ).toBe(true)
  }
}
